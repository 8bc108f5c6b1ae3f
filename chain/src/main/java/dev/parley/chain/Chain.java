package dev.parley.chain;

import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Named interceptors in their order, the first outermost. Immutable: each change gives another chain.
 *
 * <pre>{@code
 * Chain changed = chain.without("hedge")
 *         .withBefore("retry", ChainEntry.of("audit", audit).on("shop.payment.v1.PaymentService/*"));
 * }</pre>
 */
public final class Chain {

    private static final Chain EMPTY = new Chain(List.of());

    private final List<ChainEntry> entries;

    private Chain(List<ChainEntry> entries) {
        this.entries = entries;
    }

    /** No interceptors. */
    public static Chain empty() {
        return EMPTY;
    }

    /**
     * These, in this order.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static Chain of(List<ChainEntry> entries) {
        Set<String> names = new HashSet<>();
        for (ChainEntry entry : entries) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("the chain has two entries named '" + entry.name() + "'");
            }
        }
        return new Chain(List.copyOf(entries));
    }

    /** All entries, the outermost first. */
    public List<ChainEntry> entries() {
        return entries;
    }

    /** With {@code entry} as the outermost. */
    public Chain withFirst(ChainEntry entry) {
        return changed(list -> list.addFirst(entry));
    }

    /** With {@code entry} as the innermost. */
    public Chain withLast(ChainEntry entry) {
        return changed(list -> list.addLast(entry));
    }

    /**
     * With {@code entry} just outside the one named {@code name}.
     *
     * @throws IllegalArgumentException if there is none of that name, or one of the new name already
     */
    public Chain withBefore(String name, ChainEntry entry) {
        int index = indexOf(name);
        return changed(list -> list.add(index, entry));
    }

    /** With {@code entry} just inside the one named {@code name}; see {@link #withBefore}. */
    public Chain withAfter(String name, ChainEntry entry) {
        int index = indexOf(name);
        return changed(list -> list.add(index + 1, entry));
    }

    /** With {@code interceptor} in the place of the one named {@code name}, for the same methods. */
    public Chain withReplaced(String name, Interceptor interceptor) {
        return withReplaced(
                name,
                entry -> ChainEntry.of(entry.name(), interceptor)
                        .on(entry.methods().patterns()));
    }

    /** With the entry named {@code name} changed: {@code chain.withReplaced("retry", entry -> entry.on("a.B/*"))}. */
    public Chain withReplaced(String name, UnaryOperator<ChainEntry> change) {
        int index = indexOf(name);
        return changed(list -> list.set(index, change.apply(list.get(index))));
    }

    /** Without the entry named {@code name}. */
    public Chain without(String name) {
        int index = indexOf(name);
        return changed(list -> list.remove(index));
    }

    /**
     * {@code handler} of {@code method} behind the interceptors that are for it. To be called once for each method, not for
     * each call.
     */
    public <Q, R> Handler<Q, R> around(Method method, Handler<Q, R> handler) {
        List<Interceptor> interceptors = entries.stream()
                .filter(entry -> entry.methods().matches(method))
                .map(entry -> entry.interceptor().apply(method))
                .toList();
        return Interceptor.chain(interceptors, handler);
    }

    private interface Change {
        void apply(List<ChainEntry> entries);
    }

    private Chain changed(Change change) {
        List<ChainEntry> list = new ArrayList<>(entries);
        change.apply(list);
        return of(list);
    }

    private int indexOf(String name) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("the chain has no entry '" + name + "'; it has " + this);
    }

    @Override
    public String toString() {
        return entries.stream().map(ChainEntry::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
