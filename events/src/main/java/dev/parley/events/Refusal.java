package dev.parley.events;

import dev.parley.CallException;
import dev.parley.Code;

/** What a failed publication says about the message, its topic, and the broker. */
enum Refusal {
    /** The broker or the topic cannot be used now: the same message may succeed later, others of the topic will not succeed either. */
    LATER,
    /** Nobody knows: it may be the message, and others may succeed. */
    UNSURE,
    /** This message never succeeds. */
    NEVER;

    static Refusal of(Throwable thrown) {
        if (thrown instanceof IllegalArgumentException) {
            return NEVER; // a name or a header that this broker does not have
        }
        return of(CallException.from(thrown).code());
    }

    private static Refusal of(Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, OUT_OF_RANGE, UNIMPLEMENTED -> NEVER;
            // Wrong credentials and missing queues are put right by people, and are no reason to set messages aside.
            case UNAVAILABLE,
                    DEADLINE_EXCEEDED,
                    RESOURCE_EXHAUSTED,
                    CANCELLED,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    NOT_FOUND,
                    FAILED_PRECONDITION -> LATER;
            case ABORTED, ALREADY_EXISTS, DATA_LOSS, INTERNAL, UNKNOWN -> UNSURE;
        };
    }

    /** The cause of a letter: for people. */
    static String cause(Throwable thrown) {
        String text = thrown instanceof CallException error ? error.code() + ": " + error.message() : thrown.toString();
        return text.length() > 1000 ? text.substring(0, 1000) : text;
    }
}
