package dev.parley.chain;

import dev.parley.Call;
import dev.parley.Method;
import dev.parley.resilience.ResilienceListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/** One kind of policy: a state for each method, made when it is first asked for. */
final class PerMethod<P> {

    private final Audience audience;
    private final String prefix;
    private final Function<String, P> factory;
    private final BiFunction<P, ResilienceListener, Call.Registration> listen;
    private final Map<String, P> all = new ConcurrentHashMap<>();

    PerMethod(
            Audience audience,
            String prefix,
            Function<String, P> factory,
            BiFunction<P, ResilienceListener, Call.Registration> listen) {
        this.audience = audience;
        this.prefix = prefix;
        this.factory = factory;
        this.listen = listen;
    }

    /** By name: with an idempotency key a method is another {@link Method}, but what it calls is the same. */
    P of(Method method) {
        return all.computeIfAbsent(method.fullName(), name -> {
            P policy = factory.apply(prefix + '/' + method.name());
            audience.hears(listener -> listen.apply(policy, listener));
            return policy;
        });
    }

    List<P> all() {
        return List.copyOf(all.values());
    }
}
