package dev.parley.events;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;

/** Tells what an inbox has done when metrics are collected: all of it is in memory. */
final class InboxMetrics {

    private InboxMetrics() {}

    static AutoCloseable of(Meter meter, Inbox inbox) {
        ObservableLongMeasurement messages = meter.counterBuilder("parley.inbox.messages")
                .setUnit("{message}")
                .setDescription("Deliveries that were handled, were repeated, or had no effect")
                .buildObserver();
        ObservableLongMeasurement expired = meter.counterBuilder("parley.inbox.expired")
                .setUnit("{note}")
                .setDescription("Notes of messages that were deleted after the retention")
                .buildObserver();
        Attributes store = OutboxMetrics.attributes(inbox.store());
        return meter.batchCallback(
                () -> {
                    InboxSnapshot snapshot = inbox.snapshot();
                    expired.record(snapshot.expired(), store);
                    snapshot.groups().forEach((group, counts) -> {
                        Attributes of = store.toBuilder()
                                .put("messaging.consumer.group.name", group)
                                .build();
                        messages.record(counts.handled(), outcome(of, "handled"));
                        messages.record(counts.repeated(), outcome(of, "repeated"));
                        messages.record(counts.rolledBack(), outcome(of, "rolled_back"));
                    });
                },
                messages,
                expired);
    }

    private static Attributes outcome(Attributes group, String outcome) {
        return group.toBuilder().put("parley.inbox.outcome", outcome).build();
    }
}
