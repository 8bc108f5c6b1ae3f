package dev.parley.chain;

import dev.parley.Call;
import dev.parley.Method;
import dev.parley.Timer;
import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.Classifier;
import dev.parley.resilience.Hedge;
import dev.parley.resilience.HedgingPolicy;
import dev.parley.resilience.ResilienceListener;
import dev.parley.resilience.Retry;
import dev.parley.resilience.RetryBudget;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The policies of one client, living: a breaker, a bulkhead, a retry and a hedge for each method, and one budget for all. They are
 * made when a method is first called, and named by the service and the method: {@code payment-service/Charge}. A client
 * that is made anew but is to remember what it knew of its service is given the same object. Thread-safe.
 *
 * <pre>{@code
 * ClientResilience payments = new ClientResilience("payment-service", ClientPolicies.defaults());
 * Call.Registration listening = payments.listen(event -> System.out.println(event));
 * Chain chain = DefaultChains.client(payments, Telemetry.off());
 * payments.breakers().forEach(breaker -> System.out.println(breaker.snapshot()));
 * }</pre>
 */
public final class ClientResilience {

    private final String service;
    private final ClientPolicies policies;
    private final RetryBudget budget;
    private final Audience audience = new Audience();
    private final PerMethod<CircuitBreaker> breakers;
    private final PerMethod<Bulkhead> bulkheads;
    private final PerMethod<Retry> retries;
    private final PerMethod<Hedge> hedges;

    /** Policies of calls to {@code service}, a name for people. */
    public ClientResilience(String service, ClientPolicies policies) {
        this(service, policies, Classifier.EXCEPTIONS, Timer.system());
    }

    /** As {@link #ClientResilience(String, ClientPolicies)}, where responses may be failures, or with another clock. */
    public ClientResilience(String service, ClientPolicies policies, Classifier classifier, Timer timer) {
        this.service = service;
        this.policies = policies;
        this.budget = new RetryBudget(policies.budget(), timer);
        this.breakers = new PerMethod<>(
                audience,
                service,
                name -> new CircuitBreaker(name, policies.breaker(), timer, classifier),
                CircuitBreaker::listen);
        this.bulkheads = new PerMethod<>(
                audience, service, name -> new Bulkhead(name, policies.bulkhead(), timer), Bulkhead::listen);
        this.retries = new PerMethod<>(
                audience,
                service,
                name -> new Retry(
                        name,
                        policies.retry(),
                        budget,
                        classifier,
                        timer,
                        () -> ThreadLocalRandom.current().nextLong()),
                Retry::listen);
        HedgingPolicy hedging = policies.hedging().orElse(HedgingPolicy.defaults());
        this.hedges = new PerMethod<>(
                audience,
                service,
                name -> new Hedge(name, hedging, budget.withoutDeposits(), classifier, timer),
                Hedge::listen);
    }

    /** Whose calls these are. */
    public String service() {
        return service;
    }

    /** The settings. */
    public ClientPolicies policies() {
        return policies;
    }

    /** The breaker of a method, to look at it or to force it. */
    public CircuitBreaker breaker(Method method) {
        return breakers.of(method);
    }

    /** The bulkhead of a method. */
    public Bulkhead bulkhead(Method method) {
        return bulkheads.of(method);
    }

    /** The retry of a method. */
    public Retry retry(Method method) {
        return retries.of(method);
    }

    /** The hedge of a method. */
    public Hedge hedge(Method method) {
        return hedges.of(method);
    }

    /** What all retries and hedges take from. */
    public RetryBudget budget() {
        return budget;
    }

    /** The breakers of all methods that were called. */
    public List<CircuitBreaker> breakers() {
        return breakers.all();
    }

    /** The bulkheads of all methods that were called. */
    public List<Bulkhead> bulkheads() {
        return bulkheads.all();
    }

    /** The retries of all methods that were called. */
    public List<Retry> retries() {
        return retries.all();
    }

    /** The hedges of all methods that were called, if the policies have hedging. */
    public List<Hedge> hedges() {
        return hedges.all();
    }

    /** Listens to all of them, those of methods that are called later included. */
    public Call.Registration listen(ResilienceListener listener) {
        return audience.add(listener);
    }
}
