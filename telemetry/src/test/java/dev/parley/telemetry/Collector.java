package dev.parley.telemetry;

import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.GZIPInputStream;

/** A collector that speaks OTLP, over HTTP and over gRPC. */
final class Collector implements AutoCloseable {

    final BlockingQueue<Span> spans = new LinkedBlockingQueue<>();
    final BlockingQueue<String> metrics = new LinkedBlockingQueue<>();
    final BlockingQueue<String> services = new LinkedBlockingQueue<>();
    /** Closed until it is told to answer. */
    final CountDownLatch answers;

    final CountDownLatch asked = new CountDownLatch(1);

    private final HttpServer server =
            HttpServer.builder().handler((call, request) -> answer(request)).start();

    Collector(boolean hangs) {
        this.answers = new CountDownLatch(hangs ? 1 : 0);
    }

    URI http() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    URI grpc() {
        return URI.create("grpc://127.0.0.1:" + server.port());
    }

    private HttpResponse answer(HttpRequest request) throws Exception {
        asked.countDown();
        byte[] body = request.body().readAll();
        answers.await();
        return switch (request.path()) {
            case "/v1/traces" -> {
                traces(inflated(body, request.headers()));
                yield HttpResponse.of(200, "application/x-protobuf", new byte[0]);
            }
            case "/v1/metrics" -> {
                metrics(inflated(body, request.headers()));
                yield HttpResponse.of(200, "application/x-protobuf", new byte[0]);
            }
            case "/opentelemetry.proto.collector.trace.v1.TraceService/Export" -> {
                traces(message(body));
                yield empty();
            }
            case "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" -> {
                metrics(message(body));
                yield empty();
            }
            default -> HttpResponse.of(404);
        };
    }

    private static HttpResponse empty() {
        return new HttpResponse(
                200,
                Metadata.of("content-type", "application/grpc"),
                Body.of(new byte[5], Metadata.of("grpc-status", "0")));
    }

    private static byte[] message(byte[] body) throws Exception {
        InputStream content = new ByteArrayInputStream(body, 5, body.length - 5);
        return body[0] == 0 ? content.readAllBytes() : new GZIPInputStream(content).readAllBytes();
    }

    private static byte[] inflated(byte[] body, Metadata headers) throws Exception {
        return headers.get("content-encoding").orElse("").equals("gzip")
                ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes()
                : body;
    }

    private void traces(byte[] bytes) throws Exception {
        ExportTraceServiceRequest.parseFrom(bytes).getResourceSpansList().forEach(resource -> {
            resource.getResource().getAttributesList().stream()
                    .filter(attribute -> attribute.getKey().equals("service.name"))
                    .forEach(attribute -> services.add(attribute.getValue().getStringValue()));
            resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
        });
    }

    private void metrics(byte[] bytes) throws Exception {
        ExportMetricsServiceRequest.parseFrom(bytes)
                .getResourceMetricsList()
                .forEach(resource -> resource.getScopeMetricsList()
                        .forEach(scope -> scope.getMetricsList().forEach(metric -> metrics.add(metric.getName()))));
    }

    @Override
    public void close() {
        answers.countDown();
        server.close();
    }
}
