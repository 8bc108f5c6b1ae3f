package dev.parley.http;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a server accepts and how long it waits. Each limit, when hit, is named in the answer.
 *
 * @param maxHeaderBytes all headers of a message together; 16 KiB. Over it: 431
 * @param maxTargetBytes the request line's target; 8 KiB. Over it: 414
 * @param maxBodyBytes a request's body unless its handler sets another limit; 10 MiB. Over it: 413
 * @param maxConcurrentStreams requests at a time on one HTTP/2 connection; 100
 * @param maxConnections connections at a time; 10,000. Over it new ones are closed
 * @param streamWindowBytes bytes that a sender may have under way to a reader that does not read, per stream; 256 KiB
 * @param idleTimeout how long a connection without a request, or a stream without a byte, stays open; 300 s
 * @param headTimeout how long a started head may take to arrive; 10 s. Over it: 408
 * @param maxConnectionAge how long a connection takes new requests, give or take a tenth, so that clients come back to
 *     whichever server there is then; 1 h. What runs is answered
 */
public record HttpLimits(
        int maxHeaderBytes,
        int maxTargetBytes,
        long maxBodyBytes,
        int maxConcurrentStreams,
        int maxConnections,
        int streamWindowBytes,
        Duration idleTimeout,
        Duration headTimeout,
        Duration maxConnectionAge) {

    private static final HttpLimits DEFAULTS = new HttpLimits(
            16 << 10,
            8 << 10,
            10 << 20,
            100,
            10_000,
            256 << 10,
            Duration.ofSeconds(300),
            Duration.ofSeconds(10),
            Duration.ofHours(1));

    /** Checks that each is positive. */
    public HttpLimits {
        positive("maxHeaderBytes", maxHeaderBytes);
        positive("maxTargetBytes", maxTargetBytes);
        positive("maxBodyBytes", maxBodyBytes);
        positive("maxConcurrentStreams", maxConcurrentStreams);
        positive("maxConnections", maxConnections);
        positive("streamWindowBytes", streamWindowBytes);
        positive("idleTimeout", idleTimeout.toMillis());
        positive("headTimeout", headTimeout.toMillis());
        positive("maxConnectionAge", maxConnectionAge.toMillis());
    }

    /** The defaults named above. */
    public static HttpLimits defaults() {
        return DEFAULTS;
    }

    /** With another limit for bodies. */
    public HttpLimits withMaxBodyBytes(long bytes) {
        return new HttpLimits(
                maxHeaderBytes,
                maxTargetBytes,
                bytes,
                maxConcurrentStreams,
                maxConnections,
                streamWindowBytes,
                idleTimeout,
                headTimeout,
                maxConnectionAge);
    }

    /** With another limit for streams on one connection. */
    public HttpLimits withMaxConcurrentStreams(int streams) {
        return new HttpLimits(
                maxHeaderBytes,
                maxTargetBytes,
                maxBodyBytes,
                streams,
                maxConnections,
                streamWindowBytes,
                idleTimeout,
                headTimeout,
                maxConnectionAge);
    }

    /** With another limit for connections. */
    public HttpLimits withMaxConnections(int connections) {
        return new HttpLimits(
                maxHeaderBytes,
                maxTargetBytes,
                maxBodyBytes,
                maxConcurrentStreams,
                connections,
                streamWindowBytes,
                idleTimeout,
                headTimeout,
                maxConnectionAge);
    }

    /** With other time-outs. */
    public HttpLimits withTimeouts(Duration idle, Duration head) {
        return new HttpLimits(
                maxHeaderBytes,
                maxTargetBytes,
                maxBodyBytes,
                maxConcurrentStreams,
                maxConnections,
                streamWindowBytes,
                idle,
                head,
                maxConnectionAge);
    }

    /** With another age for connections. */
    public HttpLimits withMaxConnectionAge(Duration age) {
        return new HttpLimits(
                maxHeaderBytes,
                maxTargetBytes,
                maxBodyBytes,
                maxConcurrentStreams,
                maxConnections,
                streamWindowBytes,
                idleTimeout,
                headTimeout,
                age);
    }

    /** The age of one connection, give or take a tenth, so that those made together do not end together. */
    long jitteredAgeNanos() {
        return jittered(maxConnectionAge);
    }

    static long jittered(Duration age) {
        long nanos = age.toNanos();
        return nanos - nanos / 10 + ThreadLocalRandom.current().nextLong(Math.max(1, nanos / 5));
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
    }
}
