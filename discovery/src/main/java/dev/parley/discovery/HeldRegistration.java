package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps one instance registered, on a thread of its own. */
final class HeldRegistration implements Registration {

    private static final System.Logger LOG = System.getLogger(ServiceRegistry.class.getName());
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final RegistryBackend backend;
    private final ServiceInstance instance;
    private final RegistrationOptions how;
    private final RegistryOptions options;
    private final Consumer<HeldRegistration> onClose;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private volatile State state = State.PENDING;
    // Guarded by lock.
    private boolean ready;
    private boolean told;
    private boolean closing;

    HeldRegistration(
            RegistryBackend backend,
            ServiceInstance instance,
            RegistrationOptions how,
            RegistryOptions options,
            Consumer<HeldRegistration> onClose) {
        this.backend = backend;
        this.instance = instance;
        this.how = how;
        this.options = options;
        this.onClose = onClose;
        this.ready = how.ready();
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
        return state;
    }

    @Override
    public void ready(boolean wanted) {
        lock.lock();
        try {
            told &= ready == wanted;
            ready = wanted;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        RegistryBackend.Lease lease = null;
        int failures = 0;
        while (true) {
            boolean wanted = wanted();
            Duration pause;
            try {
                if (lease == null) {
                    lease = backend.register(instance, how.withReady(wanted));
                } else if (!lease.renew(wanted)) {
                    lease = null;
                    state = State.PENDING;
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "the registry has lost {0}; it is registered again",
                            instance.id());
                    continue;
                }
                failures = 0;
                state = State.REGISTERED;
                pause = how.ttl().dividedBy(3);
            } catch (IllegalArgumentException e) {
                LOG.log(System.Logger.Level.ERROR, "the registry refuses " + instance.id() + ": " + e.getMessage());
                state = State.CLOSED;
                onClose.accept(this);
                return;
            } catch (Exception e) {
                failures++;
                if (state == State.REGISTERED) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "could not renew {0} in the registry: {1}",
                            instance.id(),
                            e.getMessage());
                }
                state = State.PENDING;
                pause = options.minBackoff().multipliedBy(1L << Math.min(failures - 1, 10));
                if (pause.compareTo(options.maxBackoff()) > 0) {
                    pause = options.maxBackoff();
                }
            }
            if (await(pause)) {
                release(lease);
                return;
            }
        }
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

    /** True once it is to be closed. */
    private boolean await(Duration pause) {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (left > 0 && !closing && told) {
                left = changed.awaitNanos(left);
            }
            return closing;
        } catch (InterruptedException e) {
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void release(RegistryBackend.@Nullable Lease lease) {
        try {
            if (lease != null) {
                lease.release();
            }
        } catch (Exception e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "could not take {0} out of the registry, where it runs out by itself: {1}",
                    instance.id(),
                    e.getMessage());
        }
        state = State.CLOSED;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onClose.accept(this);
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        state = State.CLOSED;
    }
}
