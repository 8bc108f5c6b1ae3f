package dev.parley.rpc;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A part that a server leans on, such as its database, and how to find out whether it works. Immutable.
 *
 * @param name what it is called, also by {@code grpc.health.v1}: 1 to 100 letters, digits, dots, dashes and underscores
 * @param critical whether the server is not ready without it
 * @param interval from the end of a check to the begin of the next one; 10 s
 * @param timeout how long a check may take before the part counts as down; 2 s
 * @param check finds out; returns if it works and throws if it does not
 */
public record HealthComponent(String name, boolean critical, Duration interval, Duration timeout, Check check) {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    /** Finds out whether a part works. Runs on a virtual thread, which is interrupted when its time is over. */
    @FunctionalInterface
    public interface Check {
        /** Returns if it works; what it throws says why it does not. */
        void check() throws Exception;
    }

    /** @throws IllegalArgumentException if the name has another form, or a time is not positive */
    public HealthComponent {
        Objects.requireNonNull(check, "check");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name must be 1 to 100 letters, digits, dots, dashes and underscores, but is \"" + name + '"');
        }
        positive("interval", interval);
        positive("timeout", timeout);
    }

    private static void positive(String field, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(field + " must be positive, but is " + value);
        }
    }

    /** A part without which the server is not ready. */
    public static HealthComponent critical(String name, Check check) {
        return new HealthComponent(name, true, INTERVAL, TIMEOUT, check);
    }

    /** A part that the server can do without. */
    public static HealthComponent optional(String name, Check check) {
        return new HealthComponent(name, false, INTERVAL, TIMEOUT, check);
    }

    /** Checked at another interval. */
    public HealthComponent withInterval(Duration between) {
        return new HealthComponent(name, critical, between, timeout, check);
    }

    /** With another time for a check. */
    public HealthComponent withTimeout(Duration most) {
        return new HealthComponent(name, critical, interval, most, check);
    }
}
