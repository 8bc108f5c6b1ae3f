package dev.parley.messaging;

import dev.parley.messaging.internal.Engine;
import dev.parley.messaging.spi.LastAnswer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.time.Duration;
import java.util.List;

/** A broker's queues, asked for when metrics are collected. */
final class QueueGauges implements AutoCloseable {

    private static final double NANOS = 1e9;

    private final Attributes system;
    private final LastAnswer<List<QueueStats>> queues;
    private final ObservableLongMeasurement depth;
    private final ObservableLongMeasurement lag;
    private final ObservableLongMeasurement inFlight;
    private final ObservableDoubleMeasurement oldestAge;
    private final ObservableLongMeasurement redelivered;
    private final ObservableLongMeasurement deadLetters;
    private final BatchCallback callback;

    QueueGauges(Meter meter, MessageBroker broker, Duration refresh) {
        this.system = system(broker);
        this.queues = new LastAnswer<>("queues of " + broker, () -> List.copyOf(broker.queues()), refresh);
        this.depth = gauge(meter, "depth", "Messages that wait for a consumer");
        this.lag = gauge(meter, "lag", "Messages that are not settled");
        this.inFlight = gauge(meter, "in_flight", "Messages that are delivered and not settled");
        this.redelivered = gauge(meter, "redelivered", "Deliveries that were not the first");
        this.deadLetters = gauge(meter, "dead_letters", "Messages that were given up");
        this.oldestAge = meter.gaugeBuilder("parley.messaging.queue.oldest_age")
                .setUnit("s")
                .setDescription("Age of the oldest message that is not settled")
                .buildObserver();
        this.callback = meter.batchCallback(this::observe, depth, lag, inFlight, redelivered, deadLetters, oldestAge);
    }

    /** Which broker it is, if it is one of ours: a program may have several. */
    private static Attributes system(MessageBroker broker) {
        if (!(broker instanceof Engine engine)) {
            return Attributes.empty();
        }
        AttributesBuilder system = Attributes.builder()
                .put(MessagingConventions.SYSTEM, engine.peer().protocol());
        MessagingTarget.server(system, engine.names());
        return system.build();
    }

    private static ObservableLongMeasurement gauge(Meter meter, String name, String description) {
        return meter.gaugeBuilder("parley.messaging.queue." + name)
                .ofLongs()
                .setUnit("{message}")
                .setDescription(description)
                .buildObserver();
    }

    private void observe() {
        for (QueueStats stats : queues.get().orElse(List.of())) {
            Attributes attributes = system.toBuilder()
                    .put(MessagingConventions.DESTINATION, stats.queue().topic())
                    .put(MessagingConventions.GROUP, stats.queue().group())
                    .build();
            depth.record(stats.depth(), attributes);
            stats.inFlight().ifPresent(count -> {
                lag.record(stats.depth() + count, attributes);
                inFlight.record(count, attributes);
            });
            stats.oldestAge().ifPresent(age -> oldestAge.record(age.getSeconds() + age.getNano() / NANOS, attributes));
            stats.redelivered().ifPresent(count -> redelivered.record(count, attributes));
            stats.deadLetters().ifPresent(count -> deadLetters.record(count, attributes));
        }
    }

    @Override
    public void close() {
        callback.close();
        queues.close();
    }
}
