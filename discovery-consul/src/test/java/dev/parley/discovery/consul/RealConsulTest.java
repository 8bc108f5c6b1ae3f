package dev.parley.discovery.consul;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.tck.discovery.RegistrySuite;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The kit against Consul itself, where there is one: CONTRIBUTING says how to run it. */
@EnabledIfEnvironmentVariable(
        named = "CONSUL_HTTP_ADDR",
        matches = ".+",
        disabledReason =
                "Consul itself runs only where CONSUL_HTTP_ADDR names one; OwnServerTest runs the same kit everywhere")
class RealConsulTest extends RegistrySuite {

    @Override
    protected RegistryBackend open(RegistryOptions options) {
        return new ConsulProvider().open(RegistryUri.parse("consul:///"), options);
    }
}
