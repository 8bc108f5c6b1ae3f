package dev.parley.testing;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The faults that one direction of a connection has, and how far each has come. Not thread-safe: its {@link Link}
 * guards it.
 */
final class Armed {
    static final long FOREVER = Long.MAX_VALUE;
    private static final int BURSTS_A_SECOND = 20;

    private Fault.@Nullable Latency latency;
    private SplittableRandom random = new SplittableRandom(0);
    private Fault.@Nullable Bandwidth bandwidth;
    private double tokens;
    private long refilled;
    private Fault.@Nullable Slice slice;
    private Fault.@Nullable Blackhole blackhole;
    private Fault.@Nullable OfStream close;
    private long resetAt = FOREVER;
    private long truncateAt = FOREVER;
    private long corruptAt = FOREVER;

    /** Takes the place of a fault of this kind; {@code passed} bytes are behind the connection. */
    void arm(Fault.OfStream fault, long passed, long now) {
        switch (fault) {
            case Fault.Latency it -> {
                latency = it;
                random = new SplittableRandom(it.seed());
            }
            case Fault.Bandwidth it -> {
                bandwidth = it;
                tokens = 0;
                refilled = now;
            }
            case Fault.Slice it -> slice = it;
            case Fault.Blackhole it -> blackhole = it;
            case Fault.Reset it -> resetAt = sum(passed, it.afterBytes());
            case Fault.Truncate it -> truncateAt = sum(passed, it.afterBytes());
            case Fault.Corrupt it -> corruptAt = sum(passed, it.afterBytes());
            case Fault.SlowClose it -> close = it;
            case Fault.NeverClose it -> close = it;
        }
    }

    void heal() {
        latency = null;
        bandwidth = null;
        slice = null;
        blackhole = null;
        close = null;
        resetAt = FOREVER;
        truncateAt = FOREVER;
        corruptAt = FOREVER;
    }

    private static long sum(long passed, long more) {
        return more > FOREVER - passed ? FOREVER : passed + more;
    }

    Fault.@Nullable Blackhole blackhole() {
        return blackhole;
    }

    boolean reads() {
        return blackhole == null || blackhole.reading();
    }

    boolean resets(long passed) {
        return passed >= resetAt;
    }

    boolean truncates(long passed) {
        return passed >= truncateAt;
    }

    /** The next piece of data's part of the jitter, from 0 to 1; negative while there is no latency. */
    double drawJitter() {
        return latency == null ? -1 : random.nextDouble();
    }

    long jitterNanos(double part) {
        return latency == null ? 0 : (long) (part * (double) latency.jitter().toNanos());
    }

    long latencyNanos() {
        return latency == null ? 0 : latency.delay().toNanos();
    }

    /** What a FIN waits for beyond latency; {@link #FOREVER} if it is never passed. */
    long closeNanos() {
        return switch (close) {
            case Fault.NeverClose _ -> FOREVER;
            case Fault.SlowClose slow -> slow.delay().toNanos();
            case null, default -> 0;
        };
    }

    long pauseNanos() {
        return slice == null ? 0 : slice.pause().toNanos();
    }

    /** How many of {@code available} bytes go on in one piece; 1 or more. */
    int piece(int available, long passed) {
        long piece = Math.min(available, Math.min(resetAt, truncateAt) - passed);
        if (slice != null) {
            piece = Math.min(piece, slice.bytes());
        }
        if (bandwidth != null) {
            piece = Math.min(piece, burst(bandwidth));
        }
        return (int) piece;
    }

    private static long burst(Fault.Bandwidth bandwidth) {
        return Math.max(1, bandwidth.bytesPerSecond() / BURSTS_A_SECOND);
    }

    /** Nanoseconds until the token bucket lets {@code bytes} through; 0: now. */
    long bandwidthNanos(int bytes, long now) {
        if (bandwidth == null) {
            return 0;
        }
        double rate = (double) bandwidth.bytesPerSecond() / 1e9;
        tokens = Math.min((double) burst(bandwidth), tokens + (double) (now - refilled) * rate);
        refilled = now;
        return tokens >= bytes ? 0 : (long) Math.ceil((bytes - tokens) / rate);
    }

    /** Accounts for a piece that goes on, and inverts the byte that is to be corrupted if it is in there. */
    void pass(byte[] bytes, int offset, int length, long passed) {
        tokens -= length;
        if (corruptAt >= passed && corruptAt - passed < length) {
            bytes[offset + (int) (corruptAt - passed)] ^= (byte) 0xff;
            corruptAt = FOREVER;
        }
    }
}
