package dev.parley.events;

import java.time.Duration;

/** Checks of options. */
final class Ranges {

    private Ranges() {}

    static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s must be %d to %d, but is %d".formatted(name, min, max, value));
        }
    }

    static void check(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException("%s must be %s to %s, but is %s".formatted(name, min, max, value));
        }
    }

    static void checkName(String field, String value, int max) {
        if (value.isEmpty() || value.length() > max || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "%s must have 1 to %d characters without control characters, but is \"%s\""
                            .formatted(field, max, value.length() > max ? value.substring(0, max) + "..." : value));
        }
    }
}
