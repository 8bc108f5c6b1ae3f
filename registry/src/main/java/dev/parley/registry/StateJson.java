package dev.parley.registry;

import dev.parley.discovery.EmbeddedCheck;
import dev.parley.discovery.EmbeddedEntry;
import dev.parley.discovery.EmbeddedService;
import dev.parley.discovery.EmbeddedState;
import dev.parley.discovery.HealthStatus;
import dev.parley.discovery.ServiceInstance;
import dev.parley.rest.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** A registry's state as it is on disk. */
final class StateJson {

    private static final int VERSION = 1;

    private StateJson() {}

    static byte[] write(EmbeddedState state) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("version", VERSION);
        root.put("index", state.index());
        root.put("nodes", state.nodes());
        Map<String, Object> nodeChecks = new TreeMap<>();
        state.nodeChecks().forEach((node, all) -> nodeChecks.put(node, checks(all)));
        root.put("nodeChecks", nodeChecks);
        List<Object> instances = new ArrayList<>();
        for (EmbeddedEntry each : state.instances()) {
            Map<String, Object> instance = service(each.service());
            instance.put("checks", checks(each.checks()));
            instances.add(instance);
        }
        root.put("instances", instances);
        return Json.standard().write(root);
    }

    private static Map<String, Object> service(EmbeddedService service) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("node", service.node());
        json.put("id", service.id());
        json.put("name", service.name());
        json.put("address", service.address());
        json.put("port", service.port());
        json.put("tags", service.tags());
        json.put("meta", service.meta());
        json.put("weight", service.weight());
        json.put("warningWeight", service.warningWeight());
        service.instance().ifPresent(instance -> {
            Map<String, Object> exact = new LinkedHashMap<>();
            exact.put("metadata", instance.metadata());
            instance.healthCheck().ifPresent(url -> exact.put("healthCheck", url));
            exact.put("zone", instance.zone());
            json.put("instance", exact);
        });
        return json;
    }

    private static List<Object> checks(List<EmbeddedEntry.CheckState> all) {
        List<Object> checks = new ArrayList<>();
        for (EmbeddedEntry.CheckState each : all) {
            EmbeddedCheck check = each.check();
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("id", check.id());
            json.put("name", check.name());
            json.put("notes", check.notes());
            json.put("status", each.status().name());
            json.put("output", each.output());
            check.initial().ifPresent(status -> json.put("initial", status.name()));
            check.deregisterAfter().ifPresent(after -> json.put("deregisterAfter", after.toString()));
            switch (check.kind()) {
                case EmbeddedCheck.Passive nobody -> {}
                case EmbeddedCheck.Ttl(Duration ttl) -> json.put("ttl", ttl.toString());
                case EmbeddedCheck.Active active -> {
                    json.put("url", active.url());
                    json.put("method", active.method());
                    json.put("headers", active.headers());
                    json.put("body", active.body());
                    json.put("interval", active.interval().toString());
                    json.put("timeout", active.timeout().toString());
                }
            }
            checks.add(json);
        }
        return checks;
    }

    /**
     * Reads it.
     *
     * @throws RuntimeException if it is not what {@link #write} writes
     */
    static EmbeddedState read(byte[] bytes) {
        JsonNode root = Json.standard().read(bytes, JsonNode.class);
        if (root.required("version").intValue() != VERSION) {
            throw new IllegalArgumentException("version must be " + VERSION + ", but is " + root.required("version"));
        }
        TreeMap<String, String> nodes = new TreeMap<>(texts(root.required("nodes")));
        Map<String, List<EmbeddedEntry.CheckState>> nodeChecks = new TreeMap<>();
        root.required("nodeChecks")
                .properties()
                .forEach(each -> nodeChecks.put(each.getKey(), readChecks(each.getValue())));
        List<EmbeddedEntry> instances = new ArrayList<>();
        for (JsonNode each : root.required("instances")) {
            instances.add(new EmbeddedEntry(
                    readService(each), "", HealthStatus.PASSING, readChecks(each.required("checks")), 0, 0));
        }
        return new EmbeddedState(root.required("index").longValue(), nodes, nodeChecks, instances);
    }

    private static String text(JsonNode object, String name) {
        return object.required(name).stringValue();
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(each -> texts.put(each.getKey(), each.getValue().stringValue()));
        return texts;
    }

    private static List<String> list(JsonNode array) {
        List<String> list = new ArrayList<>();
        array.forEach(each -> list.add(each.stringValue()));
        return list;
    }

    private static EmbeddedService readService(JsonNode json) {
        JsonNode exact = json.path("instance");
        Optional<ServiceInstance> instance = exact.isMissingNode()
                ? Optional.empty()
                : Optional.of(new ServiceInstance(
                        text(json, "id"),
                        text(json, "name"),
                        text(json, "address"),
                        json.required("port").intValue(),
                        texts(exact.required("metadata")),
                        exact.has("healthCheck") ? Optional.of(text(exact, "healthCheck")) : Optional.empty(),
                        text(exact, "zone"),
                        json.required("weight").intValue()));
        return new EmbeddedService(
                text(json, "node"),
                text(json, "id"),
                text(json, "name"),
                text(json, "address"),
                json.required("port").intValue(),
                list(json.required("tags")),
                texts(json.required("meta")),
                json.required("weight").intValue(),
                json.required("warningWeight").intValue(),
                instance);
    }

    private static List<EmbeddedEntry.CheckState> readChecks(JsonNode array) {
        List<EmbeddedEntry.CheckState> checks = new ArrayList<>();
        for (JsonNode json : array) {
            EmbeddedCheck check = new EmbeddedCheck(
                    text(json, "id"),
                    text(json, "name"),
                    text(json, "notes"),
                    readKind(json),
                    json.has("initial") ? Optional.of(HealthStatus.valueOf(text(json, "initial"))) : Optional.empty(),
                    json.has("deregisterAfter")
                            ? Optional.of(Duration.parse(text(json, "deregisterAfter")))
                            : Optional.empty());
            checks.add(new EmbeddedEntry.CheckState(
                    check, HealthStatus.valueOf(text(json, "status")), text(json, "output"), 0, 0));
        }
        return checks;
    }

    private static EmbeddedCheck.Kind readKind(JsonNode json) {
        if (json.has("ttl")) {
            return new EmbeddedCheck.Ttl(Duration.parse(text(json, "ttl")));
        }
        if (!json.has("url")) {
            return new EmbeddedCheck.Passive();
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        json.required("headers").properties().forEach(each -> headers.put(each.getKey(), list(each.getValue())));
        return new EmbeddedCheck.Active(
                text(json, "url"),
                text(json, "method"),
                headers,
                text(json, "body"),
                Duration.parse(text(json, "interval")),
                Duration.parse(text(json, "timeout")));
    }
}
