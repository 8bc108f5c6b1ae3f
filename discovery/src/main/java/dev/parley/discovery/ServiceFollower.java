package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryBackend.Answer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one service again and again, on a thread of its own, for as long as somebody watches. What it makes of the answers is
 * {@link Findings}' business.
 */
final class ServiceFollower {

    /** Watchers of one service. */
    static final int MOST_WATCHERS = 10_000;

    private static final System.Logger LOG = System.getLogger(ServiceRegistry.class.getName());

    /** Questions that may hang although they were interrupted. */
    private static final int MOST_LEFT_BEHIND = 3;

    private final RegistryBackend backend;
    private final String service;
    private final String registry;
    private final RegistryOptions options;
    private final Consumer<ServiceFollower> onStop;
    private final CopyOnWriteArrayList<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final Findings findings;
    private final Pace pace;
    private volatile @Nullable ServiceSnapshot latest;
    private volatile boolean stopped;
    private volatile boolean answered;
    private @Nullable Thread thread; // guarded by this

    ServiceFollower(
            RegistryBackend backend,
            String service,
            String registry,
            RegistryOptions options,
            Consumer<ServiceFollower> onStop) {
        this.backend = backend;
        this.service = service;
        this.registry = registry;
        this.options = options;
        this.onStop = onStop;
        this.findings = new Findings(service, registry, options);
        this.pace = new Pace(options.minBackoff(), options.timer());
    }

    @Nullable
    ServiceSnapshot latest() {
        return latest;
    }

    /** What is known; null if the registry has never answered. */
    @Nullable
    ServiceSnapshot known() {
        return answered ? latest : null;
    }

    /**
     * Null if it has stopped: another is needed.
     *
     * @throws dev.parley.CallException if there are too many
     */
    @Nullable
    Watch add(Consumer<ServiceSnapshot> listener) {
        Watcher added = new Watcher(this, listener, service);
        synchronized (this) {
            if (stopped) {
                return null;
            }
            if (watchers.size() >= MOST_WATCHERS) {
                throw Limits.exceeded(MOST_WATCHERS, "watchers of " + service);
            }
            watchers.add(added);
            if (thread == null) {
                thread = Thread.ofVirtual().name("parley-watch-" + service).start(this::run);
            }
        }
        added.tell();
        return added;
    }

    /** The last to go puts out the light. */
    synchronized void remove(Watcher watcher) {
        watchers.remove(watcher);
        if (watchers.isEmpty()) {
            stop();
        }
    }

    synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        if (thread != null) {
            thread.interrupt();
        }
        onStop.accept(this);
    }

    /** Whether its thread has ended by then. */
    boolean join(Duration limit) throws InterruptedException {
        Thread running;
        synchronized (this) {
            running = thread;
        }
        return running == null || running.join(limit);
    }

    private void run() {
        BackendCalls calls = new BackendCalls("parley-watch-question-" + service, options.timer(), MOST_LEFT_BEHIND);
        Backoff backoff = new Backoff(options.minBackoff(), options.maxBackoff());
        String revision = "";
        try {
            while (!stopped) {
                Duration pause;
                try {
                    pace.take();
                    Answer answer = ask(calls, revision);
                    pause = found(answer);
                    // Not before it is known to be good: what is malformed is read again as a whole.
                    revision = answer.revision();
                    backoff.reset();
                } catch (InterruptedException e) {
                    return;
                } catch (Exception e) {
                    revision = "";
                    failed(e);
                    pause = backoff.next();
                }
                Pause.of(pause, options.timer());
            }
        } catch (InterruptedException e) {
            // it is stopped
        }
    }

    private Answer ask(BackendCalls calls, String revision) throws Exception {
        Duration wait = shorter(options.maxWait(), findings.doubtLeft());
        return calls.call(
                "the question for " + service,
                wait.plus(options.answerTimeout()),
                () -> backend.query(service, revision, wait),
                late -> {});
    }

    /** How long not to ask. */
    private Duration found(Answer answer) {
        ServiceSnapshot before = latest;
        ServiceSnapshot found = findings.answered(answer.instances());
        if (before != null && !before.isFresh() && found.isFresh()) {
            LOG.log(System.Logger.Level.INFO, "{0} answers for {1} again", registry, service);
        } else if (!found.isFresh() && (before == null || before.isFresh())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: {1}",
                    service,
                    found.stale().orElse(""));
        }
        answered = true;
        publish(found);
        boolean watched = backend.capabilities().contains(RegistryCapability.WATCH);
        Duration holds = answer.refreshAfter().orElse(watched ? Duration.ZERO : options.maxWait());
        return shorter(holds, findings.doubtLeft());
    }

    private void failed(Exception e) {
        ServiceSnapshot before = latest;
        ServiceSnapshot kept = findings.failed(e);
        if (before == null || before.isFresh()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: {1}",
                    service,
                    kept.stale().orElse(""));
        }
        publish(kept);
    }

    private void publish(ServiceSnapshot found) {
        ServiceSnapshot known = latest;
        if (known != null && sameButForOrder(known, found)) {
            return;
        }
        latest = found;
        watchers.forEach(Watcher::tell);
    }

    /** Registries name them in the order that they come upon them, which says nothing. */
    private static boolean sameButForOrder(ServiceSnapshot known, ServiceSnapshot found) {
        List<ServiceInstance> before = known.instances();
        return known.stale().equals(found.stale())
                && before.size() == found.instances().size()
                && (before.equals(found.instances()) || new HashSet<>(before).containsAll(found.instances()));
    }

    private static Duration shorter(Duration one, Optional<Duration> other) {
        return other.filter(each -> each.compareTo(one) < 0).orElse(one);
    }
}
