package dev.parley.rpc;

import dev.parley.Timer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks the parts that a server leans on and tells of them by its {@link Health}: each by its name over {@code
 * grpc.health.v1}, and the server as not ready (the empty name, {@code /readyz}) while a critical one is down, whatever else was
 * set of it. {@code /healthz} does not follow: a server whose database is away is not helped by being started anew.
 *
 * <pre>{@code
 * Health health = new Health();
 * HealthComponents parts = HealthComponents.start(health, List.of(
 *         HealthComponent.critical("database", () -> store.ping()),
 *         HealthComponent.optional("recommendations", () -> client.ping())));
 * RpcServer server = RpcServer.builder().health(health).start();
 * }</pre>
 *
 * <p>Each check has a virtual thread while it runs. The checks of one part never overlap: one that hangs past its time counts as
 * down and is interrupted, and the next begins only when it has given in. At most {@value #MOST} parts. Thread-safe.
 */
public final class HealthComponents implements AutoCloseable {

    static final int MOST = 100;

    private final Health health;
    private final Map<String, ComponentWatch> watches = new LinkedHashMap<>();

    private HealthComponents(Health health, List<HealthComponent> components, Timer timer) {
        this.health = health;
        for (HealthComponent component : components) {
            if (health.status(component.name()).isPresent()
                    || watches.put(component.name(), new ComponentWatch(component, health, timer)) != null) {
                throw new IllegalArgumentException("health knows a \"" + component.name() + "\" already");
            }
        }
    }

    /**
     * Begins to check {@code components} at once; none is serving before its first check has ended.
     *
     * @throws IllegalArgumentException if there are more than {@value #MOST}, or a name is taken
     */
    public static HealthComponents start(Health health, List<HealthComponent> components) {
        return start(health, components, Timer.system());
    }

    /** As {@link #start(Health, List)}, by another clock. */
    public static HealthComponents start(Health health, List<HealthComponent> components, Timer timer) {
        if (components.size() > MOST) {
            throw new IllegalArgumentException(
                    "at most " + MOST + " components are checked, but there are " + components.size());
        }
        HealthComponents checked = new HealthComponents(health, components, timer);
        checked.watches.values().forEach(ComponentWatch::start);
        return checked;
    }

    /**
     * Has {@code /readyz} list the components with their statuses; without this it says only what holds for the whole, because
     * it is open to strangers, and the names tell what the server is built on. Reasons are never told there.
     *
     * @return this
     */
    public HealthComponents listedAtReadyz() {
        health.list(() -> {
            Map<String, Health.Status> listed = new TreeMap<>();
            watches.values()
                    .forEach(watch -> listed.put(
                            watch.status().component().name(), watch.status().status()));
            return listed;
        });
        return this;
    }

    /** What is known of each, in the order they were given in. */
    public List<ComponentStatus> statuses() {
        return watches.values().stream().map(ComponentWatch::status).toList();
    }

    /** Stops checking; what was told last stays. A check that runs is interrupted and not waited for. */
    @Override
    public void close() {
        watches.values().forEach(ComponentWatch::stop);
    }
}
