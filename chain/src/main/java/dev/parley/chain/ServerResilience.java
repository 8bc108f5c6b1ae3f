package dev.parley.chain;

import dev.parley.Call;
import dev.parley.Method;
import dev.parley.Timer;
import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.LoadShedder;
import dev.parley.resilience.ResilienceListener;
import java.util.List;

/** The policies of one server, living: one load shedder, and, if there is a policy for it, a bulkhead for each method. Thread-safe. */
public final class ServerResilience {

    private final ServerPolicies policies;
    private final LoadShedder loadShedder;
    private final Audience audience = new Audience();
    private final PerMethod<Bulkhead> bulkheads;

    /** Policies of a server that is called {@code name}, for people. */
    public ServerResilience(String name, ServerPolicies policies) {
        this(name, policies, Timer.system());
    }

    /** As {@link #ServerResilience(String, ServerPolicies)}, with another clock. */
    public ServerResilience(String name, ServerPolicies policies, Timer timer) {
        this.policies = policies;
        this.loadShedder = new LoadShedder(name, policies.loadShedding(), timer);
        audience.hears(loadShedder::listen);
        BulkheadPolicy limit = policies.bulkhead().orElse(BulkheadPolicy.defaults());
        this.bulkheads =
                new PerMethod<>(audience, name, method -> new Bulkhead(method, limit, timer), Bulkhead::listen);
    }

    /** The settings. */
    public ServerPolicies policies() {
        return policies;
    }

    /** What keeps the whole server from overload. */
    public LoadShedder loadShedder() {
        return loadShedder;
    }

    /** The bulkhead of a method. */
    public Bulkhead bulkhead(Method method) {
        return bulkheads.of(method);
    }

    /** The bulkheads of all methods that are served. */
    public List<Bulkhead> bulkheads() {
        return bulkheads.all();
    }

    /** Listens to all of them. */
    public Call.Registration listen(ResilienceListener listener) {
        return audience.add(listener);
    }
}
