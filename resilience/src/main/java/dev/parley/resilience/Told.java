package dev.parley.resilience;

import dev.parley.CallException;

/** Words for decisions. */
final class Told {

    private static final int LONGEST = 200;

    private Told() {}

    static String briefly(CallException error) {
        String message = error.message();
        String line = message.length() > LONGEST ? message.substring(0, LONGEST) + "..." : message;
        return error.code() + " " + line.replace('\n', ' ');
    }

    static String nth(int attempts) {
        return switch (attempts) {
            case 1 -> "first";
            case 2 -> "second";
            case 3 -> "third";
            default -> attempts + "th";
        };
    }
}
