package dev.parley.discovery.etcd;

import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/** One connection to etcd. */
final class EtcdBackend implements RegistryBackend {

    private static final System.Logger LOG = System.getLogger(EtcdProvider.class.getName());
    private static final int MOST_REMEMBERED = 1_000;

    private final EtcdApi api;
    private final String prefix;
    /** Keys that are no instances and have been told of, with the revision of each. */
    private final Map<String, Long> toldOf = new ConcurrentHashMap<>();

    EtcdBackend(EtcdApi api, String prefix) {
        this.api = api;
        this.prefix = prefix;
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return Set.of(RegistryCapability.values());
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws Exception {
        if (service.isEmpty() || service.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "a service's name in etcd must have no slash, but is \"" + service + '"');
        }
        KeyRange keys = KeyRange.of(prefix, service);
        if (!since.isEmpty() && wait.isPositive()) {
            new EtcdWatch(api, keys, Long.parseLong(since)).await(wait);
        }
        JsonNode found = api.post("kv/range", keys.addTo(EtcdApi.object()));
        long revision = found.path("header").path("revision").asLong(-1);
        if (revision < 0) {
            throw new IOException("etcd's answer for " + service + " has no revision");
        }
        return new Answer(instances(service, keys, found.path("kvs")), Long.toString(revision), Optional.empty());
    }

    private List<ServiceInstance> instances(String service, KeyRange keys, JsonNode entries) throws IOException {
        List<ServiceInstance> instances = new ArrayList<>();
        int good = 0;
        String wrong = "";
        for (JsonNode entry : entries) {
            String key = new String(bytes(entry.path("key")), StandardCharsets.UTF_8);
            try {
                InstanceJson.Stored stored =
                        InstanceJson.read(service, key.substring(keys.prefix().length()), bytes(entry.path("value")));
                good++;
                if (stored.ready()) {
                    instances.add(stored.instance());
                }
            } catch (IllegalArgumentException e) {
                wrong = "key " + key + " holds no instance: " + e.getMessage();
                tell(key, entry.path("mod_revision").asLong(0), wrong);
            }
        }
        if (good == 0 && !wrong.isEmpty()) {
            throw new IOException("none of what etcd has of " + service + " can be read; " + wrong);
        }
        return instances;
    }

    private void tell(String key, long revision, String wrong) {
        if (toldOf.size() >= MOST_REMEMBERED) {
            toldOf.clear();
        }
        Long before = toldOf.put(key, revision);
        if (before == null || before != revision) {
            LOG.log(System.Logger.Level.WARNING, "left out: {0}", wrong);
        }
    }

    /** Bytes of the answer; none if there are none, as protobuf's JSON leaves them out. */
    static byte[] bytes(JsonNode value) throws IOException {
        try {
            return value.isMissingNode()
                    ? new byte[0]
                    : java.util.Base64.getDecoder().decode(value.asString(""));
        } catch (IllegalArgumentException e) {
            throw new IOException("etcd answers a value that is no base64", e);
        }
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions options) throws Exception {
        return EtcdLease.take(api, prefix, instance, options);
    }

    @Override
    public void close() {
        api.close();
    }
}
