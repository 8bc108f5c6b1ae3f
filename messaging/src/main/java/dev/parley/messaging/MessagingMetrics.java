package dev.parley.messaging;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The counters and histograms of the conventions. */
final class MessagingMetrics {

    private static final List<Double> SECONDS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);
    private static final double NANOS = 1e9;

    private final LongCounter sent;
    private final LongCounter consumed;
    private final DoubleHistogram operation;
    private final DoubleHistogram process;

    MessagingMetrics(Meter meter) {
        this.sent = meter.counterBuilder("messaging.client.sent.messages")
                .setUnit("{message}")
                .setDescription("Messages that were sent to the broker")
                .build();
        this.consumed = meter.counterBuilder("messaging.client.consumed.messages")
                .setUnit("{message}")
                .setDescription("Messages that were delivered to a handler")
                .build();
        this.operation = histogram(meter, "messaging.client.operation.duration", "How long a publication takes");
        this.process = histogram(meter, "messaging.process.duration", "How long a handler takes");
    }

    private static DoubleHistogram histogram(Meter meter, String name, String description) {
        return meter.histogramBuilder(name)
                .setUnit("s")
                .setDescription(description)
                .setExplicitBucketBoundariesAdvice(SECONDS)
                .build();
    }

    void sent(Attributes common, @Nullable String error, long nanos) {
        Attributes attributes = with(common, error);
        sent.add(1, attributes);
        operation.record(nanos / NANOS, attributes);
    }

    void processed(Attributes common, @Nullable String error, int messages, long nanos) {
        Attributes attributes = with(common, error);
        consumed.add(messages, attributes);
        process.record(nanos / NANOS, attributes);
    }

    private static Attributes with(Attributes common, @Nullable String error) {
        return error == null
                ? common
                : common.toBuilder().put("error.type", error).build();
    }
}
