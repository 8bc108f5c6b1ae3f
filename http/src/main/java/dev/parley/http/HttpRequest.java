package dev.parley.http;

import dev.parley.Attributes;
import dev.parley.Metadata;
import java.util.Objects;

/**
 * An HTTP request, as a server receives it and as a client sends it. The parts are those of RFC 9110; HTTP/2's
 * pseudo-headers are fields here and never stand in {@link #headers}.
 *
 * @param method such as {@code GET}; case-sensitive
 * @param scheme {@code http} or {@code https}
 * @param authority host, and port if it is not the scheme's ({@code Host} in HTTP/1.1); may be empty on a server
 * @param target the path with its query, as on the wire: percent-encoded, not normalised; or {@code *}
 * @param headers all other headers, not copied
 * @param body the body, read or sent once
 */
public record HttpRequest(String method, String scheme, String authority, String target, Metadata headers, Body body) {

    /** On the call of a request that a router has found a route for: the route's template, such as {@code /users/{id}}. */
    public static final Attributes.Key<String> ROUTE = Attributes.Key.of("http.route");

    /** Checks that nothing is null. */
    public HttpRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(scheme, "scheme");
        Objects.requireNonNull(authority, "authority");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(body, "body");
    }

    /** A request over plain HTTP: {@code HttpRequest.of("GET", "localhost:8080", "/users/1")}. */
    public static HttpRequest of(String method, String authority, String target) {
        return new HttpRequest(method, "http", authority, target, new Metadata(), Body.empty());
    }

    /** The same request with another body. */
    public HttpRequest withBody(Body other) {
        return new HttpRequest(method, scheme, authority, target, headers, other);
    }

    /** The target up to the query, still percent-encoded. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The query behind the question mark, still percent-encoded; empty if there is none. */
    public String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query + 1);
    }
}
