package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Timer;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryBackend.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps one instance registered, on a thread of its own. */
final class HeldRegistration implements Registration {

    private static final System.Logger LOG = System.getLogger(ServiceRegistry.class.getName());

    /** How long closing waits for the registry, by the real clock. */
    static final Duration CLOSING = Duration.ofSeconds(5);

    /** Of that, how long what is under way may take to its end. */
    private static final Duration UNDER_WAY = Duration.ofSeconds(2);

    private static final Duration LEAST_LIMIT = Duration.ofSeconds(1);
    private static final int MOST_LEFT_BEHIND = 3;

    private final RegistryBackend backend;
    private final ServiceInstance instance;
    private final String registry;
    private final RegistrationOptions how;
    private final RegistryOptions options;
    private final Consumer<HeldRegistration> onClose;
    private final BackendCalls calls;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private State state = State.PENDING;
    private Optional<String> problem = Optional.empty();
    private boolean ready;
    private boolean told;
    private boolean closing;
    private boolean releasing;

    /** Of its thread alone. */
    private @Nullable Lease lease;

    HeldRegistration(
            RegistryBackend backend,
            ServiceInstance instance,
            String registry,
            RegistrationOptions how,
            RegistryOptions options,
            Consumer<HeldRegistration> onClose) {
        this.backend = backend;
        this.instance = instance;
        this.registry = registry;
        this.how = how;
        this.options = options;
        this.onClose = onClose;
        this.ready = how.ready();
        this.calls = new BackendCalls("parley-register-call-" + instance.id(), options.timer(), MOST_LEFT_BEHIND);
        this.thread =
                Thread.ofVirtual().name("parley-register-" + instance.id()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public ServiceInstance instance() {
        return instance;
    }

    @Override
    public State state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<String> problem() {
        lock.lock();
        try {
            return problem;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitRegistered(Duration limit) {
        boolean[] over = {false};
        Timer.Scheduled wake = options.timer().schedule(limit.toNanos(), () -> signal(() -> over[0] = true));
        lock.lock();
        try {
            while (state == State.PENDING && !over[0]) {
                changed.await();
            }
            return state == State.REGISTERED;
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the registration of " + instance.id());
        } finally {
            lock.unlock();
            wake.cancel();
        }
    }

    @Override
    public void ready(boolean wanted) {
        signal(() -> {
            told &= ready == wanted;
            ready = wanted;
        });
    }

    private void signal(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void registered() {
        if (problem().isPresent()) {
            LOG.log(System.Logger.Level.INFO, "{0} has {1} now", registry, instance.id());
        }
        signal(() -> {
            state = closing ? State.CLOSED : State.REGISTERED;
            problem = Optional.empty();
        });
    }

    private void pending(String why) {
        signal(() -> {
            state = closing ? State.CLOSED : State.PENDING;
            problem = Optional.of(why);
        });
    }

    private void run() {
        Backoff backoff = new Backoff(options.minBackoff(), shorter(options.maxBackoff(), how.ttl()));
        try {
            while (true) {
                Duration pause;
                try {
                    boolean again = speak(wanted());
                    backoff.reset();
                    pause = again ? Duration.ZERO : untilRenewal();
                } catch (IllegalArgumentException e) {
                    refused(e);
                    return;
                } catch (InterruptedException e) {
                    return; // closing, and what is under way takes too long: see close
                } catch (Exception e) {
                    failed(e);
                    pause = backoff.next();
                }
                if (await(pause)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // closing
        } finally {
            signal(() -> {
                releasing = true;
                boolean _ = Thread.interrupted(); // meant for what was under way
            });
            release();
            signal(() -> state = State.CLOSED);
        }
    }

    /** Registers or renews; true if it is to be done again at once. */
    private boolean speak(boolean wanted) throws Exception {
        Lease held = lease;
        if (held == null) {
            lease = calls.call(
                    "the registration of " + instance.id(),
                    options.answerTimeout(),
                    () -> backend.register(instance, how.withReady(wanted)),
                    this::late);
            registered();
            return false;
        }
        boolean known =
                calls.call("the renewal of " + instance.id(), renewLimit(), () -> held.renew(wanted), late -> {});
        if (known) {
            registered();
            return false;
        }
        lease = null;
        String lost = registry + " has lost " + instance.id() + "; it is registered again";
        pending(lost);
        LOG.log(System.Logger.Level.WARNING, lost);
        return true;
    }

    /**
     * Nobody renews it. While this is open another takes its place, and a release might take that one out, in a registry that cannot
     * tell them apart; once it is closing others would be sent there until it ran out.
     */
    private void late(Lease found) {
        lock.lock();
        try {
            if (!closing) {
                return;
            }
        } finally {
            lock.unlock();
        }
        try {
            found.release();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.DEBUG, "a late registration runs out by itself", e);
        }
    }

    /** A renewal that hangs is to be tried again before the lease is over. */
    private Duration renewLimit() {
        Duration third = how.ttl().dividedBy(3);
        return shorter(options.answerTimeout(), third.compareTo(LEAST_LIMIT) < 0 ? LEAST_LIMIT : third);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** A third of the time to live, less up to a fifth by chance, so that those who started together part. */
    private Duration untilRenewal() {
        long third = how.ttl().toNanos() / 3;
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(third - third / 5, third + 1));
    }

    private void refused(IllegalArgumentException e) {
        String why = registry + " refuses " + instance.id() + ": " + Shown.of(e);
        LOG.log(System.Logger.Level.ERROR, why);
        signal(() -> {
            state = State.CLOSED;
            problem = Optional.of(why);
            closing = true;
        });
        onClose.accept(this);
    }

    private void failed(Exception e) {
        String why = registry + " does not take " + instance.id() + ": " + Shown.of(e);
        if (problem().isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, why);
        }
        pending(why);
    }

    private boolean wanted() {
        lock.lock();
        try {
            told = true;
            return ready;
        } finally {
            lock.unlock();
        }
    }

    /** True once it is to be closed; earlier if there is something to tell. */
    private boolean await(Duration pause) throws InterruptedException {
        boolean[] over = {pause.isZero()};
        Timer.Scheduled wake =
                over[0] ? () -> {} : options.timer().schedule(pause.toNanos(), () -> signal(() -> over[0] = true));
        lock.lock();
        try {
            while (!over[0] && !closing && told) {
                changed.await();
            }
            return closing;
        } finally {
            lock.unlock();
            wake.cancel();
        }
    }

    private void release() {
        Lease held = lease;
        if (held == null) {
            return;
        }
        lease = null;
        try {
            calls.call(
                    "the release of " + instance.id(),
                    options.answerTimeout(),
                    () -> {
                        held.release();
                        return true;
                    },
                    late -> {});
        } catch (Exception e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "could not take {0} out of {1}, where it runs out by itself: {2}",
                    instance.id(),
                    registry,
                    Shown.of(e));
        }
    }

    @Override
    public void close() {
        beginClose();
        endClose(System.nanoTime() + CLOSING.toNanos());
    }

    /** The first half of closing: does not wait. */
    void beginClose() {
        signal(() -> closing = true);
        onClose.accept(this);
    }

    /** The second: until the registry has answered, or it is {@code until} by the system's clock. */
    void endClose(long until) {
        try {
            if (!thread.join(left(until - CLOSING.minus(UNDER_WAY).toNanos()))) {
                signal(() -> {
                    if (!releasing) {
                        thread.interrupt(); // what is under way has had its time; the release follows
                    }
                });
                if (!thread.join(left(until))) {
                    thread.interrupt();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            thread.interrupt();
        }
        signal(() -> state = State.CLOSED);
    }

    private static Duration left(long until) {
        return Duration.ofNanos(Math.max(1, until - System.nanoTime()));
    }
}
