package dev.parley.events;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;

/** Tells what a relay does when metrics are collected: all of it is in memory. */
final class RelayMetrics {

    private static final String PREFIX = "parley.outbox.relay.";

    private RelayMetrics() {}

    static AutoCloseable of(Meter meter, OutboxRelay relay) {
        ObservableLongMeasurement active = meter.upDownCounterBuilder(PREFIX + "active")
                .setUnit("{relay}")
                .setDescription("Whether the relay is the active one")
                .buildObserver();
        ObservableLongMeasurement held = meter.upDownCounterBuilder(PREFIX + "held")
                .setUnit("{key}")
                .setDescription("Keys and topics that wait for another try")
                .buildObserver();
        ObservableLongMeasurement published =
                counter(meter, "published", "{message}", "Messages that the broker has confirmed");
        ObservableLongMeasurement failed =
                counter(meter, "failed", "{failure}", "Publications and turns at the store that failed");
        ObservableLongMeasurement setAside =
                counter(meter, "set_aside", "{message}", "Messages that the broker refuses for good");
        Attributes attributes = OutboxMetrics.attributes(relay.store());
        return meter.batchCallback(
                () -> {
                    RelaySnapshot snapshot = relay.snapshot();
                    active.record(snapshot.active() ? 1 : 0, attributes);
                    held.record(snapshot.held(), attributes);
                    published.record(snapshot.sent(), attributes);
                    failed.record(snapshot.failed(), attributes);
                    setAside.record(snapshot.setAside(), attributes);
                },
                active,
                held,
                published,
                failed,
                setAside);
    }

    private static ObservableLongMeasurement counter(Meter meter, String name, String unit, String description) {
        return meter.counterBuilder(PREFIX + name)
                .setUnit(unit)
                .setDescription(description)
                .buildObserver();
    }
}
