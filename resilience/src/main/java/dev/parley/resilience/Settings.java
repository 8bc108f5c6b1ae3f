package dev.parley.resilience;

import java.time.Duration;

/** Checks of a policy's settings; each message names the setting, its value and what was expected. */
final class Settings {

    /** Longer times overflow nobody's patience, and no arithmetic on nanoseconds. */
    static final Duration LONGEST = Duration.ofDays(1);

    private Settings() {}

    static String name(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    "name must say which policy it is, for errors and events, but is '" + value + "'");
        }
        return value;
    }

    static void between(String setting, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    setting + " must be between " + least + " and " + most + ", but is " + value);
        }
    }

    static void between(String setting, double value, double least, double most) {
        if (!(value >= least && value <= most)) { // so that NaN is refused
            throw new IllegalArgumentException(
                    setting + " must be between " + least + " and " + most + ", but is " + value);
        }
    }

    static void between(String setting, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    setting + " must be between " + least + " and " + most + ", but is " + value);
        }
    }
}
