package dev.parley.messaging;

import dev.parley.messaging.internal.Engine;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks a broker for its queues when metrics are collected, on a thread of its own, and keeps the last answer. */
final class QueueGauges implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("dev.parley.messaging");
    private static final long PATIENCE = Duration.ofSeconds(1).toMillis();
    private static final double NANOS = 1e9;

    private final MessageBroker broker;
    private final Attributes system;
    private final long refreshNanos;
    private final ObservableLongMeasurement depth;
    private final ObservableLongMeasurement lag;
    private final ObservableLongMeasurement inFlight;
    private final ObservableDoubleMeasurement oldestAge;
    private final ObservableLongMeasurement redelivered;
    private final ObservableLongMeasurement deadLetters;
    private final BatchCallback callback;
    private volatile List<QueueStats> last = List.of();
    private @Nullable CompletableFuture<Boolean> asking; // guarded by this
    private @Nullable Thread asker; // guarded by this
    private long asked; // guarded by this
    private boolean closed; // guarded by this

    QueueGauges(Meter meter, MessageBroker broker, Duration refresh) {
        this.broker = broker;
        this.system = system(broker);
        this.refreshNanos = refresh.toNanos();
        this.asked = System.nanoTime() - refreshNanos;
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
        refresh();
        for (QueueStats stats : last) {
            Attributes attributes = system.toBuilder()
                    .put(MessagingConventions.DESTINATION, stats.queue().topic())
                    .put(MessagingConventions.GROUP, stats.queue().group())
                    .build();
            depth.record(stats.depth(), attributes);
            stats.inFlight().ifPresent(count -> {
                lag.record(stats.depth() + count, attributes);
                inFlight.record(count, attributes);
            });
            stats.oldestAge().ifPresent(age -> oldestAge.record(age.toNanos() / NANOS, attributes));
            stats.redelivered().ifPresent(count -> redelivered.record(count, attributes));
            stats.deadLetters().ifPresent(count -> deadLetters.record(count, attributes));
        }
    }

    private void refresh() {
        CompletableFuture<Boolean> answer;
        synchronized (this) {
            if (asking == null) {
                if (closed || System.nanoTime() - asked < refreshNanos) {
                    return;
                }
                CompletableFuture<Boolean> begun = new CompletableFuture<>();
                asking = begun;
                asker = Thread.ofVirtual().name("parley-queue-gauges").start(() -> ask(begun));
            }
            answer = asking;
        }
        try {
            answer.get(PATIENCE, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, "the figures of queues are late; those before are told", e);
        }
    }

    private void ask(CompletableFuture<Boolean> begun) {
        try {
            last = List.copyOf(broker.queues());
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "there are no figures of queues at present", e);
        } finally {
            synchronized (this) {
                asked = System.nanoTime();
                asking = null;
                asker = null;
            }
            begun.complete(true);
        }
    }

    @Override
    public void close() {
        callback.close();
        Thread thread;
        synchronized (this) {
            closed = true;
            thread = asker;
        }
        if (thread != null) {
            thread.interrupt();
        }
    }
}
