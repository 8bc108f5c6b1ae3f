package dev.parley.discovery;

import java.time.Duration;

/** How this package's messages say things. */
final class Shown {

    private static final int MOST = 500;

    private Shown() {}

    /** {@code 1.5 s}, {@code 250 ms}. */
    static String of(Duration time) {
        if (time.toMillis() < 1000) {
            return time.toMillis() + " ms";
        }
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() / 1000.0 + " s";
    }

    /** Why something failed, in one bounded line. */
    static String of(Throwable thrown) {
        String message = thrown.getMessage();
        String text = message == null || message.isBlank() ? thrown.toString() : message;
        return text.length() <= MOST ? text : text.substring(0, MOST) + "...";
    }
}
