package dev.parley;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What was decided on the way of one call, and why: which servers were considered, which was taken, what was tried again
 * and what was not. Made by who asks, and left on the call before it begins; interceptors that decide something {@linkplain
 * #note note} it there. A call without one costs them a look.
 *
 * <pre>{@code
 * Explanation why = new Explanation();
 * Order order = orders.with(CallOptions.defaults().withExplanation(why)).getOrder(request);
 * why.decisions().forEach(System.out::println);
 * }</pre>
 *
 * <p>Keeps the first {@value #MOST} decisions. Thread-safe.
 */
public final class Explanation {

    /** Decisions that one explanation keeps. */
    public static final int MOST = 100;

    private static final Attributes.Key<Explanation> KEY = Attributes.Key.of("explanation");

    // Guarded by this.
    private final List<Decision> decisions = new ArrayList<>();
    private int dropped;

    /** An explanation in which nothing has been decided. */
    public Explanation() {}

    /**
     * One decision; who decides has a record of its own for it. What it says is for people, in one line, without secrets.
     */
    public interface Decision {
        /** What decided, by its name in the chain, such as {@code retry}. */
        String by();

        /** What was decided and why. */
        String what();
    }

    /** A decision of which there is no more than a sentence. */
    public record Note(String by, String what) implements Decision {
        @Override
        public String toString() {
            return by + ": " + what;
        }
    }

    /** The explanation that was asked for with {@code call}. */
    public static Optional<Explanation> of(Call call) {
        return call.attributes().get(KEY);
    }

    /** Notes {@code decision} if somebody has asked for an explanation of {@code call}. */
    public static void note(Call call, Supplier<? extends Decision> decision) {
        Explanation asked = of(call).orElse(null);
        if (asked != null) {
            asked.add(decision.get());
        }
    }

    /** Asks for this explanation of {@code call}, which has not begun; its attempts share it, and its end is the last word. */
    public void follow(Call call) {
        long begun = System.nanoTime();
        call.attributes().put(KEY, this);
        call.onEnd(outcome -> {
            String how = switch (outcome) {
                case Outcome.Ok ok -> "OK";
                case Outcome.Failed(CallException error) -> error.code() + " " + error.message();
            };
            add(new Note("call", "ended after %d ms: %s".formatted((System.nanoTime() - begun) / 1_000_000, how)));
        });
    }

    /** Adds a decision. */
    public synchronized void add(Decision decision) {
        if (decisions.size() < MOST) {
            decisions.add(decision);
        } else {
            dropped++;
        }
    }

    /** What was decided so far, in this order. */
    public synchronized List<Decision> decisions() {
        return List.copyOf(decisions);
    }

    /** Decisions that were made beyond the first {@value #MOST}. */
    public synchronized int dropped() {
        return dropped;
    }
}
