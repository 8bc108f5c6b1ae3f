package dev.parley.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.http.Body;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.http.HttpVersion;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spans and metrics of HTTP, over real connections. */
class HttpTelemetryTest {

    private final Recorded recorded = new Recorded();
    private final Telemetry telemetry = Telemetry.of(recorded.sdk);
    private final HttpClient client = HttpClient.create();

    @AfterEach
    void close() {
        client.close();
        recorded.close();
    }

    private HttpServer serve(Handler<HttpRequest, HttpResponse> handler) {
        return serve(telemetry, handler);
    }

    private static HttpServer serve(Telemetry telemetry, Handler<HttpRequest, HttpResponse> handler) {
        return HttpServer.builder()
                .handler(telemetry.httpServer().before(handler))
                .start();
    }

    private static CallScope call() {
        return CallScope.builder(Method.unary("http", "GET"))
                .deadline(Deadline.after(Duration.ofSeconds(20)))
                .build();
    }

    private HttpResponse send(HttpServer server, String method, String target) throws Exception {
        return telemetry
                .httpClient()
                .before(client)
                .handle(call(), HttpRequest.of(method, "127.0.0.1:" + server.port(), target));
    }

    @Test
    void twoHopsAreOneTrace() throws Exception {
        try (HttpServer second = serve((call, request) -> HttpResponse.text(200, "deep"));
                HttpServer first = serve((call, request) -> {
                    byte[] deep = send(second, "GET", "/deep").body().readAll();
                    return HttpResponse.text(200, "first of " + new String(deep, StandardCharsets.UTF_8));
                })) {
            assertThat(send(first, "GET", "/").body().readAll()).asString().isEqualTo("first of deep");
        }
        List<SpanData> spans = recorded.spans(4);
        SpanData outer = root(spans);
        SpanData firstServer = childOf(outer, spans);
        SpanData inner = childOf(firstServer, spans);
        SpanData secondServer = childOf(inner, spans);
        assertThat(spans).allMatch(span -> span.getTraceId().equals(outer.getTraceId()));
        assertThat(List.of(outer.getKind(), firstServer.getKind(), inner.getKind(), secondServer.getKind()))
                .containsExactly(SpanKind.CLIENT, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.SERVER);
    }

    private static SpanData root(List<SpanData> spans) {
        return spans.stream()
                .filter(span -> !span.getParentSpanContext().isValid())
                .findFirst()
                .orElseThrow();
    }

    private static SpanData childOf(SpanData parent, List<SpanData> spans) {
        return spans.stream()
                .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aServerSpanSaysWhatTheConventionsAskFor() throws Exception {
        try (HttpServer server = serve((call, request) -> {
            call.attributes().put(HttpRequest.ROUTE, "/users/{id}");
            return HttpResponse.text(200, "Ada");
        })) {
            HttpRequest request = new HttpRequest(
                    "GET",
                    "http",
                    "127.0.0.1:" + server.port(),
                    "/users/1?colour=blue&sig=secret",
                    Metadata.of("user-agent", "Test/1"),
                    Body.empty());
            client.over(HttpVersion.HTTP_2).handle(call(), request).body().readAll();
            SpanData span = recorded.span();
            assertThat(span.getName()).isEqualTo("GET /users/{id}");
            assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(attribute(span, "http.request.method")).isEqualTo("GET");
            assertThat(attribute(span, "url.path")).isEqualTo("/users/1");
            assertThat(attribute(span, "url.query")).isEqualTo("colour=blue&sig=REDACTED");
            assertThat(attribute(span, "url.scheme")).isEqualTo("http");
            assertThat(attribute(span, "http.route")).isEqualTo("/users/{id}");
            assertThat(attribute(span, "server.address")).isEqualTo("127.0.0.1");
            assertThat(number(span, "server.port")).isEqualTo(server.port());
            assertThat(attribute(span, "client.address")).isEqualTo("127.0.0.1");
            assertThat(attribute(span, "network.peer.address")).isEqualTo("127.0.0.1");
            assertThat(attribute(span, "network.protocol.version")).isEqualTo("2");
            assertThat(attribute(span, "user_agent.original")).isEqualTo("Test/1");
            assertThat(number(span, "http.response.status_code")).isEqualTo(200);
        }
    }

    @Test
    void aServersErrorIsOneFrom500On() throws Exception {
        try (HttpServer server = serve((call, request) -> switch (request.path()) {
            case "/gone" -> throw new CallException(Code.NOT_FOUND, "no such user");
            case "/broken" -> throw new IllegalStateException("a bug");
            default -> HttpResponse.of(503);
        })) {
            send(server, "GET", "/gone").body().readAll();
            send(server, "GET", "/broken").body().readAll();
            send(server, "GET", "/busy").body().readAll();
        }
        List<SpanData> spans = recorded.spans(6);
        assertThat(spans.stream().filter(span -> span.getKind() == SpanKind.SERVER))
                .extracting(span -> number(span, "http.response.status_code"), span -> attribute(span, "error.type"))
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(404L, null),
                        org.assertj.core.groups.Tuple.tuple(500L, "500"),
                        org.assertj.core.groups.Tuple.tuple(503L, "503"));
        assertThat(spans.stream().filter(span -> span.getKind() == SpanKind.CLIENT))
                .extracting(span -> attribute(span, "error.type"))
                .containsExactlyInAnyOrder("404", "500", "503");
    }

    @Test
    void anUnknownMethodIsOther() throws Exception {
        try (HttpServer server = serve((call, request) -> HttpResponse.of(204))) {
            send(server, "BREW", "/tea").body().readAll();
        }
        assertThat(recorded.spans(2)).allSatisfy(span -> {
            assertThat(span.getName()).isEqualTo("HTTP");
            assertThat(attribute(span, "http.request.method")).isEqualTo("_OTHER");
            assertThat(attribute(span, "http.request.method_original")).isEqualTo("BREW");
        });
    }

    @Test
    void aClientThatReachesNobodySaysSo() {
        CallScope call = call();
        Handler<HttpRequest, HttpResponse> observed = telemetry.httpClient().before(client);
        assertThatThrownBy(() -> observed.handle(call, HttpRequest.of("GET", "127.0.0.1:1", "/")))
                .isInstanceOf(CallException.class);
        assertThat(recorded.metric("http.client.request.duration")
                        .getHistogramData()
                        .getPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getAttributes().get(AttributeKey.stringKey("error.type")))
                        .isEqualTo("UNAVAILABLE"));
    }

    @Test
    void theSpanOfAStreamEndsWithTheStreamAndIsCurrentInIt() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<String> inProducer = new AtomicReference<>();
        try (HttpServer server =
                serve((call, request) -> new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                    inProducer.set(Span.current().getSpanContext().getSpanId());
                    sink.send(new byte[] {1});
                    sent.countDown();
                    goOn.await();
                }))))) {
            HttpResponse response = client.handle(call(), HttpRequest.of("GET", "127.0.0.1:" + server.port(), "/"));
            sent.await();
            assertThat(point("http.server.active_requests").getValue()).isEqualTo(1);
            recorded.assertNoMore();
            goOn.countDown();
            response.body().readAll();
            assertThat(recorded.span().getSpanId()).isEqualTo(inProducer.get());
        }
        assertThat(point("http.server.active_requests").getValue()).isZero();
    }

    private LongPointData point(String name) {
        return recorded.metric(name).getLongSumData().getPoints().iterator().next();
    }

    @Test
    void atAnEdgeACallersTraceIsLinkedAndNotJoined() throws Exception {
        Telemetry edge = Telemetry.of(recorded.sdk, TelemetryOptions.defaults().withEdge(true));
        String theirs = "4bf92f3577b34da6a3ce929d0e0e4736";
        try (HttpServer server = serve(edge, (call, request) -> HttpResponse.of(204))) {
            HttpRequest request = new HttpRequest(
                    "GET",
                    "http",
                    "127.0.0.1:" + server.port(),
                    "/",
                    Metadata.of("traceparent", "00-" + theirs + "-00f067aa0ba902b7-00"),
                    Body.empty());
            client.handle(call(), request).body().readAll();
        }
        SpanData span = recorded.span();
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(span.getTraceId()).isNotEqualTo(theirs);
        assertThat(span.getLinks())
                .singleElement()
                .satisfies(
                        link -> assertThat(link.getSpanContext().getTraceId()).isEqualTo(theirs));
    }

    @Test
    void aRequestThatIsSentAgainSaysHowOften() throws Exception {
        try (HttpServer server = serve(Telemetry.off(), (call, request) -> HttpResponse.of(503))) {
            CallScope call = call();
            for (int i = 0; i < 3; i++) {
                CallScope attempt = CallScope.child(call);
                HttpResponse response = attempt.run(
                        telemetry.httpClient().before(client),
                        HttpRequest.of("GET", "127.0.0.1:" + server.port(), "/"));
                response.body().readAll();
                attempt.end(Outcome.OK);
            }
            call.end(Outcome.OK);
        }
        assertThat(recorded.spans(3))
                .extracting(span -> number(span, "http.request.resend_count"))
                .containsExactly(null, 1L, 2L);
    }

    @Test
    void twoRequestsUnderOneCallAreNoRepeats() throws Exception {
        try (HttpServer server = serve(Telemetry.off(), (call, request) -> HttpResponse.of(204))) {
            CallScope call = call();
            for (String target : List.of("/a", "/a", "/b")) {
                telemetry
                        .httpClient()
                        .before(client)
                        .handle(call, HttpRequest.of("GET", "127.0.0.1:" + server.port(), target))
                        .body()
                        .readAll();
            }
        }
        assertThat(recorded.spans(3))
                .extracting(span -> number(span, "http.request.resend_count"))
                .containsOnlyNulls();
    }

    @Test
    void aDurationHasTheConventionsBounds() throws Exception {
        try (HttpServer server = serve((call, request) -> HttpResponse.of(204))) {
            send(server, "GET", "/").body().readAll();
            recorded.spans(2);
        }
        HistogramPointData point = recorded.metric("http.server.request.duration")
                .getHistogramData()
                .getPoints()
                .iterator()
                .next();
        assertThat(point.getBoundaries()).isEqualTo(Conventions.DURATIONS);
        assertThat(recorded.metric("http.server.request.duration").getUnit()).isEqualTo("s");
    }

    private static @Nullable String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }

    private static @Nullable Long number(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.longKey(name));
    }
}
