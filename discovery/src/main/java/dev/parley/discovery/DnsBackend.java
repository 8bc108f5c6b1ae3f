package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Asks DNS anew with each query; whoever asks keeps the answer for as long as it holds. */
final class DnsBackend implements RegistryBackend {

    private static final long SHORTEST_SECONDS = 1;
    private static final long LONGEST_SECONDS = 300;

    private final DnsOptions options;
    private final Duration timeout;
    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();
    private volatile @Nullable DnsServers servers;
    private volatile boolean closed;

    DnsBackend(DnsOptions options, Duration timeout) {
        this.options = options;
        this.timeout = timeout;
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return Set.of();
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws IOException, InterruptedException {
        DnsQuestion question = DnsQuestion.parse(service, options.port());
        if (closed) {
            throw new IOException("the registry is closed");
        }
        if (question instanceof DnsQuestion.Host(String host, int port)) {
            String literal = literal(host);
            if (literal != null) {
                return answer(List.of(ServiceInstance.of(service, literal, port)), LONGEST_SECONDS);
            }
        }
        try {
            DnsRound round = new DnsRound(servers(), options.family(), timeout, waiting, () -> closed);
            List<ServiceInstance> found = switch (question) {
                case DnsQuestion.Host(String host, int port) ->
                    round.addresses(DnsQuestion.name(host)).stream()
                            .map(address -> ServiceInstance.of(service, address, port))
                            .toList();
                case DnsQuestion.Service(var name) -> DnsServices.find(round, service, name);
            };
            return answer(found, round.ttl());
        } catch (IOException e) {
            servers = null; // they may be others by now
            throw e;
        }
    }

    private DnsServers servers() throws IOException, InterruptedException {
        DnsServers known = servers;
        if (known == null) {
            known = options.server().isPresent()
                    ? DnsServers.of(options.server().get(), timeout)
                    : DnsServers.ofSystem(timeout);
            servers = known;
        }
        return known;
    }

    private static @Nullable String literal(String host) {
        try {
            return InetAddress.ofLiteral(host).getHostAddress();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** In an order of its own, for servers give records in another each time; one address may come by two names. */
    private static Answer answer(List<ServiceInstance> found, long ttl) {
        TreeMap<String, ServiceInstance> byId = new TreeMap<>();
        found.forEach(instance -> byId.putIfAbsent(instance.id(), instance));
        List<ServiceInstance> instances = List.copyOf(byId.values());
        long seconds = Math.clamp(ttl, SHORTEST_SECONDS, LONGEST_SECONDS);
        return new Answer(
                instances, Integer.toHexString(instances.hashCode()), Optional.of(Duration.ofSeconds(seconds)));
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions how) {
        throw new UnsupportedOperationException("nothing can be registered in DNS");
    }

    @Override
    public void close() {
        closed = true;
        waiting.forEach(Runnable::run);
    }
}
