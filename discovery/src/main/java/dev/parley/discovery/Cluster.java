package dev.parley.discovery;

import dev.parley.Attributes;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Explanation;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A service's endpoints, kept up to date from a registry, and the balancer among them. As an interceptor it stands innermost of
 * a client's policies: each attempt at a call gets an endpoint of its own, one that the call has not tried if there is one.
 *
 * <p>An endpoint that keeps failing is {@linkplain OutlierPolicy ejected} for a while; one of which {@linkplain HealthCheckPolicy
 * checks} fail gets no calls; when too few are left, {@linkplain ClusterPolicy#panicShare all are called}. One that the registry does not
 * name any more gets no new calls, and those under way there go on. While the registry does not answer, its last good answer stands.
 *
 * <p>A call that comes before the registry's first answer waits for it, {@linkplain ClusterPolicy#firstAnswer not for ever}. A service
 * without an instance is {@code UNAVAILABLE}, and says why.
 *
 * <p>Without the interceptor it is used through {@link #tryPick}. Thread-safe; picks are lock-free.
 */
public final class Cluster implements Interceptor, AutoCloseable {

    private static final Attributes.Key<Attempt> LAST = Attributes.Key.of("discovery.attempt");

    private final String service;
    private final ClusterPolicy policy;
    private final ClusterListeners listeners = new ClusterListeners();
    private final Roster roster;
    private final @Nullable HealthChecks checks;
    private final CountDownLatch first = new CountDownLatch(1);
    private final Watch watch;
    private final Runnable onClose;

    /** The endpoints of {@code service}, followed from now on. */
    public Cluster(ServiceRegistry registry, String service, ClusterPolicy policy) {
        this(registry, service, policy, () -> {});
    }

    private Cluster(ServiceRegistry registry, String service, ClusterPolicy policy, Runnable onClose) {
        this.service = service;
        this.policy = policy;
        this.onClose = onClose;
        listeners.add(policy.listener());
        this.roster = new Roster(service, policy, listeners);
        this.checks = policy.healthChecks()
                .map(how -> new HealthChecks(how, policy.timer(), roster))
                .orElse(null);
        this.watch = registry.watch(service, this::update);
    }

    /**
     * The endpoints of a target that names a registry. Clusters with the same registry share the connection to it.
     *
     * @throws IllegalArgumentException if nothing knows the scheme, or the URI is malformed
     */
    public static Cluster connect(RegistryUri uri, ClusterPolicy policy) {
        SharedRegistries.Use use = SharedRegistries.use(uri);
        return new Cluster(use.registry(), uri.service(), policy, use::release);
    }

    private void update(ServiceSnapshot found) {
        roster.update(found);
        first.countDown();
        if (checks != null) {
            checks.follow(roster.view().all());
        }
    }

    /** The service's name. */
    public String service() {
        return service;
    }

    /** Its endpoints, well or ill. */
    public List<Endpoint> endpoints() {
        return roster.view().all();
    }

    /** Those that may be called. */
    List<Endpoint> availableEndpoints() {
        return roster.view().available();
    }

    /** How they stand. */
    public ClusterSnapshot snapshot() {
        return roster.snapshot();
    }

    /** Hears of changes from now on. */
    public Call.Registration listen(ClusterListener listener) {
        return listeners.add(listener);
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        if (!roster.view().answered()) {
            awaitFirst(call);
        }
        Attempt attempt = pick(call);
        call.endpoint(attempt.endpoint().authority());
        R response;
        CallException failure;
        try {
            response = next.handle(call, request);
            failure =
                    response instanceof Messages<?> ? null : policy.classifier().failure(response);
        } catch (Throwable thrown) {
            attempt.end(Outcome.failed(failure(call, thrown)));
            throw thrown;
        }
        if (failure != null) {
            attempt.end(Outcome.failed(failure));
        } else if (isWhole(call, response)) {
            attempt.end(Outcome.OK);
        } else {
            call.onEnd(attempt);
        }
        return response;
    }

    private static CallException failure(Call call, Throwable thrown) {
        return call.cancellation().orElseGet(() -> CallException.from(thrown));
    }

    /** Whether the attempt is over with {@code response}. What a policy outside makes of the call is not the endpoint's doing. */
    private static boolean isWhole(Call call, @Nullable Object response) {
        return call.method().kind() == Method.Kind.UNARY
                && !(response instanceof Messages<?>)
                && !(response instanceof HttpResponse http && !http.body().isAtHand());
    }

    /**
     * Picks an endpoint for an attempt at {@code call}, which is under way there from now on. Never blocks; the attempts at one
     * call are told apart by the call's attributes, which its children share.
     *
     * @throws CallException {@code UNAVAILABLE} if the service has no instance, or the registry has not answered yet; {@code
     *     RESOURCE_EXHAUSTED} if each has as many calls as it may have; neither has left
     */
    public Picked tryPick(Call call) {
        return pick(call);
    }

    private Attempt pick(Call call) {
        Roster.View seen = roster.view();
        List<Endpoint> available = seen.available();
        if (available.isEmpty()) {
            throw none(seen);
        }
        Attributes attributes = call.attributes();
        Attempt previous = attributes.get(LAST).orElse(null);
        Attempt attempt = new Attempt(roster, call, policy.timer().nanoTime(), previous);
        Endpoint picked = roster.balancer().pick(available, attempt);
        Explanation asked = Explanation.of(call).orElse(null);
        Pick decision = asked == null ? null : explained(picked, seen, attempt);
        if (!roster.tryBegin(attempt, picked)) {
            picked = withRoom(available, attempt);
            decision = asked == null ? null : explained(picked, seen, attempt);
        }
        if (asked != null && decision != null) {
            asked.add(decision);
        }
        attributes.put(LAST, attempt);
        return attempt;
    }

    /** The one picked has just become full: any other, one that was not tried if there is one. */
    private Endpoint withRoom(List<Endpoint> available, Attempt attempt) {
        int count = available.size();
        int from = ThreadLocalRandom.current().nextInt(count);
        for (int i = 0; i < 2 * count; i++) {
            Endpoint endpoint = available.get((from + i) % count);
            if ((i >= count || !attempt.hasTried(endpoint)) && roster.tryBegin(attempt, endpoint)) {
                return endpoint;
            }
        }
        throw Roster.unavailable(
                Code.RESOURCE_EXHAUSTED,
                "each of the " + count + " available endpoints of " + service + " has " + policy.maxRequests()
                        + " calls under way (maxRequests)");
    }

    private Pick explained(Endpoint picked, Roster.View seen, Attempt attempt) {
        List<Pick.Considered> considered = new ArrayList<>();
        considered.add(considered(picked, attempt));
        Endpoint other = attempt.passedOver();
        if (other != null && !other.equals(picked)) {
            considered.add(considered(other, attempt));
        }
        for (Endpoint each : seen.all()) {
            if (considered.size() == Pick.MOST) {
                break;
            }
            if (!each.equals(picked) && !each.equals(other)) {
                considered.add(considered(each, attempt));
            }
        }
        String why = roster.balancer().why(picked, seen.available(), attempt)
                + (attempt.hasTried(picked) ? "; every one available was tried or is full" : "")
                + (seen.panic() ? "; too few are well, so all are called" : "")
                + seen.stale().map(reason -> "; the list is stale: " + reason).orElse("");
        return new Pick(
                attempt.attempt(),
                picked,
                why,
                considered,
                seen.all().size(),
                seen.available().size());
    }

    private static Pick.Considered considered(Endpoint endpoint, Attempt attempt) {
        String state = endpoint.state(attempt.nanoTime());
        return new Pick.Considered(endpoint, attempt.hasTried(endpoint) ? state + ", tried" : state);
    }

    private CallException none(Roster.View seen) {
        String why = seen.answered()
                ? seen.stale().orElse("the registry knows no healthy instance of it")
                : "the registry has not answered yet";
        return Roster.unavailable(Code.UNAVAILABLE, "no endpoint of " + service + ": " + why);
    }

    private void awaitFirst(Call call) {
        long wait = call.deadline().isNone()
                ? policy.firstAnswer().toNanos()
                : Math.max(0, call.deadline().remainingNanos());
        try {
            if (!first.await(wait, TimeUnit.NANOSECONDS)
                    && !call.deadline().isNone()
                    && call.deadline().isExpired()) {
                throw new CallException(
                        Code.DEADLINE_EXCEEDED,
                        "the deadline of " + call.method() + " passed before the registry had named an endpoint of "
                                + service);
            }
        } catch (InterruptedException e) {
            throw call.cancellation().orElseGet(() -> CallException.interrupted(e, "the endpoints of " + service));
        }
    }

    /** Ends following the service; calls go to what is known. */
    @Override
    public void close() {
        watch.close();
        if (checks != null) {
            checks.close();
        }
        roster.close();
        onClose.run();
    }

    @Override
    public String toString() {
        return "cluster " + service + ' ' + endpoints();
    }
}
