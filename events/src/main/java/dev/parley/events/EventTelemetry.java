package dev.parley.events;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;

/**
 * Metrics of outboxes, relays and inboxes over an {@link OpenTelemetry}. The semantic conventions have no names for them, so theirs begin
 * with {@code parley}; instruments, units and attributes follow the conventions. Spans and metrics of publications and of handlers are those of
 * {@link dev.parley.messaging.MessagingTelemetry}.
 *
 * <pre>{@code
 * EventTelemetry telemetry = EventTelemetry.of(openTelemetry);
 * AutoCloseable waiting = telemetry.observe(outbox);
 * AutoCloseable sending = telemetry.observe(relay);
 * AutoCloseable handled = telemetry.observe(inbox);
 * }</pre>
 *
 * <p>Each measurement has {@code parley.store}, the store's name without secrets, so observe one of each kind for a store. Figures of an
 * outbox are its store's, the same in every process; those of relays and inboxes are this process's, to be added up. Immutable and
 * thread-safe.
 */
public final class EventTelemetry {

    private static final Duration REFRESH = Duration.ofSeconds(10);

    private final Meter meter;

    private EventTelemetry(Meter meter) {
        this.meter = meter;
    }

    /** Telemetry over {@code openTelemetry}. */
    public static EventTelemetry of(OpenTelemetry openTelemetry) {
        return new EventTelemetry(openTelemetry.getMeter("dev.parley.events"));
    }

    /**
     * Gauges of what waits: {@code parley.outbox.pending} (committed and not marked as sent), {@code parley.outbox.oldest_age} in seconds
     * (absent if nothing waits) and {@code parley.outbox.set_aside}. The store is asked every 10 s at most, and only while somebody
     * collects metrics; a collection waits for it for 1 s at most and then tells the figures before.
     *
     * @return ends it
     */
    public AutoCloseable observe(Outbox outbox) {
        return OutboxMetrics.of(meter, outbox, REFRESH);
    }

    /**
     * {@code parley.outbox.relay.active} (1 for the active relay, 0 for one that stands by; added up over all processes it is to be 1),
     * {@code parley.outbox.relay.held} (keys and topics that wait for another try), and the counters {@code parley.outbox.relay.published}
     * (confirmed by the broker and marked so), {@code .failed} (publications, and turns at the store) and {@code .set_aside}.
     *
     * @return ends it
     */
    public AutoCloseable observe(OutboxRelay relay) {
        return RelayMetrics.of(meter, relay);
    }

    /**
     * The counter {@code parley.inbox.messages}, by {@code messaging.consumer.group.name} and {@code parley.inbox.outcome}: {@code
     * handled}, {@code repeated} (acknowledged without effect) or {@code rolled_back}; and {@code parley.inbox.expired}, notes that were
     * deleted after the retention.
     *
     * @return ends it
     */
    public AutoCloseable observe(Inbox inbox) {
        return InboxMetrics.of(meter, inbox);
    }
}
