package dev.parley.http;

import java.time.Duration;

/**
 * What a client uses and how long it waits.
 *
 * @param connectTimeout how long an address may take to be connected to, TLS included, and a name to be looked up; 3 s
 * @param idleTimeout how long a connection without an exchange is kept; 60 s, less than servers' usual 75 s or more
 * @param maxHttp1Connections connections to one authority in HTTP/1.1; 256
 * @param maxHttp2Connections connections to one authority in HTTP/2; 4, each for as many streams as its server allows
 * @param maxWaiting requests that wait for a connection to one authority; 10,000. Over it: RESOURCE_EXHAUSTED
 * @param maxHeaderBytes all headers of a response; 16 KiB
 * @param streamWindowBytes bytes of a response that are received before its reader takes them; 256 KiB
 * @param readTimeout how long an exchange may go on without a byte from the server, or of the request to it; 300 s. Time
 *     in which the caller does not read does not count. Over it: DEADLINE_EXCEEDED
 * @param maxConnectionAge how long a connection takes new exchanges, give or take a tenth, so that those of many clients
 *     do not end together and a name that has moved is looked up again; 30 min
 * @param pingInterval how long an HTTP/2 connection with exchanges may be silent before it is asked whether it is still
 *     there; 300 s, but at once when an exchange ran out of time and nothing has come since it began. Servers may take shorter intervals for an attack; one that says so (too_many_pings) is asked half as
 *     often from then on
 * @param pingTimeout how long the answer may take; 10 s. Over it all exchanges of the connection fail with UNAVAILABLE
 */
public record ClientLimits(
        Duration connectTimeout,
        Duration idleTimeout,
        int maxHttp1Connections,
        int maxHttp2Connections,
        int maxWaiting,
        int maxHeaderBytes,
        int streamWindowBytes,
        Duration readTimeout,
        Duration maxConnectionAge,
        Duration pingInterval,
        Duration pingTimeout) {

    private static final ClientLimits DEFAULTS = new ClientLimits(
            Duration.ofSeconds(3),
            Duration.ofSeconds(60),
            256,
            4,
            10_000,
            16 << 10,
            256 << 10,
            Duration.ofSeconds(300),
            Duration.ofMinutes(30),
            Duration.ofSeconds(300),
            Duration.ofSeconds(10));

    /** Checks that each is positive. */
    public ClientLimits {
        positive("connectTimeout", connectTimeout.toMillis());
        positive("idleTimeout", idleTimeout.toMillis());
        positive("maxHttp1Connections", maxHttp1Connections);
        positive("maxHttp2Connections", maxHttp2Connections);
        positive("maxWaiting", maxWaiting);
        positive("maxHeaderBytes", maxHeaderBytes);
        positive("streamWindowBytes", streamWindowBytes);
        positive("readTimeout", readTimeout.toMillis());
        positive("maxConnectionAge", maxConnectionAge.toMillis());
        positive("pingInterval", pingInterval.toMillis());
        positive("pingTimeout", pingTimeout.toMillis());
    }

    /** The defaults named above. */
    public static ClientLimits defaults() {
        return DEFAULTS;
    }

    /** With other limits for connections and those that wait for one. */
    public ClientLimits withConnections(int http1, int http2, int waiting) {
        return new ClientLimits(
                connectTimeout,
                idleTimeout,
                http1,
                http2,
                waiting,
                maxHeaderBytes,
                streamWindowBytes,
                readTimeout,
                maxConnectionAge,
                pingInterval,
                pingTimeout);
    }

    /** With other time-outs. */
    public ClientLimits withTimeouts(Duration connect, Duration idle) {
        return new ClientLimits(
                connect,
                idle,
                maxHttp1Connections,
                maxHttp2Connections,
                maxWaiting,
                maxHeaderBytes,
                streamWindowBytes,
                readTimeout,
                maxConnectionAge,
                pingInterval,
                pingTimeout);
    }

    /** With another limit on silence. */
    public ClientLimits withReadTimeout(Duration read) {
        return new ClientLimits(
                connectTimeout,
                idleTimeout,
                maxHttp1Connections,
                maxHttp2Connections,
                maxWaiting,
                maxHeaderBytes,
                streamWindowBytes,
                read,
                maxConnectionAge,
                pingInterval,
                pingTimeout);
    }

    /** With another age, and other pings. */
    public ClientLimits withConnectionLife(Duration age, Duration ping, Duration answer) {
        return new ClientLimits(
                connectTimeout,
                idleTimeout,
                maxHttp1Connections,
                maxHttp2Connections,
                maxWaiting,
                maxHeaderBytes,
                streamWindowBytes,
                readTimeout,
                age,
                ping,
                answer);
    }

    int maxConnections(HttpVersion version) {
        return version == HttpVersion.HTTP_2 ? maxHttp2Connections : maxHttp1Connections;
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
    }
}
