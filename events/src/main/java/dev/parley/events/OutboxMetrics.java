package dev.parley.events;

import dev.parley.messaging.spi.LastAnswer;
import dev.parley.store.Store;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.time.Duration;

/** What waits in an outbox, asked when metrics are collected. */
final class OutboxMetrics implements AutoCloseable {

    private static final double NANOS = 1e9;

    private final Attributes attributes;
    private final LastAnswer<OutboxStats> stats;
    private final ObservableLongMeasurement pending;
    private final ObservableLongMeasurement setAside;
    private final ObservableDoubleMeasurement oldestAge;
    private final BatchCallback callback;

    private OutboxMetrics(Meter meter, Outbox outbox, Duration refresh) {
        this.attributes = attributes(outbox.store());
        this.stats = new LastAnswer<>("outbox of " + outbox.store(), outbox::stats, refresh);
        this.pending = gauge(meter, "pending", "Messages that are committed and not yet sent");
        this.setAside = gauge(meter, "set_aside", "Messages that the broker refuses for good");
        this.oldestAge = meter.gaugeBuilder("parley.outbox.oldest_age")
                .setUnit("s")
                .setDescription("Age of the oldest message that is not yet sent")
                .buildObserver();
        this.callback = meter.batchCallback(this::observe, pending, setAside, oldestAge);
    }

    static AutoCloseable of(Meter meter, Outbox outbox, Duration refresh) {
        return new OutboxMetrics(meter, outbox, refresh);
    }

    /** Which store it is. */
    static Attributes attributes(Store store) {
        return Attributes.builder().put("parley.store", store.toString()).build();
    }

    private static ObservableLongMeasurement gauge(Meter meter, String name, String description) {
        return meter.gaugeBuilder("parley.outbox." + name)
                .ofLongs()
                .setUnit("{message}")
                .setDescription(description)
                .buildObserver();
    }

    private void observe() {
        stats.get().ifPresent(now -> {
            pending.record(now.depth(), attributes);
            setAside.record(now.setAside(), attributes);
            now.oldestAge().ifPresent(age -> oldestAge.record(age.toNanos() / NANOS, attributes));
        });
    }

    @Override
    public void close() {
        callback.close();
        stats.close();
    }
}
