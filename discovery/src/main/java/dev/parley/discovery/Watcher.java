package dev.parley.discovery;

import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One watcher, told on a thread of its own that lives while there is something to tell: one that is slow holds up nobody else,
 * and is told the latest then, never a snapshot behind a later one.
 */
final class Watcher implements Watch {

    private static final System.Logger LOG = System.getLogger(ServiceRegistry.class.getName());

    private final ServiceFollower follower;
    private final Consumer<ServiceSnapshot> listener;
    private final String service;
    private volatile boolean closed;
    // Guarded by this.
    private boolean telling;
    private @Nullable ServiceSnapshot told;

    Watcher(ServiceFollower follower, Consumer<ServiceSnapshot> listener, String service) {
        this.follower = follower;
        this.listener = listener;
        this.service = service;
    }

    /** Sees to it that the listener is told what is known, or what is known later. */
    synchronized void tell() {
        if (!telling && !closed) {
            telling = true;
            Thread.ofVirtual().name("parley-watch-listener-" + service).start(this::run);
        }
    }

    private void run() {
        for (ServiceSnapshot next = next(); next != null; next = next()) {
            try {
                listener.accept(next);
            } catch (Throwable e) {
                LOG.log(System.Logger.Level.WARNING, "a watcher of " + service + " failed", e);
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // that very snapshot
    private synchronized @Nullable ServiceSnapshot next() {
        ServiceSnapshot now = follower.latest();
        if (closed || now == null || now == told) {
            telling = false;
            return null;
        }
        told = now;
        return now;
    }

    @Override
    public Optional<ServiceSnapshot> latest() {
        return Optional.ofNullable(follower.latest());
    }

    @Override
    public void close() {
        closed = true;
        follower.remove(this);
    }
}
