package dev.parley.http;

import java.util.Objects;

/**
 * Where an exchange is passed on to. Make one and keep it: it is looked up with each exchange.
 *
 * @param authority {@code host}, {@code host:port} or {@code [v6]:port}
 * @param version what is spoken there, without encryption
 */
public record Upstream(String authority, HttpVersion version) {

    /**
     * Checks the authority.
     *
     * @throws dev.parley.CallException {@code INVALID_ARGUMENT} if it is not host and port
     */
    public Upstream {
        Objects.requireNonNull(version, "version");
        Authority.parse(authority);
    }

    /** This authority in HTTP/1.1. */
    public static Upstream http1(String authority) {
        return new Upstream(authority, HttpVersion.HTTP_1_1);
    }

    /** This authority in HTTP/2 by prior knowledge. */
    public static Upstream http2(String authority) {
        return new Upstream(authority, HttpVersion.HTTP_2);
    }

    @Override
    public String toString() {
        return authority;
    }
}
