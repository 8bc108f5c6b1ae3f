package dev.parley.http;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client: pooled HTTP/1.1 connections, or HTTP/2 by prior knowledge with many exchanges on a few. It is a {@link
 * Handler}, so whatever stands in front of a handler can stand in front of a client.
 *
 * <p>A call with an {@linkplain Call#endpoint endpoint} goes there, whatever the request's authority, which stays what the server
 * is told and, over TLS, what its certificate is held against. Each endpoint has connections and limits of its own.
 *
 * <p>The call's deadline and cancellation stop the exchange: HTTP/2 resets the stream, HTTP/1.1 closes the connection. A
 * response's body is to be read to its end or closed, or its connection stays taken until the call's deadline. A request
 * that never left fails with {@link dev.parley.RetryAdvice#NEVER_LEFT}. Thread-safe; the calling thread blocks, so it
 * should be virtual.
 */
public final class HttpClient implements Handler<HttpRequest, HttpResponse>, AutoCloseable {

    /** Hosts that are remembered of which some may have no connection any more. */
    private static final int MOST_ORIGINS = 1000;

    private static final String HTTP_1_1 = ApplicationProtocolNames.HTTP_1_1;
    private static final String HTTP_2 = ApplicationProtocolNames.HTTP_2;

    private final ClientLimits limits;
    private final HostResolver resolver;
    private final Speech http1 = new Speech("http", 80, HttpVersion.HTTP_1_1, null);
    private final Speech http2 = new Speech("http", 80, HttpVersion.HTTP_2, null);
    private final Speech https1;
    private final Speech https2;
    private final Speech https;
    private volatile boolean closed;

    private HttpClient(ClientLimits limits, ClientTls tls, HostResolver resolver) {
        this.limits = limits;
        this.resolver = resolver;
        this.https1 = new Speech("https", 443, HttpVersion.HTTP_1_1, new LazyTls(tls, List.of(HTTP_1_1)));
        this.https2 = new Speech("https", 443, HttpVersion.HTTP_2, new LazyTls(tls, List.of(HTTP_2)));
        this.https = new Speech("https", 443, null, new LazyTls(tls, List.of(HTTP_2, HTTP_1_1)));
    }

    /** Origins of one scheme in one version; none: as the server picks by ALPN. */
    private record Speech(
            String scheme,
            int defaultPort,
            @Nullable HttpVersion version,
            @Nullable LazyTls tls,
            Map<String, Origin> origins) {

        Speech(String scheme, int defaultPort, @Nullable HttpVersion version, @Nullable LazyTls tls) {
            this(scheme, defaultPort, version, tls, new ConcurrentHashMap<>());
        }
    }

    /** A client with {@link ClientLimits#defaults()} and {@link ClientTls#defaults()}. */
    public static HttpClient create() {
        return new HttpClient(ClientLimits.defaults(), ClientTls.defaults(), HostResolver.system());
    }

    /** A client with other limits. */
    public static HttpClient create(ClientLimits limits) {
        return new HttpClient(limits, ClientTls.defaults(), HostResolver.system());
    }

    /** A client with other limits that trusts others, or shows a certificate. */
    public static HttpClient create(ClientLimits limits, ClientTls tls) {
        return new HttpClient(limits, tls, HostResolver.system());
    }

    /** A client that looks hosts up in another way. */
    public static HttpClient create(ClientLimits limits, ClientTls tls, HostResolver resolver) {
        return new HttpClient(limits, tls, resolver);
    }

    /** Sends over HTTP/1.1; with scheme {@code https} over HTTP/2 if the server picks it (ALPN). */
    @Override
    public HttpResponse handle(Call call, HttpRequest request) {
        return send(call, request, null);
    }

    /** This client as a handler that speaks {@code version} and no other; shares the connections. */
    public Handler<HttpRequest, HttpResponse> over(HttpVersion version) {
        return (call, request) -> send(call, request, version);
    }

    private HttpResponse send(Call call, HttpRequest request, @Nullable HttpVersion version) {
        if (closed) {
            throw new CallException(Code.CANCELLED, "the client is closed");
        }
        call.cancellation().ifPresent(reason -> {
            throw reason;
        });
        RequestParts.checkSent(request);
        Origin origin = origin(request, call.endpoint().orElse(null), version);
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

    private Origin origin(HttpRequest request, @Nullable String endpoint, @Nullable HttpVersion version) {
        Speech speech = speech(request.scheme(), version);
        // Over TLS the name counts as well: it is what the certificate is held against.
        String key = endpoint == null
                ? request.authority()
                : speech.tls() == null ? endpoint : endpoint + '/' + request.authority();
        Origin known = speech.origins().get(key);
        if (known != null) {
            return known;
        }
        if (speech.origins().size() >= MOST_ORIGINS) {
            forgetUnused(speech);
        }
        return speech.origins().computeIfAbsent(key, each -> create(speech, request.authority(), endpoint));
    }

    ClientLimits limits() {
        return limits;
    }

    /** For what begins as HTTP/1.1 and becomes another protocol. */
    TlsContext http1Tls() {
        return java.util.Objects.requireNonNull(https1.tls()).get();
    }

    private Speech speech(String scheme, @Nullable HttpVersion version) {
        return switch (scheme) {
            case "http" -> version == HttpVersion.HTTP_2 ? http2 : http1;
            case "https" -> version == null ? https : version == HttpVersion.HTTP_2 ? https2 : https1;
            default ->
                throw new CallException(
                        Code.INVALID_ARGUMENT,
                        "scheme '" + scheme + "' is not supported by this client; expected http or https");
        };
    }

    /** Whoever asks a new host with each request would fill the memory with what is known of them. */
    private static void forgetUnused(Speech speech) {
        speech.origins()
                .forEach((authority, origin) -> origin.loop.execute(() -> {
                    if (origin.isUnused()) {
                        speech.origins().remove(authority, origin);
                    }
                }));
    }

    private Origin create(Speech speech, String authority, @Nullable String endpoint) {
        LazyTls tls = speech.tls();
        Authority named = Authority.parse(authority, speech.defaultPort());
        return new Origin(
                named,
                endpoint == null ? named : Authority.parse(endpoint, speech.defaultPort()),
                speech.version(),
                tls == null ? null : tls.get(),
                limits,
                resolver,
                Loops.shared().next());
    }

    /** Authorities that are remembered. */
    int origins() {
        return all().stream().mapToInt(speech -> speech.origins().size()).sum();
    }

    /** Connections that are open, to all authorities. Asks the event loops; for tests and monitoring. */
    public int openConnections() {
        return sum(Origin::openConnections);
    }

    /** Connections of which each would take another exchange now. */
    int connectionsWithRoom() {
        return sum(Origin::connectionsWithRoom);
    }

    /** Exchanges that are under way, to all authorities. Asks the event loops; for tests and monitoring. */
    public int running() {
        return sum(Origin::running);
    }

    private int sum(java.util.function.ToIntFunction<Origin> figure) {
        int total = 0;
        for (Speech speech : all()) {
            for (Origin origin : speech.origins().values()) {
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
        for (Speech speech : all()) {
            speech.origins().values().forEach(origin -> origin.queue.submit(origin::close));
            LazyTls tls = speech.tls();
            if (tls != null) {
                tls.close();
            }
        }
    }

    private List<Speech> all() {
        return List.of(http1, http2, https1, https2, https);
    }
}
