package dev.parley.http;

/**
 * Filters that pass exchanges on to an upstream: a reverse proxy ("gateway" in RFC 9110) is a server with one of them.
 *
 * <pre>{@code
 * HttpServer proxy = HttpServer.builder()
 *         .port(8080)
 *         .filters(List.of(Proxy.to("127.0.0.1:9000")))
 *         .start();
 * }</pre>
 *
 * <p>Method, target, authority (Host) and all end-to-end headers are kept. Headers of one connection are taken out both
 * ways, those that {@code Connection} names included; {@code TE} is passed on as {@code trailers} or not at all. Added to
 * the request are {@code Via} and, by {@link ProxyOptions#forwarded()}, {@code X-Forwarded-For}, {@code -Proto} and {@code
 * -Host}. A request with a deadline carries what remains of it in {@code X-Request-Timeout-Ms}. {@code Expect:
 * 100-continue} and interim responses pass; an Upgrade from HTTP/1.1 to HTTP/1.1 becomes a tunnel once the upstream has
 * agreed (never to {@code h2c}). An upstream that fails is answered for with problem details that name it: 502 if it
 * refuses or breaks off, 503 if too many wait for it, 504 if it takes too long; once its head has been sent on, the
 * response is broken off instead, so that nobody takes it for whole. A request without a body whose method is idempotent
 * is sent a second time if a kept connection turns out to be closed before any of the answer came.
 */
public final class Proxy {

    private Proxy() {}

    /** Passes every exchange on to this authority in HTTP/1.1. */
    public static ExchangeFilter to(String authority) {
        return to(Upstream.http1(authority));
    }

    /** Passes every exchange on to {@code upstream}. */
    public static ExchangeFilter to(Upstream upstream) {
        return exchange -> {
            exchange.upstream(upstream);
            return Verdict.proceed();
        };
    }
}
