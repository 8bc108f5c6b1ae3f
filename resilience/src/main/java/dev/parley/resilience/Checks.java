package dev.parley.resilience;

import java.time.Duration;

/** What the values of policies must be; each message names the field, its value and what was expected. */
final class Checks {

    private Checks() {}

    static void within(String field, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    field + " must be between " + least + " and " + most + ", but is " + value);
        }
    }

    static void within(String field, double value, double least, double most) {
        if (!(value >= least && value <= most)) { // not a number is neither
            throw new IllegalArgumentException(
                    field + " must be between " + least + " and " + most + ", but is " + value);
        }
    }

    static void positive(String field, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(field + " must be positive, but is " + value);
        }
    }

    static void atMost(String field, Duration value, String what, Duration most) {
        if (value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    field + " must not be longer than " + what + " (" + most + "), but is " + value);
        }
    }
}
