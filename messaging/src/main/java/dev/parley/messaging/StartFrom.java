package dev.parley.messaging;

import java.time.Instant;
import java.util.Objects;

/**
 * Where a group begins that the broker does not know yet. A group that it knows goes on where it was, whatever is said here.
 */
public sealed interface StartFrom {

    /** With what is published from now on: all that is published after {@code subscribe} has returned is seen. */
    enum Latest implements StartFrom {
        /** The only one. */
        LATEST
    }

    /** With the oldest message that the topic still has. Needs {@link Capability#REPLAY}. */
    enum Earliest implements StartFrom {
        /** The only one. */
        EARLIEST
    }

    /**
     * With the message at this position, or the next behind it. Needs {@link Capability#REPLAY}.
     *
     * @param position as {@link Delivery#position} says it
     */
    record Position(String position) implements StartFrom {
        /** Checks that there is one. */
        public Position {
            if (position.isEmpty()) {
                throw new IllegalArgumentException("a position to start from must not be empty");
            }
        }
    }

    /**
     * With the first message that was published at or after this instant. Needs {@link Capability#REPLAY}.
     *
     * @param time by the broker's clock
     */
    record Time(Instant time) implements StartFrom {
        /** Checks that there is one. */
        public Time {
            Objects.requireNonNull(time, "time");
        }
    }

    /** See {@link Latest}. */
    static StartFrom latest() {
        return Latest.LATEST;
    }

    /** See {@link Earliest}. */
    static StartFrom earliest() {
        return Earliest.EARLIEST;
    }
}
