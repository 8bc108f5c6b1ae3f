package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryProvider;
import java.util.Set;

/**
 * Services by DNS: {@code dns:///inventory.example.org:8080} (A and AAAA records) or {@code
 * dns:///_grpc._tcp.inventory.example.org} (SRV records, RFC 2782: a service whose name begins with an underscore). {@code
 * dns://10.0.0.2:53/...} asks that server, without one the system's are asked (in {@code /etc/resolv.conf}, with its search path, and
 * {@code /etc/hosts} first).
 *
 * <ul>
 *   <li>{@code port=8080}: of services that name none;
 *   <li>{@code family=ipv4}, {@code ipv6} or {@code both}: which addresses of a name count; without it those of version 4 and, if there
 *       are none, those of version 6, so that a host with both is not taken for two.
 * </ul>
 *
 * <p>An answer is asked for again when its TTL has passed: after 1 s at the earliest, 5 min at the latest; one that says there is nothing, when
 * the zone's SOA record says so, or after 5 s if there is none. An instance's id is its {@code host:port}.
 *
 * <p>Of SRV records those of the lowest priority count whose targets have addresses. An instance's weight is that of the record; where all
 * of them are 0 it is 1, for by RFC 2782 there is no choice to make then; a 0 beside others, which means a very small share there, is none
 * here as long as there are others. A record with target {@code .} says that there is no such service; one with port 0 is an error.
 *
 * <p>Nothing can be registered. Thread-safe.
 */
public final class DnsProvider implements RegistryProvider {

    /** For {@link java.util.ServiceLoader}. */
    public DnsProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("dns");
    }

    @Override
    public RegistryBackend open(RegistryUri uri, RegistryOptions options) {
        return new DnsBackend(DnsOptions.parse(uri), options.answerTimeout());
    }
}
