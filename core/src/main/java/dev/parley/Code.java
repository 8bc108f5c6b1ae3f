package dev.parley;

import java.util.Optional;

/**
 * The 16 canonical error codes of gRPC and Connect. Success is not an error and has no constant here: see
 * {@link Outcome}.
 *
 * @see <a href="https://grpc.io/docs/guides/status-codes/">gRPC status codes</a>
 */
public enum Code {
    /** The caller gave up. */
    CANCELLED(1),
    /** Something failed that has no better word. */
    UNKNOWN(2),
    /** The request is wrong whatever the state of the system. */
    INVALID_ARGUMENT(3),
    /** Time ran out before the answer was complete. */
    DEADLINE_EXCEEDED(4),
    /** The thing asked for does not exist. */
    NOT_FOUND(5),
    /** The thing to be created exists. */
    ALREADY_EXISTS(6),
    /** The caller is known and may not do this. */
    PERMISSION_DENIED(7),
    /** A quota, a limit or a size is exhausted. */
    RESOURCE_EXHAUSTED(8),
    /** The state of the system does not allow it; a repeat fails too until the state is changed. */
    FAILED_PRECONDITION(9),
    /** A conflict with someone else's work; repeat from a higher level. */
    ABORTED(10),
    /** Past the valid range. */
    OUT_OF_RANGE(11),
    /** No such method here. */
    UNIMPLEMENTED(12),
    /** An invariant is broken: a bug. */
    INTERNAL(13),
    /** Not now; a repeat may succeed. */
    UNAVAILABLE(14),
    /** Data is lost for good. */
    DATA_LOSS(15),
    /** The caller is not known. */
    UNAUTHENTICATED(16);

    private static final Code[] BY_NUMBER = values();

    private final int number;
    private final String connectName;

    Code(int number) {
        this.number = number;
        // Connect spells the word with one l.
        this.connectName = number == 1 ? "canceled" : name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The number on gRPC's wire, 1 to 16. */
    public int number() {
        return number;
    }

    /** The word on Connect's wire, such as {@code not_found}. */
    public String connectName() {
        return connectName;
    }

    /** The code with this number on gRPC's wire; empty for 0 (OK) and for unknown numbers. */
    public static Optional<Code> ofNumber(int number) {
        return number >= 1 && number <= BY_NUMBER.length ? Optional.of(BY_NUMBER[number - 1]) : Optional.empty();
    }

    /** The code with this word on Connect's wire; empty if there is none. */
    public static Optional<Code> ofConnectName(String name) {
        for (Code code : BY_NUMBER) {
            if (code.connectName.equals(name)) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }
}
