package dev.parley.events;

import dev.parley.store.Store;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks an outbox what waits when metrics are collected, on a thread of its own, and keeps the last answer. */
final class OutboxMetrics implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("dev.parley.events");
    private static final long PATIENCE = Duration.ofSeconds(1).toMillis();
    private static final double NANOS = 1e9;

    private final Outbox outbox;
    private final Attributes attributes;
    private final long refreshNanos;
    private final ObservableLongMeasurement pending;
    private final ObservableLongMeasurement setAside;
    private final ObservableDoubleMeasurement oldestAge;
    private final BatchCallback callback;
    private volatile @Nullable OutboxStats last;
    private @Nullable CompletableFuture<Boolean> asking; // guarded by this
    private @Nullable Thread asker; // guarded by this
    private long asked; // guarded by this
    private boolean closed; // guarded by this

    private OutboxMetrics(Meter meter, Outbox outbox, Duration refresh) {
        this.outbox = outbox;
        this.attributes = attributes(outbox.store());
        this.refreshNanos = refresh.toNanos();
        this.asked = System.nanoTime() - refreshNanos;
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
        refresh();
        OutboxStats stats = last;
        if (stats != null) {
            pending.record(stats.depth(), attributes);
            setAside.record(stats.setAside(), attributes);
            stats.oldestAge().ifPresent(age -> oldestAge.record(age.toNanos() / NANOS, attributes));
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
                asker = Thread.ofVirtual().name("parley-outbox-metrics").start(() -> ask(begun));
            }
            answer = asking;
        }
        try {
            answer.get(PATIENCE, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, "the figures of the outbox are late; those before are told", e);
        }
    }

    private void ask(CompletableFuture<Boolean> begun) {
        try {
            last = outbox.stats();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "there are no figures of the outbox at present", e);
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
