package dev.parley.tck.messaging;

import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.MessagingTelemetry;
import dev.parley.messaging.QueueName;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** A broker's queues as somebody sees them who collects metrics. */
final class Gauges implements AutoCloseable {

    private static final String PREFIX = "parley.messaging.queue.";

    private final InMemoryMetricReader reader = InMemoryMetricReader.create();
    private final OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(reader).build())
            .build();
    private final AutoCloseable observed;

    Gauges(MessageBroker broker) {
        observed = MessagingTelemetry.of(telemetry).observe(broker);
    }

    /** What a gauge says of a queue now; empty if it says nothing. */
    OptionalDouble of(String name, QueueName queue) {
        return reader.collectAllMetrics().stream()
                .filter(metric -> metric.getName().equals(PREFIX + name))
                .flatMap(Gauges::points)
                .filter(point -> isOf(point.getAttributes(), queue))
                .mapToDouble(Gauges::value)
                .findFirst();
    }

    private static Stream<? extends PointData> points(MetricData metric) {
        return metric.getData().getPoints().stream();
    }

    private static double value(PointData point) {
        return switch (point) {
            case LongPointData count -> count.getValue();
            case DoublePointData measured -> measured.getValue();
            default -> throw new AssertionError("no gauge: " + point);
        };
    }

    private static boolean isOf(Attributes attributes, QueueName queue) {
        return queue.topic().equals(attributes.get(AttributeKey.stringKey("messaging.destination.name")))
                && queue.group().equals(attributes.get(AttributeKey.stringKey("messaging.consumer.group.name")));
    }

    @Override
    public void close() throws Exception {
        observed.close();
        telemetry.close();
    }
}
