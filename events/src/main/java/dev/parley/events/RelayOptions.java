package dev.parley.events;

import java.time.Duration;

/**
 * How a relay works. Immutable.
 *
 * @param holder who it is, for people; 1 to 200 characters, default {@code relay-} and the process id
 * @param batch how many messages it takes at a time at most; 1 to 10,000, default 200
 * @param batchBytes how many bytes of payloads it takes at a time, one message at least; 1 KiB to 256 MiB, default 8 MiB
 * @param poll how often it looks without having been woken; 10 ms to 1 min, default 500 ms
 * @param lease for how long it is the active one without a sign of life; 1 s to 10 min, default 15 s
 * @param minBackoff the wait after a first failure, doubled with each further one, jittered; 1 ms to 1 min, default 100 ms
 * @param maxBackoff the longest such wait; at least {@code minBackoff}, at most 1 h, default 30 s
 * @param drain how long {@code close} waits for a publication that is under way, before it interrupts it; 0 to 10 min, default 10 s
 */
public record RelayOptions(
        String holder,
        int batch,
        int batchBytes,
        Duration poll,
        Duration lease,
        Duration minBackoff,
        Duration maxBackoff,
        Duration drain) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public RelayOptions {
        Ranges.checkName("holder", holder, 200);
        Ranges.check("batch", batch, 1, 10_000);
        Ranges.check("batchBytes", batchBytes, 1024, 256 << 20);
        Ranges.check("poll", poll, Duration.ofMillis(10), Duration.ofMinutes(1));
        Ranges.check("lease", lease, Duration.ofSeconds(1), Duration.ofMinutes(10));
        Ranges.check("minBackoff", minBackoff, Duration.ofMillis(1), Duration.ofMinutes(1));
        Ranges.check("maxBackoff", maxBackoff, minBackoff, Duration.ofHours(1));
        Ranges.check("drain", drain, Duration.ZERO, Duration.ofMinutes(10));
    }

    /** The defaults. */
    public static RelayOptions defaults() {
        return new RelayOptions(
                "relay-" + ProcessHandle.current().pid(),
                200,
                8 << 20,
                Duration.ofMillis(500),
                Duration.ofSeconds(15),
                Duration.ofMillis(100),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10));
    }

    /** This with another {@link #holder}. */
    public RelayOptions withHolder(String name) {
        return new RelayOptions(name, batch, batchBytes, poll, lease, minBackoff, maxBackoff, drain);
    }

    /** This with another {@link #batch}. */
    public RelayOptions withBatch(int messages) {
        return new RelayOptions(holder, messages, batchBytes, poll, lease, minBackoff, maxBackoff, drain);
    }

    /** This with other {@link #batchBytes}. */
    public RelayOptions withBatchBytes(int bytes) {
        return new RelayOptions(holder, batch, bytes, poll, lease, minBackoff, maxBackoff, drain);
    }

    /** This with another {@link #poll}. */
    public RelayOptions withPoll(Duration interval) {
        return new RelayOptions(holder, batch, batchBytes, interval, lease, minBackoff, maxBackoff, drain);
    }

    /** This with another {@link #lease}. */
    public RelayOptions withLease(Duration time) {
        return new RelayOptions(holder, batch, batchBytes, poll, time, minBackoff, maxBackoff, drain);
    }

    /** This with other waits after failures. */
    public RelayOptions withBackoff(Duration min, Duration max) {
        return new RelayOptions(holder, batch, batchBytes, poll, lease, min, max, drain);
    }

    /** This with another {@link #drain}. */
    public RelayOptions withDrain(Duration time) {
        return new RelayOptions(holder, batch, batchBytes, poll, lease, minBackoff, maxBackoff, time);
    }
}
