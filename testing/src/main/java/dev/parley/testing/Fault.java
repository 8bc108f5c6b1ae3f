package dev.parley.testing;

import java.time.Duration;

/**
 * What a network does wrong, for {@link FaultProxy#inject}. Counts of bytes start at zero in each connection when the
 * fault is injected, or when the connection is accepted if that is later. Durations are between zero and an hour.
 * Immutable.
 */
public sealed interface Fault {

    /** A fault of the bytes under way in one direction, or in both. */
    sealed interface OfStream extends Fault {}

    /** A fault of connecting; connections that are open go on. */
    sealed interface OfConnect extends Fault {}

    /**
     * Each piece of data, and the end, comes later by {@code delay} and up to {@code jitter} more; order is kept, and
     * data behind it may be under way meanwhile.
     *
     * @param seed where the random numbers of the jitter start in each connection, so that a run can be repeated
     */
    record Latency(Duration delay, Duration jitter, long seed) implements OfStream {
        /** Checks the range. */
        public Latency {
            check("delay", delay);
            check("jitter", jitter);
        }

        /** Without jitter. */
        public Latency(Duration delay) {
            this(delay, Duration.ZERO, 0);
        }
    }

    /** Each connection passes {@code bytesPerSecond} at most, in bursts of a 20th of a second; 1 or more. */
    record Bandwidth(long bytesPerSecond) implements OfStream {
        /** Checks the range. */
        public Bandwidth {
            check("bytesPerSecond", bytesPerSecond, 1);
        }
    }

    /** Data is passed on in pieces of {@code bytes} (1 or more), with {@code pause} behind each. */
    record Slice(int bytes, Duration pause) implements OfStream {
        /** Checks the range. */
        public Slice {
            check("bytes", bytes, 1);
            check("pause", pause);
        }
    }

    /**
     * Nothing is passed on, not even an end. With {@code reading} what comes is read and thrown away; such a
     * connection is reset once the fault is healed, as TCP never shows a gap. Without, nothing is read beyond the
     * buffers, so that the sender will block, and all of it is passed on when the fault is healed.
     */
    record Blackhole(boolean reading) implements OfStream {}

    /**
     * Both sides see a reset (RST) when {@code afterBytes} have been passed on; 0: at once. What the receiver has not
     * taken by then may be lost.
     */
    record Reset(long afterBytes) implements OfStream {
        /** Checks the range. */
        public Reset {
            check("afterBytes", afterBytes, 0);
        }
    }

    /**
     * The stream ends (FIN) when {@code afterBytes} have been passed on; 0: at once. What comes behind is thrown away.
     * The other direction goes on, so the connection is half closed.
     */
    record Truncate(long afterBytes) implements OfStream {
        /** Checks the range. */
        public Truncate {
            check("afterBytes", afterBytes, 0);
        }
    }

    /** The byte behind the first {@code afterBytes} is inverted, once a connection. */
    record Corrupt(long afterBytes) implements OfStream {
        /** Checks the range. */
        public Corrupt {
            check("afterBytes", afterBytes, 0);
        }
    }

    /** The end (FIN) is passed on later by {@code delay}; data is not. Replaces {@link NeverClose}. */
    record SlowClose(Duration delay) implements OfStream {
        /** Checks the range. */
        public SlowClose {
            check("delay", delay);
        }
    }

    /** The end (FIN) is not passed on until the fault is healed. Replaces {@link SlowClose}. */
    record NeverClose() implements OfStream {}

    /** The port is kept, but nobody listens: connecting fails at once, and so do those that were not accepted by then. */
    record Refuse() implements OfConnect {}

    /** New connections are accepted, then reset at once, before the target hears of them. */
    record ResetOnConnect() implements OfConnect {}

    private static void check(String name, Duration value) {
        if (value.isNegative() || value.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(name + " must be between PT0S and PT1H, but is " + value);
        }
    }

    private static void check(String name, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " must be " + min + " or more, but is " + value);
        }
    }
}
