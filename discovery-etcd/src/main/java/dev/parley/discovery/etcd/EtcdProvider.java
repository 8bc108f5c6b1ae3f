package dev.parley.discovery.etcd;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryProvider;
import java.util.Set;

/**
 * {@code etcd://host:2379/service?prefix=/services}, for etcd 3.4 or later with its gRPC gateway, which is on unless somebody has
 * switched it off.
 *
 * <p>Several members are listed with commas ({@code etcd://a:2379,b:2379}); the next is asked when one does not answer. Without a
 * port it is 2379, without a host {@code 127.0.0.1:2379}. Options of the URI:
 *
 * <ul>
 *   <li>{@code prefix}: what instances' keys begin with; {@code /services}
 *   <li>{@code secure}: {@code true} for TLS to etcd; {@code false}
 * </ul>
 *
 * <p>Of the {@linkplain RegistryOptions#environment environment} it takes what {@code etcdctl} does: {@code ETCDCTL_USER} (a name, or
 * {@code name:password}) and {@code ETCDCTL_PASSWORD}; with {@code secure=true} also {@code ETCDCTL_CACERT}, {@code ETCDCTL_CERT} and
 * {@code ETCDCTL_KEY}, paths of PEM files. The gateway does not know users by their certificate (etcd's own limit).
 *
 * <p>An instance is the key {@code PREFIX/SERVICE/ID}, bound to a lease of its own; its value is JSON, up to 1 MiB:
 *
 * <pre>{@code
 * {"id": "inventory-1", "service": "inventory-service", "host": "10.0.0.7", "port": 7001,
 *  "metadata": {"version": "2"}, "healthCheck": "tcp://10.0.0.7:7001", "zone": "a", "weight": 1, "ready": true}
 * }</pre>
 *
 * <p>{@code host} and {@code port} have to be there, {@code id} and {@code service} say what the key does; with {@code ready} false it is not found. A key
 * whose value is no instance is told in the log and left out; if a service has such keys only, the answer is refused, and the last
 * good one stays. Such a key is never overwritten. etcd asks no health check, and forgets an instance when its lease runs out,
 * whatever {@code deregisterAfter} says; its shortest lease is 2 s as a rule. All instances of a service may have 16 MiB.
 */
public final class EtcdProvider implements RegistryProvider {

    /** For {@link java.util.ServiceLoader}. */
    public EtcdProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("etcd");
    }

    @Override
    public RegistryBackend open(RegistryUri uri, RegistryOptions options) {
        EtcdSettings settings = EtcdSettings.of(uri, options.environment());
        return new EtcdBackend(new EtcdApi(settings, options), settings.prefix());
    }
}
