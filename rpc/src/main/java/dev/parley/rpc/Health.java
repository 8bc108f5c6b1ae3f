package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which services can be called now, by name; the empty name stands for the whole server. A server tells it by
 * {@code grpc.health.v1} (Check, List, Watch) and, for the whole, at {@code /readyz} and {@code /healthz}. What it leans on
 * is checked by {@link HealthComponents}.
 *
 * <p>{@link RpcServer} and {@link RpcHandler} have one, in which all that they serve is {@link Status#SERVING}:
 *
 * <pre>{@code
 * server.health().set(OrderService.DEFINITION.descriptor().getFullName(), Health.Status.NOT_SERVING);
 * }</pre>
 *
 * <p>A change reaches every watcher, but the latest state wins: a watcher that reads slowly misses what has gone by again,
 * and never delays who sets. There are at most 1,000 watchers unless set otherwise; each has a thread that waits. One
 * health may be given to several servers, which then end together: the first to shut down sets all to not serving.
 * Thread-safe.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">gRPC's health checking</a>
 */
public final class Health {

    private static final int DEFAULT_WATCHERS = 1_000;

    private final int maxWatchers;
    private final AtomicInteger watchers = new AtomicInteger();
    private volatile State state = new State(new TreeMap<>(Map.of("", Status.SERVING)), Set.of(), true, false);
    private volatile @Nullable Supplier<Map<String, Status>> listed;

    /** Whether a service, or the server, wants to be called. */
    public enum Status {
        /** It does. */
        SERVING,
        /** It does not, for the time being. */
        NOT_SERVING
    }

    /**
     * What holds until the next change, which {@code changed} tells of; neither map nor set is changed once it is in here.
     * {@code missing}: the critical components that do not work, without which the whole server is not ready.
     */
    record State(
            Map<String, Status> statuses,
            Set<String> missing,
            boolean alive,
            boolean shutDown,
            CountDownLatch changed) {
        State(Map<String, Status> statuses, Set<String> missing, boolean alive, boolean shutDown) {
            this(statuses, missing, alive, shutDown, new CountDownLatch(1));
        }

        Optional<Status> of(String service) {
            Status status = statuses.get(service);
            return Optional.ofNullable(
                    service.isEmpty() && status != null && !missing.isEmpty() ? Status.NOT_SERVING : status);
        }
    }

    /** The server is serving, with no services yet; at most 1,000 watchers. */
    public Health() {
        this(DEFAULT_WATCHERS);
    }

    /**
     * As {@link #Health()}, with room for another number of watchers; one more is told {@code RESOURCE_EXHAUSTED}.
     *
     * @throws IllegalArgumentException if negative
     */
    public Health(int maxWatchers) {
        if (maxWatchers < 0) {
            throw new IllegalArgumentException("maxWatchers must not be negative, but is " + maxWatchers);
        }
        this.maxWatchers = maxWatchers;
    }

    /** Sets one service, or the whole server by the empty name. Without effect after {@link #shutdown}. */
    public synchronized void set(String service, Status status) {
        if (!state.shutDown && state.statuses.get(service) != status) {
            Map<String, Status> changed = new TreeMap<>(state.statuses);
            changed.put(service, status);
            publish(new State(changed, state.missing, state.alive, false));
        }
    }

    /** Sets every service and the server, for instance ahead of maintenance. Without effect after {@link #shutdown}. */
    public synchronized void setAll(Status status) {
        if (!state.shutDown) {
            publish(new State(all(status), state.missing, state.alive, false));
        }
    }

    /** Forgets a service: {@code NOT_FOUND}, and {@code SERVICE_UNKNOWN} for who watches it. */
    public synchronized void remove(String service) {
        if (!state.shutDown && state.statuses.containsKey(service)) {
            Map<String, Status> changed = new TreeMap<>(state.statuses);
            changed.remove(service);
            publish(new State(changed, state.missing, state.alive, false));
        }
    }

    /**
     * Whether the process can go on; true. Without it {@code /healthz} is 503, at which an orchestrator starts the process
     * anew. That is not what a shutdown, or a service that waits for its database, is for.
     */
    public synchronized void setAlive(boolean alive) {
        publish(new State(state.statuses, state.missing, alive, state.shutDown));
    }

    /**
     * Sets all to {@link Status#NOT_SERVING} for good, and ends what is watched once that is told. {@link RpcServer} does
     * this first of all when it shuts down; who serves an {@link RpcHandler} by other means does it there.
     */
    public synchronized void shutdown() {
        if (!state.shutDown) {
            publish(new State(all(Status.NOT_SERVING), state.missing, state.alive, true));
        }
    }

    /** The status of a service, of the whole server by the empty name; empty if it is not known. */
    public Optional<Status> status(String service) {
        return state.of(service);
    }

    /** All that is known now, the whole server by the empty name included; a copy, sorted. */
    public Map<String, Status> statuses() {
        State now = state;
        Map<String, Status> all = new TreeMap<>(now.statuses);
        all.replaceAll((service, status) -> now.of(service).orElse(status));
        return all;
    }

    /** What a check has found out of a component; while a critical one does not work, the whole server is not ready. */
    synchronized void component(String name, Status status, boolean critical) {
        if (state.shutDown) {
            return;
        }
        Map<String, Status> changed = new TreeMap<>(state.statuses);
        Set<String> missing = new TreeSet<>(state.missing);
        boolean news = changed.put(name, status) != status;
        if (critical) {
            news |= status == Status.SERVING ? missing.remove(name) : missing.add(name);
        }
        if (news) {
            publish(new State(changed, missing, state.alive, false));
        }
    }

    /** What {@code /readyz} lists beside the status of the whole. */
    void list(Supplier<Map<String, Status>> components) {
        listed = components;
    }

    Map<String, Status> listed() {
        Supplier<Map<String, Status>> components = listed;
        return components == null ? Map.of() : components.get();
    }

    /** A service that is served from now on; what was said of it before stands. */
    synchronized void add(String service) {
        if (!state.statuses.containsKey(service)) {
            set(service, Status.SERVING);
        }
    }

    State state() {
        return state;
    }

    /** @throws CallException if there are too many */
    void watcherComes() {
        if (watchers.incrementAndGet() > maxWatchers) {
            watchers.decrementAndGet();
            throw new CallException(
                    Code.RESOURCE_EXHAUSTED,
                    "health is watched by " + maxWatchers + " already, the limit (maxWatchers); call Check instead");
        }
    }

    void watcherGoes() {
        watchers.decrementAndGet();
    }

    /** Waits until nobody watches any more, which is soon after {@link #shutdown}, unless someone does not read. */
    void awaitNoWatchers(Duration most) {
        long until = System.nanoTime() + most.toNanos();
        try {
            while (watchers.get() > 0 && System.nanoTime() - until < 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, Status> all(Status status) {
        Map<String, Status> all = new TreeMap<>(state.statuses);
        all.replaceAll((service, before) -> status);
        return all;
    }

    private void publish(State next) {
        State before = state;
        state = next; // before the latch: who wakes up must see it
        before.changed.countDown();
    }
}
