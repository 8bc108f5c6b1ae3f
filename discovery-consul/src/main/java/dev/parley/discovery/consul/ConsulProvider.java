package dev.parley.discovery.consul;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryProvider;
import java.util.Set;

/**
 * {@code consul://host:port/service?dc=..&tag=..&passing=..&near=..}, {@code consul+https://} over TLS.
 *
 * <p>Without an authority it is {@code CONSUL_HTTP_ADDR} of the {@linkplain RegistryOptions#environment environment}, or {@code
 * 127.0.0.1:8500}; a token comes from {@code CONSUL_HTTP_TOKEN} alone, whom to trust from {@code CONSUL_CACERT} or else the JDK.
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>option</th><th>meaning</th><th>default</th></tr>
 * <tr><td>{@code dc}</td><td>the datacenter that is asked; what is registered goes to the agent's</td><td>the agent's</td></tr>
 * <tr><td>{@code tag}</td><td>tags, parted by commas, that an instance must have and a registered one gets</td><td>none</td></tr>
 * <tr><td>{@code passing}</td><td>whether all of an instance's checks must pass</td><td>{@code true}</td></tr>
 * <tr><td>{@code near}</td><td>a node, or {@code _agent}, from which on instances are sorted by their distance</td><td>none</td></tr>
 * </table>
 */
public final class ConsulProvider implements RegistryProvider {

    /** For {@link java.util.ServiceLoader}. */
    public ConsulProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("consul", "consul+https");
    }

    @Override
    public RegistryBackend open(RegistryUri uri, RegistryOptions options) {
        ConsulSettings settings = ConsulSettings.of(uri, options.environment());
        return new ConsulBackend(settings, new ConsulHttp(settings, options), options);
    }
}
