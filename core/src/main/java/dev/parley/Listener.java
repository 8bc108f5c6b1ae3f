package dev.parley;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who listens to a call, in a list of its own making: the one that came last is first. Guarded by the call while it is in
 * the call's list, and the teller's once that has taken the list out.
 */
@SuppressWarnings("ReferenceEquality") // a registration is an identity
final class Listener<T> implements Call.Registration {

    private static final System.Logger LOG = System.getLogger(CallScope.class.getName());

    private final CallScope scope;
    private final int number;
    private final Consumer<T> consumer;
    private @Nullable Listener<T> before;

    /** {@code number} grows with each listener of {@code scope}. */
    Listener(CallScope scope, int number, Consumer<T> consumer, @Nullable Listener<T> before) {
        this.scope = scope;
        this.number = number;
        this.consumer = consumer;
        this.before = before;
    }

    @Override
    public void remove() {
        scope.remove(this);
    }

    static <T> @Nullable Listener<T> without(Listener<?> gone, @Nullable Listener<T> last) {
        if (last == gone) {
            return last.before;
        }
        for (Listener<T> each = last; each != null; each = each.before) {
            if (each.before == gone) {
                each.before = each.before.before;
                break;
            }
        }
        return last;
    }

    /** The listeners of the list whose number is {@code number} or less. */
    static <T> @Nullable Listener<T> upTo(int number, @Nullable Listener<T> last) {
        Listener<T> each = last;
        while (each != null && each.number - number > 0) {
            each = each.before;
        }
        return each;
    }

    /** Tells all of a list that was taken out, in the order in which they came. */
    static <T> void tell(@Nullable Listener<T> last, T value) {
        tell(last, null, value);
    }

    /** Tells those of them whose number is greater than {@code number}. */
    static <T> void tellAfter(int number, @Nullable Listener<T> last, T value) {
        tell(last, upTo(number, last), value);
    }

    private static <T> void tell(@Nullable Listener<T> last, @Nullable Listener<T> end, T value) {
        Listener<T> first = null;
        Listener<T> each = last;
        while (each != end && each != null) {
            Listener<T> next = each.before;
            each.before = first;
            first = each;
            each = next;
        }
        for (each = first; each != null; each = each.before) {
            guarded(each.consumer, value);
        }
    }

    static <T> void guarded(Consumer<T> listener, T value) {
        try {
            listener.accept(value);
        } catch (RuntimeException | Error e) {
            // The other listeners must hear of it all the same.
            LOG.log(System.Logger.Level.WARNING, "a listener of a call failed", e);
        }
    }
}
