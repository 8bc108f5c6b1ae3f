package dev.parley.discovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A registry that says what the test says, on the test's thread. */
final class HandRegistry implements ServiceRegistry {

    private final List<Consumer<ServiceSnapshot>> watchers = new CopyOnWriteArrayList<>();
    private volatile @Nullable ServiceSnapshot latest;

    static HandRegistry of(ServiceInstance... instances) {
        HandRegistry registry = new HandRegistry();
        registry.says(instances);
        return registry;
    }

    /** {@code count} instances named {@code a0}, {@code a1} and so on, on port 1 and up. */
    static HandRegistry of(int count) {
        return of(instances(count).toArray(ServiceInstance[]::new));
    }

    static List<ServiceInstance> instances(int count) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            instances.add(instance(i));
        }
        return instances;
    }

    static ServiceInstance instance(int number) {
        return ServiceInstance.of("stock", "10.0." + number / 250 + '.' + (number % 250 + 1), 7000)
                .withId("a" + number);
    }

    void says(ServiceInstance... instances) {
        says(new ServiceSnapshot("stock", List.of(instances), Optional.empty()));
    }

    void says(List<ServiceInstance> instances) {
        says(new ServiceSnapshot("stock", instances, Optional.empty()));
    }

    void says(ServiceSnapshot found) {
        latest = found;
        watchers.forEach(watcher -> watcher.accept(found));
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return Set.of(RegistryCapability.WATCH);
    }

    @Override
    public Registration register(ServiceInstance instance, RegistrationOptions options) {
        throw new UnsupportedOperationException("this registry cannot register " + instance);
    }

    @Override
    public ServiceSnapshot discover(String service) {
        ServiceSnapshot known = latest;
        return known == null ? new ServiceSnapshot(service, List.of(), Optional.empty()) : known;
    }

    @Override
    public Watch watch(String service, Consumer<ServiceSnapshot> listener) {
        watchers.add(listener);
        ServiceSnapshot known = latest;
        if (known != null) {
            listener.accept(known);
        }
        return new Watch() {
            @Override
            public Optional<ServiceSnapshot> latest() {
                return Optional.ofNullable(latest);
            }

            @Override
            public void close() {
                watchers.remove(listener);
            }
        };
    }

    @Override
    public void close() {
        watchers.clear();
    }
}
