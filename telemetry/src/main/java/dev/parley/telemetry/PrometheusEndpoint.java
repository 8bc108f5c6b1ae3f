package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Supplier;

/** {@link TelemetrySdk#prometheus()}. */
final class PrometheusEndpoint implements Handler<HttpRequest, HttpResponse> {

    private final ExpositionFormats formats = ExpositionFormats.init();
    private final Supplier<MetricSnapshots> metrics;

    PrometheusEndpoint(Supplier<MetricSnapshots> metrics) {
        this.metrics = metrics;
    }

    @Override
    public HttpResponse handle(Call call, HttpRequest request) throws IOException {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            HttpResponse refused = HttpResponse.text(405, "metrics are read by GET, not " + request.method());
            refused.headers().put("allow", "GET, HEAD");
            return refused;
        }
        String accept = String.join(",", request.headers().getAll("accept"));
        ExpositionFormatWriter writer = formats.findWriter(accept);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, metrics.get());
        HttpResponse answer = HttpResponse.of(200, writer.getContentType(), text.toByteArray());
        answer.headers().put("vary", "accept").put("cache-control", "no-store");
        return answer;
    }
}
