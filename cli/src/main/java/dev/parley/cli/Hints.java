package dev.parley.cli;

import dev.parley.CallException;

/** What somebody at a command line can do about an error that the library words for programs. */
final class Hints {

    private Hints() {}

    static String of(CallException error) {
        return "";
    }
}
