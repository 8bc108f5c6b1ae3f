package dev.parley.discovery.etcd;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An instance's key, bound to a lease of its own. Whatever is done to the key is done on a condition, in one transaction: that it
 * is free, or as it was seen, or bound to this lease; so a neighbour's is never touched.
 */
final class EtcdLease implements RegistryBackend.Lease {

    private static final int MOST_VALUE = 1 << 20;
    private static final int TRIES = 5;

    private final EtcdApi api;
    private final ServiceInstance instance;
    private final String key;
    private final String id;
    private boolean ready;

    private EtcdLease(EtcdApi api, ServiceInstance instance, String key, String id, boolean ready) {
        this.api = api;
        this.instance = instance;
        this.key = key;
        this.id = id;
        this.ready = ready;
    }

    static EtcdLease take(EtcdApi api, String prefix, ServiceInstance instance, RegistrationOptions options)
            throws Exception {
        byte[] value = InstanceJson.write(instance, options.ready());
        if (value.length > MOST_VALUE) {
            throw new IllegalArgumentException("instance " + instance.id() + " must be at most " + MOST_VALUE
                    + " bytes in JSON, but is " + value.length);
        }
        long seconds = options.ttl().plus(Duration.ofNanos(999_999_999)).toSeconds();
        String id = api.post("lease/grant", EtcdApi.object().put("TTL", Long.toString(seconds)))
                .path("ID")
                .asString("");
        if (id.isEmpty()) {
            throw new IOException("etcd grants a lease without an id");
        }
        String key = KeyRange.of(prefix, instance.service()).prefix() + instance.id();
        EtcdLease lease = new EtcdLease(api, instance, key, id, options.ready());
        try {
            lease.put(value);
            return lease;
        } catch (Exception e) {
            try {
                lease.release();
            } catch (Exception again) {
                e.addSuppressed(again); // it runs out
            }
            throw e;
        }
    }

    /** Puts the key where there is none, or in place of an instance's. */
    private void put(byte[] value) throws Exception {
        String create = "CREATE";
        String field = "create_revision";
        String revision = "0";
        for (int i = 0; i < TRIES; i++) {
            JsonNode answer = transaction(create, field, revision, value);
            if (answer.path("succeeded").asBoolean(false)) {
                return;
            }
            JsonNode there = entry(answer);
            if (there.isMissingNode()) {
                create = "CREATE";
                field = "create_revision";
                revision = "0";
            } else {
                checkInstance(there);
                create = "MOD";
                field = "mod_revision";
                revision = there.path("mod_revision").asString("0");
            }
        }
        throw new CallException(Code.ABORTED, "key " + key + " in etcd changes faster than it can be registered");
    }

    private void checkInstance(JsonNode there) throws IOException {
        try {
            InstanceJson.read(instance.service(), instance.id(), EtcdBackend.bytes(there.path("value")));
        } catch (IllegalArgumentException e) {
            throw new CallException(
                    Code.ALREADY_EXISTS,
                    "key " + key + " in etcd is in use by something else, and is not overwritten: " + e.getMessage(),
                    e);
        }
    }

    /** If the key is so, puts it; if not, tells what is there. Without a value it puts nothing. */
    private JsonNode transaction(String target, String field, String expected, byte[] value) throws Exception {
        String name = KeyRange.base64(key);
        ObjectNode request = EtcdApi.object();
        request.putArray("compare")
                .addObject()
                .put("key", name)
                .put("target", target)
                .put("result", "EQUAL")
                .put(field, expected);
        if (value.length > 0) {
            request.putArray("success")
                    .addObject()
                    .putObject("request_put")
                    .put("key", name)
                    .put("value", KeyRange.base64(value))
                    .put("lease", id);
        }
        request.putArray("failure").addObject().putObject("request_range").put("key", name);
        return api.post("kv/txn", request);
    }

    private static JsonNode entry(JsonNode answer) {
        return answer.path("responses")
                .path(0)
                .path("response_range")
                .path("kvs")
                .path(0);
    }

    @Override
    public boolean renew(boolean wanted) throws Exception {
        JsonNode kept = api.post("lease/keepalive", EtcdApi.object().put("ID", id));
        if (kept.path("result").path("TTL").asLong(0) <= 0) {
            return false;
        }
        byte[] value = wanted == ready ? new byte[0] : InstanceJson.write(instance, wanted);
        JsonNode answer = transaction("LEASE", "lease", id, value);
        if (answer.path("succeeded").asBoolean(false)) {
            ready = wanted;
            return true;
        }
        JsonNode there = entry(answer);
        if (there.isMissingNode()) {
            release();
            return false;
        }
        // To register again would take it from the other, who would do the same.
        throw new CallException(
                Code.ALREADY_EXISTS,
                "instance " + instance.id() + " of " + instance.service()
                        + " has been registered by another since, with lease "
                        + there.path("lease").asString("0") + " of etcd: two with one id");
    }

    /** Ends the lease, and with it the key if it is still bound to it. */
    @Override
    public void release() throws Exception {
        try {
            api.post("lease/revoke", EtcdApi.object().put("ID", id));
        } catch (CallException e) {
            if (e.code() != Code.NOT_FOUND) {
                throw e;
            }
        }
    }
}
