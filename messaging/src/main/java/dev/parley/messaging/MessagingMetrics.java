package dev.parley.messaging;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import org.jspecify.annotations.Nullable;

/** The counters and histograms of the conventions. */
final class MessagingMetrics {

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
                .setExplicitBucketBoundariesAdvice(MessagingConventions.DURATIONS)
                .build();
    }

    /** @param sent whether it got as far as the broker's client */
    void published(Attributes common, @Nullable String error, boolean sent, long nanos) {
        Attributes attributes = with(common, error);
        if (sent) {
            this.sent.add(1, attributes);
        }
        operation.record(nanos / NANOS, attributes);
    }

    void processed(Attributes common, @Nullable String error, long nanos) {
        process.record(nanos / NANOS, with(common, error));
    }

    void consumed(Attributes common, @Nullable String error, int messages) {
        consumed.add(messages, with(common, error));
    }

    private static Attributes with(Attributes common, @Nullable String error) {
        return error == null
                ? common
                : common.toBuilder().put(MessagingConventions.ERROR_TYPE, error).build();
    }
}
