package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks for one service again and again, on a thread of its own, for as long as somebody watches. */
final class ServiceFollower {

    private static final System.Logger LOG = System.getLogger(ServiceRegistry.class.getName());

    private final RegistryBackend backend;
    private final String service;
    private final RegistryOptions options;
    private final Consumer<ServiceFollower> onStop;
    private final CopyOnWriteArrayList<Listening> listening = new CopyOnWriteArrayList<>();
    private volatile @Nullable ServiceSnapshot latest;
    // Guarded by this.
    private @Nullable Thread thread;
    private boolean stopped;

    ServiceFollower(
            RegistryBackend backend, String service, RegistryOptions options, Consumer<ServiceFollower> onStop) {
        this.backend = backend;
        this.service = service;
        this.options = options;
        this.onStop = onStop;
    }

    /** One watcher, which is never told a snapshot behind a later one. */
    private final class Listening implements Watch {
        private final Consumer<ServiceSnapshot> listener;
        private volatile boolean closed;
        private @Nullable ServiceSnapshot told;

        Listening(Consumer<ServiceSnapshot> listener) {
            this.listener = listener;
        }

        @SuppressWarnings("ReferenceEquality") // that very snapshot
        synchronized void tell() {
            ServiceSnapshot now = latest;
            if (closed || now == null || now == told) {
                return;
            }
            told = now;
            try {
                listener.accept(now);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "a watcher of " + service + " failed", e);
            }
        }

        @Override
        public Optional<ServiceSnapshot> latest() {
            return Optional.ofNullable(ServiceFollower.this.latest);
        }

        @Override
        public void close() {
            closed = true;
            listening.remove(this);
            if (listening.isEmpty()) {
                stopIfUnwatched();
            }
        }
    }

    @Nullable
    ServiceSnapshot latest() {
        return latest;
    }

    /** Null if it has stopped: another is needed. */
    @Nullable
    Watch add(Consumer<ServiceSnapshot> listener) {
        Listening added = new Listening(listener);
        synchronized (this) {
            if (stopped) {
                return null;
            }
            listening.add(added);
            if (thread == null) {
                thread = Thread.ofVirtual().name("parley-watch-" + service).start(this::run);
            }
        }
        added.tell();
        return added;
    }

    private synchronized void stopIfUnwatched() {
        if (listening.isEmpty()) {
            stop();
        }
    }

    synchronized void stop() {
        stopped = true;
        if (thread != null) {
            thread.interrupt();
        }
        onStop.accept(this);
    }

    private void run() {
        String revision = "";
        int failures = 0;
        while (!stopped) {
            Duration pause;
            try {
                RegistryBackend.Answer answer = backend.query(service, revision, options.maxWait());
                failures = 0;
                revision = answer.revision();
                publish(new ServiceSnapshot(service, answer.instances(), Optional.empty()));
                pause = answer.refreshAfter().orElse(Duration.ZERO);
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                failures++;
                revision = "";
                failed(e);
                pause = backoff(failures);
            }
            if (!pause(pause)) {
                return;
            }
        }
    }

    private void failed(Exception e) {
        ServiceSnapshot known = latest;
        if (known != null && known.isFresh()) {
            LOG.log(System.Logger.Level.WARNING, "the registry does not answer for {0}: {1}", service, e.getMessage());
        }
        List<ServiceInstance> kept = known == null ? List.of() : known.instances();
        publish(new ServiceSnapshot(service, kept, Optional.of("the registry does not answer: " + e.getMessage())));
    }

    private void publish(ServiceSnapshot found) {
        ServiceSnapshot known = latest;
        if (found.equals(known)) {
            return;
        }
        latest = found;
        listening.forEach(Listening::tell);
    }

    private Duration backoff(int failures) {
        long most = options.maxBackoff().toMillis();
        long nanos = Math.min(most, options.minBackoff().toMillis() << Math.min(failures - 1, 20));
        return Duration.ofMillis(Math.max(1, ThreadLocalRandom.current().nextLong(nanos / 2, nanos + 1)));
    }

    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
