package dev.parley.discovery.consul;

import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import java.time.Duration;

/** A process that registers an instance and lives until it is killed. */
final class Registering {

    private Registering() {}

    public static void main(String[] arguments) throws Exception {
        ServiceRegistry registry = ServiceRegistry.connect(arguments[0]);
        registry.register(
                        ServiceInstance.of("inventory-service", "127.0.0.1", 7002)
                                .withId("killed"),
                        RegistrationOptions.defaults().withTtl(Duration.ofSeconds(2)))
                .awaitRegistered(Duration.ofMinutes(1));
        Thread.currentThread().join();
    }
}
