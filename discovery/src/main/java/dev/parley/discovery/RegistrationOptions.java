package dev.parley.discovery;

import java.time.Duration;

/**
 * How an instance is registered. Immutable.
 *
 * @param ttl after how long without a sign of life others are not to find it any more; 1 s to 1 day, 15 s. It is renewed
 *     three times in that
 * @param deregisterAfter after how long in that state the registry may forget it; 1 min (Consul's least)
 * @param ready whether others are to find it at once; true
 */
public record RegistrationOptions(Duration ttl, Duration deregisterAfter, boolean ready) {

    private static final RegistrationOptions DEFAULTS =
            new RegistrationOptions(Duration.ofSeconds(15), Duration.ofMinutes(1), true);

    /** Checks the ranges. */
    public RegistrationOptions {
        between("ttl", ttl);
        between("deregisterAfter", deregisterAfter);
    }

    private static void between(String name, Duration value) {
        if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(name + " must be between 1 s and 1 day, but is " + value);
        }
    }

    /** The values named above. */
    public static RegistrationOptions defaults() {
        return DEFAULTS;
    }

    /** With another time to live. */
    public RegistrationOptions withTtl(Duration other) {
        return new RegistrationOptions(other, deregisterAfter, ready);
    }

    /** Forgotten after this time. */
    public RegistrationOptions withDeregisterAfter(Duration other) {
        return new RegistrationOptions(ttl, other, ready);
    }

    /** Found at once, or only once it {@linkplain Registration#ready says so}. */
    public RegistrationOptions withReady(boolean atOnce) {
        return new RegistrationOptions(ttl, deregisterAfter, atOnce);
    }
}
