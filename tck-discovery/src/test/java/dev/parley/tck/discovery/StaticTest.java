package dev.parley.tck.discovery;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.StaticProvider;
import dev.parley.discovery.spi.RegistryBackend;
import java.util.List;
import java.util.stream.Collectors;

class StaticTest extends LookupSuite {

    private List<ServiceInstance> placed = List.of();

    @Override
    protected void place(String service, List<ServiceInstance> instances) {
        placed = instances;
    }

    @Override
    protected RegistryBackend open(RegistryOptions options) {
        String list = placed.isEmpty()
                ? "127.0.0.1:1"
                : placed.stream().map(ServiceInstance::authority).collect(Collectors.joining(","));
        return new StaticProvider().open(RegistryUri.parse("static:" + list), options);
    }
}
