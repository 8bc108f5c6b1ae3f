package dev.parley.discovery.etcd;

import dev.parley.discovery.ServiceInstance;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Instances as values in etcd. */
final class InstanceJson {

    private InstanceJson() {}

    /** An instance, and whether it wants to be found. */
    record Stored(ServiceInstance instance, boolean ready) {}

    static byte[] write(ServiceInstance instance, boolean ready) {
        ObjectNode json = EtcdApi.object();
        json.put("id", instance.id())
                .put("service", instance.service())
                .put("host", instance.host())
                .put("port", instance.port());
        ObjectNode metadata = json.putObject("metadata");
        instance.metadata().forEach(metadata::put);
        instance.healthCheck().ifPresent(url -> json.put("healthCheck", url));
        json.put("zone", instance.zone()).put("weight", instance.weight()).put("ready", ready);
        return EtcdApi.JSON.writeValueAsBytes(json);
    }

    /**
     * Reads the value of an instance's key.
     *
     * @throws IllegalArgumentException if it is none; the message says why
     */
    static Stored read(String service, String id, byte[] value) {
        JsonNode json;
        try {
            json = EtcdApi.JSON.readTree(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
        }
        if (json == null || !json.isObject()) {
            throw new IllegalArgumentException("it is no JSON object");
        }
        same("service", json, service);
        same("id", json, id);
        Map<String, String> metadata = new LinkedHashMap<>();
        JsonNode given = json.path("metadata");
        if (!given.isMissingNode() && !given.isObject()) {
            throw new IllegalArgumentException("metadata must be an object, but is " + shown(given));
        }
        given.forEachEntry((name, each) -> metadata.put(name, text("metadata " + name, each)));
        JsonNode check = json.path("healthCheck");
        return new Stored(
                new ServiceInstance(
                        id,
                        service,
                        text("host", json.path("host")),
                        number("port", json.path("port")),
                        metadata,
                        check.isMissingNode() ? Optional.empty() : Optional.of(text("healthCheck", check)),
                        json.has("zone") ? text("zone", json.path("zone")) : "",
                        json.has("weight") ? number("weight", json.path("weight")) : 1),
                isReady(json.path("ready")));
    }

    private static void same(String field, JsonNode json, String key) {
        if (json.has(field) && !text(field, json.path(field)).equals(key)) {
            throw new IllegalArgumentException(
                    field + " must be that of its key, " + key + ", but is " + shown(json.path(field)));
        }
    }

    private static String text(String field, JsonNode value) {
        if (!value.isString()) {
            throw new IllegalArgumentException(field + " must be a string, but is " + shown(value));
        }
        return value.stringValue();
    }

    private static int number(String field, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new IllegalArgumentException(field + " must be a whole number, but is " + shown(value));
        }
        return value.intValue();
    }

    private static boolean isReady(JsonNode value) {
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new IllegalArgumentException("ready must be true or false, but is " + shown(value));
        }
        return value.asBoolean(true);
    }

    private static String shown(JsonNode value) {
        if (value.isMissingNode()) {
            return "missing";
        }
        String text = value.toString();
        return text.length() > 100 ? text.substring(0, 100) + "..." : text;
    }
}
