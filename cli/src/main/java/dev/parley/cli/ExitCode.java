package dev.parley.cli;

import dev.parley.Code;

/** What the process ends with; part of its interface. */
final class ExitCode {

    /** The call succeeded. */
    static final int OK = 0;
    /** The command line is wrong, or its input, or what it names does not exist; nothing was called, or not to its end. */
    static final int USAGE = 2;
    /** Nobody says what the method looks like: the server has no reflection, and there is no {@code --schema}. */
    static final int NO_CONTRACT = 3;

    /** Ctrl-C or a signal ended it; the call was cancelled. What a shell has for it. */
    static final int INTERRUPTED = 130;

    private static final int CALL = 64;

    private ExitCode() {}

    /** 64 and the code's number: 65 for CANCELLED to 80 for UNAUTHENTICATED, as grpcurl has them. */
    static int of(Code code) {
        return CALL + code.number();
    }
}
