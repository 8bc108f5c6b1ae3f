package dev.parley.http;

import java.time.Duration;

/**
 * What a client uses and how long it waits.
 *
 * @param connectTimeout how long a connection may take to be made; 3 s
 * @param idleTimeout how long a connection without an exchange is kept; 60 s, less than servers' usual 75 s or more
 * @param maxHttp1Connections connections to one authority in HTTP/1.1; 256
 * @param maxHttp2Connections connections to one authority in HTTP/2; 4, each for as many streams as its server allows
 * @param maxWaiting requests that wait for a connection to one authority; 10,000. Over it: RESOURCE_EXHAUSTED
 * @param maxHeaderBytes all headers of a response; 16 KiB
 * @param streamWindowBytes bytes of a response that are received before its reader takes them; 256 KiB
 */
public record ClientLimits(
        Duration connectTimeout,
        Duration idleTimeout,
        int maxHttp1Connections,
        int maxHttp2Connections,
        int maxWaiting,
        int maxHeaderBytes,
        int streamWindowBytes) {

    private static final ClientLimits DEFAULTS =
            new ClientLimits(Duration.ofSeconds(3), Duration.ofSeconds(60), 256, 4, 10_000, 16 << 10, 256 << 10);

    /** Checks that each is positive. */
    public ClientLimits {
        positive("connectTimeout", connectTimeout.toMillis());
        positive("idleTimeout", idleTimeout.toMillis());
        positive("maxHttp1Connections", maxHttp1Connections);
        positive("maxHttp2Connections", maxHttp2Connections);
        positive("maxWaiting", maxWaiting);
        positive("maxHeaderBytes", maxHeaderBytes);
        positive("streamWindowBytes", streamWindowBytes);
    }

    /** The defaults named above. */
    public static ClientLimits defaults() {
        return DEFAULTS;
    }

    /** With other limits for connections and those that wait for one. */
    public ClientLimits withConnections(int http1, int http2, int waiting) {
        return new ClientLimits(connectTimeout, idleTimeout, http1, http2, waiting, maxHeaderBytes, streamWindowBytes);
    }

    /** With other time-outs. */
    public ClientLimits withTimeouts(Duration connect, Duration idle) {
        return new ClientLimits(
                connect, idle, maxHttp1Connections, maxHttp2Connections, maxWaiting, maxHeaderBytes, streamWindowBytes);
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
