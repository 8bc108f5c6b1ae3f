package dev.parley.benchmarks;

import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A registry that knows endpoints in three zones, with weights from 1 to 5, and nothing new of them. */
record NamedEndpoints(List<ServiceInstance> instances) implements RegistryBackend {

    static ServiceRegistry registry(int count) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            instances.add(ServiceInstance.of("bench", "10.0." + i / 250 + '.' + (i % 250 + 1), 7001)
                    .withZone(String.valueOf((char) ('a' + i % 3)))
                    .withWeight(i % 5 + 1));
        }
        return ServiceRegistry.of(new NamedEndpoints(instances), RegistryOptions.defaults());
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return Set.of(RegistryCapability.WATCH);
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws InterruptedException {
        if (!since.isEmpty()) {
            Thread.sleep(wait);
        }
        return new Answer(instances, "1", Optional.empty());
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions options) {
        throw new UnsupportedOperationException("nothing can be registered here");
    }

    @Override
    public void close() {}
}
