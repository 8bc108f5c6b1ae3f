package dev.parley.registry;

import dev.parley.discovery.EmbeddedCheck;
import dev.parley.discovery.EmbeddedEntry;
import dev.parley.discovery.EmbeddedRegistry;
import dev.parley.discovery.EmbeddedService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known, in the words of Consul's answers. */
final class ConsulJson {

    static final String DATACENTER = "dc1";

    private ConsulJson() {}

    private static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    /** The same for a name each time. */
    static String nodeId(String node) {
        return java.util
                .UUID
                .nameUUIDFromBytes(("parley:" + node).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString();
    }

    static Map<String, Object> node(String name, String address) {
        return object(
                "ID",
                nodeId(name),
                "Node",
                name,
                "Address",
                address,
                "Datacenter",
                DATACENTER,
                "TaggedAddresses",
                object("lan", address, "wan", address),
                "Meta",
                Map.of(),
                "CreateIndex",
                1,
                "ModifyIndex",
                1);
    }

    private static Map<String, Object> weights(EmbeddedService service) {
        return object("Passing", service.weight(), "Warning", service.warningWeight());
    }

    /** As the agent's API has it. */
    static Map<String, Object> agentService(EmbeddedEntry entry) {
        EmbeddedService service = entry.service();
        return object(
                "ID", service.id(),
                "Service", service.name(),
                "Tags", service.tags(),
                "Meta", service.meta(),
                "Port", service.port(),
                "Address", service.address(),
                "Weights", weights(service),
                "EnableTagOverride", false,
                "Datacenter", DATACENTER);
    }

    /** As the health API and a node of the catalog have it. */
    static Map<String, Object> service(EmbeddedEntry entry) {
        Map<String, Object> service = agentService(entry);
        service.remove("Datacenter");
        service.put("CreateIndex", entry.createIndex());
        service.put("ModifyIndex", entry.modifyIndex());
        return service;
    }

    static Map<String, Object> catalogService(EmbeddedEntry entry) {
        EmbeddedService service = entry.service();
        return object(
                "ID", nodeId(service.node()),
                "Node", service.node(),
                "Address", entry.nodeAddress(),
                "Datacenter", DATACENTER,
                "TaggedAddresses", object("lan", entry.nodeAddress(), "wan", entry.nodeAddress()),
                "NodeMeta", Map.of(),
                "ServiceKind", "",
                "ServiceID", service.id(),
                "ServiceName", service.name(),
                "ServiceTags", service.tags(),
                "ServiceAddress", service.address(),
                "ServiceWeights", weights(service),
                "ServiceMeta", service.meta(),
                "ServicePort", service.port(),
                "ServiceEnableTagOverride", false,
                "CreateIndex", entry.createIndex(),
                "ModifyIndex", entry.modifyIndex());
    }

    /** An instance with its checks and its node's. */
    static Map<String, Object> health(EmbeddedEntry entry, List<Map<String, Object>> checks) {
        return object(
                "Node", node(entry.service().node(), entry.nodeAddress()), "Service", service(entry), "Checks", checks);
    }

    static Map<String, Object> check(String node, @Nullable EmbeddedService service, EmbeddedEntry.CheckState state) {
        EmbeddedCheck check = state.check();
        Map<String, Object> definition = object();
        String type = "";
        String interval = "";
        String timeout = "";
        switch (check.kind()) {
            case EmbeddedCheck.Passive nobody -> {}
            case EmbeddedCheck.Ttl ttl -> type = "ttl";
            case EmbeddedCheck.Active active -> {
                int scheme = active.url().indexOf("://");
                String word = active.url().substring(0, scheme);
                type = word.startsWith("http") ? "http" : word.startsWith("grpc") ? "grpc" : word;
                interval = GoDuration.print(active.interval());
                timeout = GoDuration.print(active.timeout());
                // Without its query, in which there may be a token, and without headers.
                definition.put(
                        type.toUpperCase(java.util.Locale.ROOT),
                        (type.equals("http") ? active.url() : active.url().substring(scheme + 3))
                                .replaceFirst("\\?.*", ""));
                definition.put("Interval", interval);
                definition.put("Timeout", timeout);
            }
        }
        check.deregisterAfter()
                .ifPresent(after -> definition.put("DeregisterCriticalServiceAfter", GoDuration.print(after)));
        return object(
                "Node",
                node,
                "CheckID",
                check.id(),
                "Name",
                check.name(),
                "Status",
                state.status().word(),
                "Notes",
                check.notes(),
                "Output",
                state.output(),
                "ServiceID",
                service == null ? "" : service.id(),
                "ServiceName",
                service == null ? "" : service.name(),
                "ServiceTags",
                service == null ? List.of() : service.tags(),
                "Type",
                type,
                "Interval",
                interval,
                "Timeout",
                timeout,
                "ExposedPort",
                0,
                "Definition",
                definition,
                "CreateIndex",
                state.createIndex(),
                "ModifyIndex",
                state.modifyIndex());
    }

    /** What a Consul server says of itself, as far as clients look. */
    static Map<String, Object> self() {
        return object(
                "Config",
                object(
                        "Datacenter",
                        DATACENTER,
                        "PrimaryDatacenter",
                        DATACENTER,
                        "NodeName",
                        EmbeddedRegistry.NODE,
                        "NodeID",
                        nodeId(EmbeddedRegistry.NODE),
                        "Revision",
                        "",
                        "Server",
                        true,
                        "Version",
                        "0.1.0+parley"),
                "Member",
                member(),
                "Meta",
                Map.of());
    }

    static Map<String, Object> member() {
        return object(
                "Name", EmbeddedRegistry.NODE,
                "Addr", EmbeddedRegistry.NODE_ADDRESS,
                "Port", 8301,
                "Tags", object("dc", DATACENTER, "role", "consul"),
                "Status", 1,
                "ProtocolMin", 1,
                "ProtocolMax", 5,
                "ProtocolCur", 2,
                "DelegateMin", 2,
                "DelegateMax", 5,
                "DelegateCur", 4);
    }
}
