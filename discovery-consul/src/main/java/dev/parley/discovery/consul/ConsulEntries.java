package dev.parley.discovery.consul;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.ServiceInstance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the answer of {@code /v1/health/service/:name}. One entry that is malformed spoils all of it, so that an answer which is
 * cut or garbled is never taken for a change.
 */
final class ConsulEntries {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MOST_PORT = 65_535;
    private static final int MOST_WEIGHT = 65_535;

    private final String service;
    private final String source;

    private ConsulEntries(String service, String source) {
        this.service = service;
        this.source = source;
    }

    /** One instance and the node it is on. */
    private record Found(ServiceInstance instance, String node) {}

    /**
     * @param source names the registry in errors
     * @throws CallException if it is not what Consul documents; the message says what was expected where
     */
    static List<ServiceInstance> read(String service, byte[] body, String source) {
        return new ConsulEntries(service, source).all(body);
    }

    private List<ServiceInstance> all(byte[] body) {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JacksonException e) {
            throw malformed("must be JSON, but " + e.getOriginalMessage() + ": " + ConsulHttp.shown(body), e);
        }
        if (!root.isArray()) {
            throw malformed("must be a list, but is " + kind(root), null);
        }
        List<Found> found = new ArrayList<>();
        Map<String, Integer> times = new HashMap<>();
        for (int i = 0; i < root.size(); i++) {
            Found each = entry(root.get(i), "entry " + i);
            if (each != null) {
                found.add(each);
                times.merge(each.instance().id(), 1, Integer::sum);
            }
        }
        return found.stream()
                .map(each -> Integer.valueOf(1).equals(times.get(each.instance().id())) ? each.instance() : apart(each))
                .toList();
    }

    /** Agents name services each for itself: one id on two nodes is two instances. */
    private static ServiceInstance apart(Found found) {
        ServiceInstance instance = found.instance();
        return found.node().isEmpty() ? instance : instance.withId(instance.id() + '@' + found.node());
    }

    /** Null for one that has no port, and so cannot be called. */
    private @Nullable Found entry(JsonNode entry, String where) {
        JsonNode node = child(entry, "Node", where);
        JsonNode it = child(entry, "Service", where);
        String registered = text(it, "ID", where + ".Service");
        String named = where + ".Service (" + registered + ')';
        int port = number(it, "Port", 0, MOST_PORT, 0, named);
        if (port == 0) {
            return null;
        }
        String address = text(it, "Address", named);
        if (address.isEmpty()) {
            address = text(node, "Address", where + ".Node");
        }
        Map<String, String> meta = meta(it, named);
        String id = meta.getOrDefault(ConsulMeta.ID, registered);
        String zone = meta.getOrDefault(ConsulMeta.ZONE, "");
        Optional<String> check = Optional.ofNullable(meta.get(ConsulMeta.CHECK));
        int weight = weight(it, meta, named);
        meta.keySet().removeIf(key -> key.startsWith(ConsulMeta.PREFIX));
        try {
            return new Found(
                    new ServiceInstance(id, service, address, port, meta, check, zone, weight),
                    text(node, "Node", where + ".Node"));
        } catch (IllegalArgumentException e) {
            throw malformed(named + " is no instance: " + e.getMessage(), e);
        }
    }

    private int weight(JsonNode it, Map<String, String> meta, String where) {
        if ("0".equals(meta.get(ConsulMeta.WEIGHT))) {
            return 0;
        }
        JsonNode weights = it.get("Weights");
        if (weights == null || weights.isNull()) {
            return 1;
        }
        return number(weights, "Passing", 0, MOST_WEIGHT, 1, where + ".Weights");
    }

    private Map<String, String> meta(JsonNode it, String where) {
        Map<String, String> meta = new LinkedHashMap<>();
        JsonNode given = it.get("Meta");
        if (given == null || given.isNull()) {
            return meta;
        }
        if (!given.isObject()) {
            throw malformed(where + ".Meta must be an object, but is " + kind(given), null);
        }
        for (Map.Entry<String, JsonNode> each : given.properties()) {
            if (!each.getValue().isString()) {
                throw malformed(
                        where + ".Meta." + each.getKey() + " must be a string, but is " + kind(each.getValue()), null);
            }
            meta.put(each.getKey(), each.getValue().stringValue());
        }
        return meta;
    }

    private JsonNode child(JsonNode parent, String name, String where) {
        JsonNode child = parent.get(name);
        if (child == null || !child.isObject()) {
            throw malformed(where + '.' + name + " must be an object, but is " + kind(child), null);
        }
        return child;
    }

    /** Empty if it is not there. */
    private String text(JsonNode parent, String name, String where) {
        JsonNode text = parent.get(name);
        if (text == null || text.isNull()) {
            return "";
        }
        if (!text.isString()) {
            throw malformed(where + '.' + name + " must be a string, but is " + kind(text), null);
        }
        return text.stringValue();
    }

    private int number(JsonNode parent, String name, int least, int most, int otherwise, String where) {
        JsonNode number = parent.get(name);
        if (number == null || number.isNull()) {
            return otherwise;
        }
        if (!number.isIntegralNumber()
                || !number.canConvertToInt()
                || number.intValue() < least
                || number.intValue() > most) {
            throw malformed(
                    where + '.' + name + " must be a number from " + least + " to " + most + ", but is " + kind(number),
                    null);
        }
        return number.intValue();
    }

    private static String kind(@Nullable JsonNode node) {
        if (node == null) {
            return "missing";
        }
        String text = node.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private CallException malformed(String what, @Nullable Exception cause) {
        return new CallException(
                Code.INTERNAL, "the answer of " + source + " for " + service + " is malformed: " + what, cause);
    }
}
