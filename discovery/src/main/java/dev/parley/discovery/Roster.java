package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.Timer;
import dev.parley.resilience.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A service's endpoints and which of them may be called. What a pick needs is in one immutable {@link View}; whoever changes an
 * endpoint's state, the registry, or the end of an ejection makes the next one, under a lock that is held for one walk through the
 * endpoints. Listeners are told outside of it.
 */
final class Roster {

    /** What a failure is taken for by who balances by latency: an answer that took so many times as long as usual. */
    private static final double FAILURE_PENALTY = 2;

    /** The same for an endpoint that has not answered yet. */
    private static final long FIRST_PENALTY = Duration.ofMillis(100).toNanos();

    private static final long MOST_PENALTY = Duration.ofSeconds(5).toNanos();

    private final String service;
    private final ClusterPolicy policy;
    private final Timer timer;
    private final LoadBalancer balancer;
    private final EjectionSlots slots;
    private final LongAdder inFlight = new LongAdder();
    private final ClusterListeners listeners;
    private final Map<Endpoint, Timer.Scheduled> returns = new HashMap<>(); // guarded by this
    private boolean closed; // guarded by this
    private volatile View view = new View(List.of(), List.of(), false, Optional.empty(), false);

    /**
     * @param all the service's endpoints
     * @param available those that may be called
     * @param panic whether these are all because too few are well
     * @param stale see {@link ServiceSnapshot#stale}
     * @param answered whether the registry has said anything
     */
    record View(
            List<Endpoint> all, List<Endpoint> available, boolean panic, Optional<String> stale, boolean answered) {}

    Roster(String service, ClusterPolicy policy, ClusterListeners listeners) {
        this.service = service;
        this.policy = policy;
        this.timer = policy.timer();
        this.listeners = listeners;
        this.balancer = policy.balancer().create();
        this.slots = new EjectionSlots(
                policy.outliers().map(OutlierPolicy::maxEjectedShare).orElse(0.0));
    }

    View view() {
        return view;
    }

    LoadBalancer balancer() {
        return balancer;
    }

    int inFlight() {
        return (int) Math.max(0, inFlight.sum());
    }

    // ---- what the registry says

    /** The service has these instances now. */
    void update(ServiceSnapshot found) {
        List<ClusterEvent> events = new ArrayList<>();
        synchronized (this) {
            View before = view;
            long now = timer.nanoTime();
            Map<String, Endpoint> known = new HashMap<>();
            before.all.forEach(endpoint -> known.put(key(endpoint.instance()), endpoint));
            Map<String, Endpoint> next = new LinkedHashMap<>();
            boolean changed = false;
            for (ServiceInstance instance : found.instances()) {
                String key = key(instance);
                if (next.containsKey(key)) {
                    continue; // named twice
                }
                Endpoint endpoint = known.remove(key);
                if (endpoint == null) {
                    endpoint = new Endpoint(instance, policy, slots, now);
                    if (!before.all.isEmpty()) {
                        endpoint.cool(now);
                    }
                    changed = true;
                    events.add(new ClusterEvent.EndpointAdded(service, endpoint));
                } else if (!endpoint.instance().equals(instance)) {
                    endpoint.instance(instance);
                    changed = true;
                }
                next.put(key, endpoint);
            }
            for (Endpoint gone : known.values()) {
                gone.outlier.remove(now);
                forgetReturn(gone);
                changed = true;
                events.add(new ClusterEvent.EndpointRemoved(service, gone));
            }
            List<Endpoint> all = List.copyOf(next.values());
            slots.endpoints(all.size());
            told(before.stale, found.stale(), events);
            show(changed ? all : before.all, found.stale(), true, changed, events);
        }
        events.forEach(listeners::tell);
    }

    private static String key(ServiceInstance instance) {
        return instance.id() + ' ' + instance.authority();
    }

    private void told(Optional<String> before, Optional<String> now, List<ClusterEvent> events) {
        if (before.isEmpty() && now.isPresent()) {
            events.add(new ClusterEvent.Stale(service, now.get()));
        } else if (before.isPresent() && now.isEmpty()) {
            events.add(new ClusterEvent.Fresh(service));
        }
    }

    /** Some endpoint has become well or ill. */
    private synchronized void refresh(List<ClusterEvent> events) {
        View before = view;
        show(before.all, before.stale, before.answered, false, events);
    }

    private void show(
            List<Endpoint> all, Optional<String> stale, boolean answered, boolean changed, List<ClusterEvent> events) {
        View before = view;
        List<Endpoint> well = all.stream().filter(Endpoint::isWell).toList();
        boolean panic = well.isEmpty() ? !all.isEmpty() : well.size() < policy.panicShare() * all.size();
        List<Endpoint> available = weighted(panic ? all : well);
        if (changed || !available.equals(before.available)) {
            balancer.update(all, available);
        } else {
            available = before.available;
        }
        view = new View(all, available, panic, stale, answered);
        if (panic != before.panic) {
            events.add(
                    panic
                            ? new ClusterEvent.PanicEntered(service, well.size(), all.size())
                            : new ClusterEvent.PanicLeft(service, well.size(), all.size()));
        }
    }

    /** Without those of weight 0, if there are others. */
    private static List<Endpoint> weighted(List<Endpoint> endpoints) {
        List<Endpoint> some = endpoints.stream()
                .filter(endpoint -> endpoint.instance().weight() > 0)
                .toList();
        return List.copyOf(some.isEmpty() ? endpoints : some);
    }

    // ---- what attempts say

    /** An attempt goes to {@code endpoint}, if that has room. */
    boolean tryBegin(Attempt attempt, Endpoint endpoint) {
        if (!endpoint.tryBegin()) {
            return false;
        }
        inFlight.increment();
        attempt.begins(endpoint);
        return true;
    }

    /** Once for each attempt. */
    void ended(Attempt attempt, Outcome outcome) {
        Endpoint endpoint = attempt.endpoint();
        endpoint.end();
        inFlight.decrement();
        long now = timer.nanoTime();
        long took = Math.max(0, now - attempt.nanoTime());
        boolean measured = attempt.call().method().kind() == Method.Kind.UNARY;
        switch (outcome) {
            case Outcome.Ok ok -> succeeded(attempt, endpoint, now, took, measured);
            case Outcome.Failed failed -> {
                CallException error = failed.error();
                if (counts(error, measured)) {
                    failed(attempt, endpoint, now, measured ? took : 0, error);
                } else if (error.origin() == CallException.Origin.REMOTE) {
                    succeeded(attempt, endpoint, now, took, measured);
                } else if (measured && !(error instanceof RejectedException)) {
                    endpoint.latency.observeAtLeast(now, took); // it was cancelled, and had not answered by then
                }
            }
        }
    }

    private static void succeeded(Attempt attempt, Endpoint endpoint, long now, long took, boolean measured) {
        if (measured) {
            endpoint.latency.observe(now, took);
        }
        endpoint.outlier.onSuccess(attempt.phase(), now);
    }

    /** Whether {@code error} says that the endpoint is not well. A stream may last as long as its reader lets it. */
    private boolean counts(CallException error, boolean unary) {
        OutlierPolicy rule = policy.outliers().orElse(null);
        if (error.origin() == CallException.Origin.REMOTE) {
            return (rule == null ? OutlierPolicy.defaults() : rule).failures().contains(error.code());
        }
        return switch (error.code()) {
            case UNAVAILABLE ->
                error.retryAdvice() instanceof RetryAdvice.NeverLeft && !(error instanceof RejectedException);
            case DEADLINE_EXCEEDED -> unary && !(error instanceof RejectedException);
            default -> false;
        };
    }

    private void failed(Attempt attempt, Endpoint endpoint, long now, long took, CallException error) {
        // An endpoint that fails is quick at it, and must not look the least loaded for that.
        double known = endpoint.latency.nanos(now);
        long penalty = known == 0 ? FIRST_PENALTY : (long) Math.min(FAILURE_PENALTY * known, (double) MOST_PENALTY);
        endpoint.latency.observe(now, Math.max(took, penalty));
        if (policy.outliers().isEmpty()) {
            return;
        }
        OutlierPhase.Out out = endpoint.outlier.onFailure(attempt.phase(), now, error);
        if (out != null) {
            ejected(endpoint, out);
        }
    }

    private void ejected(Endpoint endpoint, OutlierPhase.Out out) {
        List<ClusterEvent> events = new ArrayList<>();
        events.add(new ClusterEvent.Ejected(service, endpoint, out.reason, Duration.ofNanos(out.nanos)));
        synchronized (this) {
            if (!closed) {
                forgetReturn(endpoint);
                returns.put(endpoint, timer.schedule(out.nanos, () -> returned(endpoint, out)));
            }
            refresh(events);
        }
        events.forEach(listeners::tell);
    }

    private void returned(Endpoint endpoint, OutlierPhase.Out out) {
        synchronized (this) {
            returns.remove(endpoint);
        }
        long now = timer.nanoTime();
        endpoint.startAnew(now);
        if (!endpoint.outlier.tryReturn(out, now)) {
            return;
        }
        List<ClusterEvent> events = new ArrayList<>();
        events.add(new ClusterEvent.Returned(service, endpoint));
        refresh(events);
        events.forEach(listeners::tell);
    }

    private void forgetReturn(Endpoint endpoint) {
        Timer.Scheduled task = returns.remove(endpoint);
        if (task != null) {
            task.cancel();
        }
    }

    // ---- what checks say

    /** Active checks have found out that {@code endpoint} is not well, for {@code reason}; null if it is. */
    void checked(Endpoint endpoint, @Nullable String reason) {
        List<ClusterEvent> events = new ArrayList<>();
        synchronized (this) {
            boolean was = endpoint.unhealthy() != null;
            endpoint.unhealthy(reason);
            if (was == (reason != null)) {
                return;
            }
            if (reason == null) {
                endpoint.startAnew(timer.nanoTime());
                events.add(new ClusterEvent.Healthy(service, endpoint));
            } else {
                events.add(new ClusterEvent.Unhealthy(service, endpoint, reason));
            }
            refresh(events);
        }
        events.forEach(listeners::tell);
    }

    // ---- the rest

    ClusterSnapshot snapshot() {
        View seen = view;
        long now = timer.nanoTime();
        return new ClusterSnapshot(
                service,
                seen.stale,
                seen.panic,
                seen.available.size(),
                seen.all.stream()
                        .map(endpoint -> ClusterSnapshot.EndpointState.of(endpoint, now))
                        .toList());
    }

    synchronized void close() {
        closed = true;
        returns.values().forEach(Timer.Scheduled::cancel);
        returns.clear();
    }

    static CallException unavailable(Code code, String message) {
        return new CallException(
                code,
                message,
                null,
                List.of(),
                new dev.parley.Metadata(),
                CallException.Origin.LOCAL,
                RetryAdvice.NEVER_LEFT);
    }
}
