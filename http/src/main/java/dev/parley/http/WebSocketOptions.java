package dev.parley.http;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How a WebSocket behaves. Immutable.
 *
 * @param maxMessageBytes the most bytes of a message, its fragments together; 1 MiB. Over it the socket is closed with 1009
 * @param pingInterval how long nothing is received before a ping is sent; 30 s. Nothing for twice that closes the socket
 * @param closeTimeout how long the peer may take to answer a close; 5 s
 * @param subprotocols what is spoken inside, the preferred first: a server picks the first that the client offers, a client
 *     offers all; none
 * @param allowedOrigins the origins of other pages that may open a socket to this server, such as {@code
 *     https://shop.example}, or {@code *} for any. A request without {@code Origin}, and one whose origin is the host it
 *     asks, is always let in; any other is answered 403, because a browser sends its cookies along whoever asks
 */
public record WebSocketOptions(
        int maxMessageBytes,
        Duration pingInterval,
        Duration closeTimeout,
        List<String> subprotocols,
        Set<String> allowedOrigins) {

    private static final WebSocketOptions DEFAULTS =
            new WebSocketOptions(1 << 20, Duration.ofSeconds(30), Duration.ofSeconds(5), List.of(), Set.of());

    /** Checks that sizes and times are positive. */
    public WebSocketOptions {
        if (maxMessageBytes <= 0) {
            throw new IllegalArgumentException("maxMessageBytes must be positive, but is " + maxMessageBytes);
        }
        ClientTls.positive("pingInterval", pingInterval);
        ClientTls.positive("closeTimeout", closeTimeout);
        subprotocols = List.copyOf(subprotocols);
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    /** The defaults named above. */
    public static WebSocketOptions defaults() {
        return DEFAULTS;
    }

    /** With another limit for messages. */
    public WebSocketOptions withMaxMessageBytes(int bytes) {
        return new WebSocketOptions(bytes, pingInterval, closeTimeout, subprotocols, allowedOrigins);
    }

    /** With other times. */
    public WebSocketOptions withTimes(Duration ping, Duration close) {
        return new WebSocketOptions(maxMessageBytes, ping, close, subprotocols, allowedOrigins);
    }

    /** Speaking these. */
    public WebSocketOptions withSubprotocols(String... names) {
        return new WebSocketOptions(maxMessageBytes, pingInterval, closeTimeout, List.of(names), allowedOrigins);
    }

    /** Letting pages of these origins in. */
    public WebSocketOptions withAllowedOrigins(String... origins) {
        return new WebSocketOptions(maxMessageBytes, pingInterval, closeTimeout, subprotocols, Set.of(origins));
    }
}
