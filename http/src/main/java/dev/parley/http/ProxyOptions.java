package dev.parley.http;

import java.time.Duration;
import java.util.Objects;

/**
 * How a server passes exchanges on to upstreams.
 *
 * @param connections limits for connections to each upstream. Each event loop has a pool of its own, so they hold for
 *     each loop; {@link ClientLimits#defaults()}
 * @param responseTimeout how long an upstream may take for the head of its response, from the moment that it was given
 *     the last byte of the request; a request that cannot be sent on for so long ends as well. 15 s. Over it: 504
 * @param forwarded what becomes of X-Forwarded-For, -Proto and -Host; {@link Forwarded#REPLACE}
 */
public record ProxyOptions(ClientLimits connections, Duration responseTimeout, Forwarded forwarded) {

    /** What becomes of X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host. */
    public enum Forwarded {
        /** The peer is not trusted: what it says is replaced by what this server sees. */
        REPLACE,
        /**
         * The peer is a trusted proxy: its address is appended to X-Forwarded-For; -Proto and -Host are kept, and set
         * only if they are missing.
         */
        APPEND,
        /** They are taken out, and nothing is said. */
        REMOVE
    }

    private static final ProxyOptions DEFAULTS =
            new ProxyOptions(ClientLimits.defaults(), Duration.ofSeconds(15), Forwarded.REPLACE);

    /** Checks that the time-out is positive and nothing is null. */
    public ProxyOptions {
        Objects.requireNonNull(connections, "connections");
        Objects.requireNonNull(forwarded, "forwarded");
        if (responseTimeout.toMillis() <= 0) {
            throw new IllegalArgumentException("responseTimeout must be at least 1 ms, but is " + responseTimeout);
        }
    }

    /** The defaults named above. */
    public static ProxyOptions defaults() {
        return DEFAULTS;
    }

    /** With other limits for connections. */
    public ProxyOptions withConnections(ClientLimits limits) {
        return new ProxyOptions(limits, responseTimeout, forwarded);
    }

    /** With another time for the head of a response. */
    public ProxyOptions withResponseTimeout(Duration timeout) {
        return new ProxyOptions(connections, timeout, forwarded);
    }

    /** With another rule for X-Forwarded headers. */
    public ProxyOptions withForwarded(Forwarded rule) {
        return new ProxyOptions(connections, responseTimeout, rule);
    }
}
