package dev.parley.examples.shop.simulation;

import dev.parley.CallException;
import dev.parley.Code;
import java.time.Duration;

/**
 * A way to misbehave, so that the demo can show what callers make of it.
 *
 * @param delay how long to think first; a cancelled call interrupts it
 * @param fails whether to fail then
 */
public record Simulation(Duration delay, boolean fails) {

    private static final Duration LONGEST = Duration.ofSeconds(30); // ahead of the constants that it checks

    /** To behave. */
    public static final Simulation NONE = new Simulation(Duration.ZERO, false);

    /** To fail at once. */
    public static final Simulation FAILURE = new Simulation(Duration.ZERO, true);

    /** Checks the delay, which may come from a request. */
    public Simulation {
        if (delay.isNegative() || delay.compareTo(LONGEST) > 0) {
            throw new CallException(
                    Code.INVALID_ARGUMENT, "a simulated delay is from 0 to 30000 ms, but this is " + delay.toMillis());
        }
    }

    /** To be slow. */
    public static Simulation slow(Duration delay) {
        return new Simulation(delay, false);
    }

    /** Does it. */
    public void play() {
        try {
            Thread.sleep(delay);
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "a simulated delay");
        }
        if (fails) {
            throw new CallException(Code.UNAVAILABLE, "a simulated failure");
        }
    }
}
