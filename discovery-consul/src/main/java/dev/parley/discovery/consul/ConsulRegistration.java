package dev.parley.discovery.consul;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A service on an agent with a TTL check that only this registration knows: whoever registers the same instance after it replaces
 * that check, so that this one's next sign of life finds nothing, and its release takes nobody out.
 */
final class ConsulRegistration implements RegistryBackend.Lease {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final byte[] NOTHING = {};

    private final ServiceInstance instance;
    private final RegistrationOptions how;
    private final ConsulSettings settings;
    private final ConsulHttp http;
    private final RegistryOptions options;
    private final String id;
    private final String check;

    ConsulRegistration(
            ServiceInstance instance,
            RegistrationOptions how,
            ConsulSettings settings,
            ConsulHttp http,
            RegistryOptions options) {
        this.instance = instance;
        this.how = how;
        this.settings = settings;
        this.http = http;
        this.options = options;
        // On an agent an id is unique over all services.
        this.id = instance.service() + ':' + instance.id();
        this.check = "parley:" + id + ':' + UUID.randomUUID();
    }

    void register() throws Exception {
        ConsulHttp.Reply reply = http.send(
                "PUT",
                "/v1/agent/service/register?replace-existing-checks=true",
                JSON.writeValueAsBytes(payload()),
                options.answerTimeout());
        if (!reply.isFound()) {
            throw new CallException(
                    Code.UNIMPLEMENTED,
                    settings + " does not know /v1/agent/service/register: is it Consul's HTTP API?");
        }
    }

    private ObjectNode payload() {
        ObjectNode service = JSON.createObjectNode()
                .put("ID", id)
                .put("Name", instance.service())
                .put("Address", instance.host())
                .put("Port", instance.port());
        ArrayNode tags = service.putArray("Tags");
        settings.tags().forEach(tags::add);
        ObjectNode meta = service.putObject("Meta");
        ConsulMeta.of(instance).forEach(meta::put);
        service.putObject("Weights")
                .put("Passing", Math.max(1, instance.weight()))
                .put("Warning", 1);
        ArrayNode checks = service.putArray("Checks");
        checks.addObject()
                .put("CheckID", check)
                .put("Name", "sign of life of " + instance.id())
                .put("TTL", how.ttl().toMillis() + "ms")
                .put("Status", how.ready() ? "passing" : "critical")
                .put("DeregisterCriticalServiceAfter", how.deregisterAfter().toMillis() + "ms");
        instance.healthCheck().ifPresent(url -> checks.add(ConsulProbe.of(instance, url, check + ":probe")));
        return service;
    }

    @Override
    public boolean renew(boolean ready) throws Exception {
        return told(ready ? "pass" : "fail");
    }

    private boolean told(String status) throws Exception {
        String target = "/v1/agent/check/" + status + '/' + ConsulHttp.encoded(check);
        try {
            return http.send("PUT", target, NOTHING, options.answerTimeout()).isFound();
        } catch (CallException e) {
            // Before 1.11 an agent said so with 500.
            if (e.message().contains("does not have associated TTL")
                    || e.message().contains("Unknown check")) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void release() throws Exception {
        // Its own check is asked first: gone, the service is another's by now, or nobody's.
        if (told("fail")) {
            ConsulHttp.Reply _ = http.send(
                    "PUT", "/v1/agent/service/deregister/" + ConsulHttp.encoded(id), NOTHING, options.answerTimeout());
        }
    }
}
