package dev.parley.http;

import java.util.Objects;

/**
 * Where an exchange is passed on to. Make one and keep it: it is looked up with each exchange.
 *
 * @param authority {@code host}, {@code host:port} or {@code [v6]:port}
 * @param version what is spoken there
 * @param tls whether over TLS, as {@link ProxyOptions#tls} says
 */
public record Upstream(String authority, HttpVersion version, boolean tls) {

    /**
     * Checks the authority.
     *
     * @throws dev.parley.CallException {@code INVALID_ARGUMENT} if it is not host and port
     */
    public Upstream {
        Objects.requireNonNull(version, "version");
        Authority.parse(authority, 80);
    }

    /** This authority in {@code version}, plain. */
    public Upstream(String authority, HttpVersion version) {
        this(authority, version, false);
    }

    /** This authority in HTTP/1.1, plain. */
    public static Upstream http1(String authority) {
        return new Upstream(authority, HttpVersion.HTTP_1_1, false);
    }

    /** This authority in HTTP/2 by prior knowledge. */
    public static Upstream http2(String authority) {
        return new Upstream(authority, HttpVersion.HTTP_2, false);
    }

    /** This authority in {@code version} over TLS. */
    public static Upstream https(String authority, HttpVersion version) {
        return new Upstream(authority, version, true);
    }

    @Override
    public String toString() {
        return authority;
    }
}
