package dev.parley.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallScope;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.http.Body;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports to a collector that speaks OTLP, to one that hangs and to one that is not there; and Prometheus. */
@Timeout(60)
class TelemetrySdkTest {

    private static final Method BUY = Method.unary("shop.v1.Shop", "Buy");
    private static final int MANY = 5_000;

    private static void callOnce(Telemetry telemetry) throws Exception {
        CallScope call = CallScope.builder(BUY).build();
        Handler<String, String> handler = telemetry.server().before((current, request) -> request);
        assertThat(call.run(handler, "tea")).isEqualTo("tea");
        call.end(Outcome.OK);
    }

    @Test
    void tracesAndMetricsGoToTheCollectorOverHttp() throws Exception {
        try (Collector collector = new Collector(false)) {
            TelemetrySdk sdk =
                    TelemetrySdk.builder("shop").otlp(collector.http()).start();
            callOnce(sdk.telemetry());
            assertThat(sdk.shutdown(Duration.ofSeconds(20))).isTrue();
            assertThat(collector.services.take()).isEqualTo("shop");
            assertThat(collector.spans.take()).satisfies(TelemetrySdkTest::isTheCall);
            assertThat(collector.metrics).contains("rpc.server.call.duration");
        }
    }

    @Test
    void andOverGrpc() throws Exception {
        try (Collector collector = new Collector(false)) {
            TelemetrySdk sdk =
                    TelemetrySdk.builder("shop").otlp(collector.grpc()).start();
            callOnce(sdk.telemetry());
            assertThat(sdk.shutdown(Duration.ofSeconds(20))).isTrue();
            assertThat(collector.spans.take()).satisfies(TelemetrySdkTest::isTheCall);
            assertThat(collector.metrics).contains("rpc.server.call.duration");
        }
    }

    private static void isTheCall(Span span) {
        assertThat(span.getName()).isEqualTo("shop.v1.Shop/Buy");
        assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    }

    @Test
    void theEnvironmentHoldsOverTheCode() throws Exception {
        try (Collector collector = new Collector(false);
                Collector other = new Collector(false)) {
            TelemetrySdk sdk = TelemetrySdk.builder("shop")
                    .otlp(other.http())
                    .environment(Map.of(
                            "OTEL_EXPORTER_OTLP_ENDPOINT", collector.http().toString(),
                            "OTEL_SERVICE_NAME", "shop-canary",
                            "OTEL_METRICS_EXPORTER", "none"))
                    .start();
            callOnce(sdk.telemetry());
            assertThat(sdk.shutdown(Duration.ofSeconds(20))).isTrue();
            assertThat(collector.services.take()).isEqualTo("shop-canary");
            assertThat(collector.metrics).isEmpty();
            assertThat(other.asked.getCount()).isEqualTo(1);
        }
    }

    @Test
    void disabledItIsOff() {
        try (TelemetrySdk sdk = TelemetrySdk.builder("shop")
                .environment(Map.of("OTEL_SDK_DISABLED", "true"))
                .start()) {
            assertThat(sdk.telemetry().isOff()).isTrue();
        }
    }

    @Test
    void aVariableThatIsMalformedIsNamed() {
        TelemetrySdk.Builder builder =
                TelemetrySdk.builder("shop").environment(Map.of("OTEL_TRACES_SAMPLER", "sometimes"));
        assertThatThrownBy(builder::start).hasMessageContaining("sometimes");
    }

    @Test
    void withoutACollectorNothingIsExported() throws Exception {
        TelemetrySdk sdk = TelemetrySdk.builder("shop").start();
        callOnce(sdk.telemetry());
        assertThat(sdk.shutdown(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void aCollectorThatHangsHoldsUpNoCallAndNoShutdown() throws Exception {
        try (Collector collector = new Collector(true)) {
            TelemetrySdk sdk = TelemetrySdk.builder("shop")
                    .otlp(collector.http())
                    .environment(Map.of("OTEL_BSP_MAX_QUEUE_SIZE", "64", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16"))
                    .start();
            Telemetry telemetry = sdk.telemetry();
            for (int i = 0; i < 64; i++) {
                callOnce(telemetry);
            }
            collector.asked.await(); // it is at it from here on, and does not answer
            for (int i = 0; i < MANY; i++) {
                callOnce(telemetry); // far more than the queue holds
            }
            assertStopsInTime(sdk);
            assertThat(collector.spans).isEmpty();
        }
    }

    @Test
    void aCollectorThatIsDownFailsNoCall() throws Exception {
        int nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = taken.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        TelemetrySdk sdk = TelemetrySdk.builder("shop")
                .otlp(URI.create("http://127.0.0.1:" + nobody))
                .start();
        Telemetry telemetry = sdk.telemetry();
        for (int i = 0; i < MANY; i++) {
            callOnce(telemetry);
        }
        assertStopsInTime(sdk);
    }

    /** Well below the five seconds that the SDK itself waits. */
    private static void assertStopsInTime(TelemetrySdk sdk) {
        long start = System.nanoTime();
        assertThat(sdk.shutdown(Duration.ofMillis(200))).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host", "host:4318", "http:///v1", "/v1/traces"})
    void aCollectorsUrlIsChecked(String url) {
        assertThatThrownBy(() -> TelemetrySdk.builder("shop").otlp(URI.create(url)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(url);
    }

    @Test
    void prometheusGetsTextOrOpenMetricsWithExemplars() throws Exception {
        try (TelemetrySdk sdk = TelemetrySdk.builder("shop").prometheus(true).start();
                HttpServer server =
                        HttpServer.builder().handler(sdk.prometheus()).start();
                HttpClient client = HttpClient.create()) {
            callOnce(sdk.telemetry());
            HttpResponse text = fetch(client, server, "GET", "text/plain");
            assertThat(text.headers().get("content-type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
            String plain = new String(text.body().readAll(), StandardCharsets.UTF_8);
            assertThat(plain)
                    .contains("# TYPE rpc_server_call_duration_seconds histogram")
                    .contains("rpc_method=\"shop.v1.Shop/Buy\"")
                    .doesNotContain("trace_id");
            callOnce(sdk.telemetry()); // an exemplar is told once
            HttpResponse open = fetch(client, server, "GET", "application/openmetrics-text;version=1.0.0");
            assertThat(open.headers().get("content-type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("application/openmetrics-text"));
            String metrics = new String(open.body().readAll(), StandardCharsets.UTF_8);
            assertThat(metrics).endsWith("# EOF\n");
            assertThat(exemplars(metrics)).isNotEmpty();
            HttpResponse refused = fetch(client, server, "POST", "*/*");
            assertThat(refused.status()).isEqualTo(405);
            assertThat(refused.headers().get("allow")).hasValue("GET, HEAD");
            refused.body().close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*/*", "application/vnd.google.protobuf", ";;;,q=x", "text/html"})
    void whateverPrometheusAcceptsItGetsMetrics(String accept) throws Exception {
        try (TelemetrySdk sdk = TelemetrySdk.builder("shop").prometheus(true).start();
                HttpServer server =
                        HttpServer.builder().handler(sdk.prometheus()).start();
                HttpClient client = HttpClient.create()) {
            callOnce(sdk.telemetry());
            HttpResponse answer = fetch(client, server, "GET", accept);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(new String(answer.body().readAll(), StandardCharsets.UTF_8))
                    .contains("rpc_server_call_duration_seconds_count");
        }
    }

    private static Set<String> exemplars(String metrics) {
        Set<String> exemplars = new HashSet<>();
        metrics.lines()
                .filter(line -> line.startsWith("rpc_server_call_duration_seconds_bucket") && line.contains("# {"))
                .filter(line -> line.matches(".*trace_id=\"[0-9a-f]{32}\".*"))
                .forEach(exemplars::add);
        return exemplars;
    }

    private static HttpResponse fetch(HttpClient client, HttpServer server, String method, String accept) {
        HttpRequest request = new HttpRequest(
                method, "http", "127.0.0.1:" + server.port(), "/metrics", Metadata.of("accept", accept), Body.empty());
        CallScope call = CallScope.builder(Method.unary("http", method))
                .deadline(Deadline.after(Duration.ofNanos(TimeUnit.SECONDS.toNanos(20))))
                .build();
        return client.handle(call, request);
    }
}
