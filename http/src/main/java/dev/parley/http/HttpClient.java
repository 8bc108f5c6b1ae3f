package dev.parley.http;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An HTTP client: pooled HTTP/1.1 connections, or HTTP/2 by prior knowledge with many exchanges on a few. It is a {@link
 * Handler}, so whatever stands in front of a handler can stand in front of a client.
 *
 * <p>The call's deadline and cancellation stop the exchange: HTTP/2 resets the stream, HTTP/1.1 closes the connection. A
 * response's body is to be read to its end or closed, or its connection stays taken until the call's deadline. A request
 * that never left fails with {@link dev.parley.RetryAdvice#NEVER_LEFT}. Thread-safe; the calling thread blocks, so it
 * should be virtual.
 */
public final class HttpClient implements Handler<HttpRequest, HttpResponse>, AutoCloseable {

    private final ClientLimits limits;
    private final Map<String, Origin> http1 = new ConcurrentHashMap<>();
    private final Map<String, Origin> http2 = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private HttpClient(ClientLimits limits) {
        this.limits = limits;
    }

    /** A client with {@link ClientLimits#defaults()}. */
    public static HttpClient create() {
        return new HttpClient(ClientLimits.defaults());
    }

    /** A client with other limits. */
    public static HttpClient create(ClientLimits limits) {
        return new HttpClient(limits);
    }

    /** Sends over HTTP/1.1. */
    @Override
    public HttpResponse handle(Call call, HttpRequest request) {
        return send(call, request, HttpVersion.HTTP_1_1);
    }

    /** This client as a handler that speaks {@code version}; shares the connections. */
    public Handler<HttpRequest, HttpResponse> over(HttpVersion version) {
        return (call, request) -> send(call, request, version);
    }

    private HttpResponse send(Call call, HttpRequest request, HttpVersion version) {
        if (closed) {
            throw new CallException(Code.CANCELLED, "the client is closed");
        }
        call.cancellation().ifPresent(reason -> {
            throw reason;
        });
        Origin origin = origin(request, version);
        if (closed) {
            throw new CallException(
                    Code.CANCELLED, "the client is closed"); // while the origin was made: close missed it
        }
        ClientExchange exchange = new ClientExchange(call, request, origin.loop);
        exchange.capture();
        exchange.follow();
        origin.queue.submit(() -> origin.submit(exchange));
        return exchange.response();
    }

    private Origin origin(HttpRequest request, HttpVersion version) {
        Map<String, Origin> origins = version == HttpVersion.HTTP_2 ? http2 : http1;
        Origin known = origins.get(request.authority());
        return known != null
                ? known
                : origins.computeIfAbsent(
                        request.authority(), authority -> create(request.scheme(), authority, version));
    }

    private Origin create(String scheme, String authority, HttpVersion version) {
        if (!scheme.equals("http")) {
            throw new CallException(
                    Code.INVALID_ARGUMENT, "scheme '" + scheme + "' is not supported by this client; expected http");
        }
        return new Origin(
                Authority.parse(authority), version, limits, Loops.shared().next());
    }

    /** Connections that are open, to all authorities. Asks the event loops; for tests and monitoring. */
    public int openConnections() {
        return sum(Origin::openConnections);
    }

    /** Exchanges that are under way, to all authorities. Asks the event loops; for tests and monitoring. */
    public int running() {
        return sum(Origin::running);
    }

    private int sum(java.util.function.ToIntFunction<Origin> figure) {
        int total = 0;
        for (Map<String, Origin> origins : java.util.List.of(http1, http2)) {
            for (Origin origin : origins.values()) {
                total += origin.loop
                        .submit(() -> figure.applyAsInt(origin))
                        .awaitUninterruptibly()
                        .getNow();
            }
        }
        return total;
    }

    /** Closes all connections; what is under way fails with {@code CANCELLED}. */
    @Override
    public void close() {
        closed = true;
        http1.values().forEach(origin -> origin.queue.submit(origin::close));
        http2.values().forEach(origin -> origin.queue.submit(origin::close));
    }
}
