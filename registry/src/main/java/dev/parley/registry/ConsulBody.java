package dev.parley.registry;

import dev.parley.http.HttpException;
import dev.parley.rest.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A JSON object of a request, read as Consul reads it: names in any case, with or without underscores, unknown ones passed over. */
final class ConsulBody {

    private final String what;
    private final Map<String, JsonNode> fields = new LinkedHashMap<>();

    private ConsulBody(String what, JsonNode object) {
        this.what = what;
        object.properties().forEach(each -> {
            if (!each.getValue().isNull()) {
                fields.put(normal(each.getKey()), each.getValue());
            }
        });
    }

    static ConsulBody read(byte[] bytes) {
        JsonNode read;
        try {
            read = Json.standard().read(bytes, JsonNode.class);
        } catch (HttpException e) {
            throw ConsulError.bad("Request decode failed: " + e.message());
        }
        return of("", read);
    }

    private static ConsulBody of(String what, JsonNode node) {
        if (!node.isObject()) {
            throw ConsulError.bad("Request decode failed: " + (what.isEmpty() ? "the body" : what)
                    + " must be a JSON object, but is " + shown(node));
        }
        return new ConsulBody(what.isEmpty() ? "" : what + '.', node);
    }

    private static String normal(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    private static String shown(JsonNode node) {
        String text = node.toString();
        return text.length() > 100 ? text.substring(0, 100) + "..." : text;
    }

    private @Nullable JsonNode get(String name) {
        return fields.get(normal(name));
    }

    private ConsulError wrong(String name, String expected, JsonNode found) {
        return ConsulError.bad(
                "Request decode failed: " + what + name + " must be " + expected + ", but is " + shown(found));
    }

    boolean has(String name) {
        return get(name) != null;
    }

    /** Empty if it is not there. */
    String text(String name) {
        JsonNode found = get(name);
        if (found == null) {
            return "";
        }
        if (!found.isString()) {
            throw wrong(name, "a string", found);
        }
        return found.stringValue();
    }

    int number(String name, int otherwise) {
        JsonNode found = get(name);
        if (found == null) {
            return otherwise;
        }
        if (!found.isIntegralNumber() || !found.canConvertToInt()) {
            throw wrong(name, "a whole number", found);
        }
        return found.intValue();
    }

    boolean flag(String name) {
        JsonNode found = get(name);
        if (found != null && !found.isBoolean()) {
            throw wrong(name, "true or false", found);
        }
        return found != null && found.booleanValue();
    }

    /** As Go writes it, or nanoseconds. */
    Optional<Duration> duration(String name) {
        JsonNode found = get(name);
        if (found == null || (found.isString() && found.stringValue().isEmpty())) {
            return Optional.empty();
        }
        Optional<Duration> parsed = found.isString()
                ? GoDuration.parse(found.stringValue())
                : found.isIntegralNumber() && found.canConvertToLong() && found.longValue() >= 0
                        ? Optional.of(Duration.ofNanos(found.longValue()))
                        : Optional.empty();
        return Optional.of(
                parsed.orElseThrow(() -> wrong(name, "a time of at most a year, such as \"10s\" or \"1m30s\"", found)));
    }

    Optional<ConsulBody> object(String name) {
        JsonNode found = get(name);
        return found == null ? Optional.empty() : Optional.of(of(what + name, found));
    }

    List<ConsulBody> objects(String name) {
        List<ConsulBody> all = new ArrayList<>();
        JsonNode found = get(name);
        if (found == null) {
            return all;
        }
        if (!found.isArray()) {
            throw wrong(name, "a list", found);
        }
        for (JsonNode each : found) {
            String at = name + '[' + all.size() + ']';
            all.add(of(what + at, each));
        }
        return all;
    }

    List<String> texts(String name) {
        JsonNode found = get(name);
        if (found == null) {
            return List.of();
        }
        if (!found.isArray()) {
            throw wrong(name, "a list of strings", found);
        }
        List<String> all = new ArrayList<>();
        for (JsonNode each : found) {
            if (!each.isString()) {
                throw wrong(name + '[' + all.size() + ']', "a string", each);
            }
            all.add(each.stringValue());
        }
        return all;
    }

    Map<String, String> map(String name) {
        JsonNode found = get(name);
        Map<String, String> all = new LinkedHashMap<>();
        if (found == null) {
            return all;
        }
        if (!found.isObject()) {
            throw wrong(name, "an object", found);
        }
        found.properties().forEach(each -> {
            if (!each.getValue().isString()) {
                throw wrong(name + '.' + each.getKey(), "a string", each.getValue());
            }
            all.put(each.getKey(), each.getValue().stringValue());
        });
        return all;
    }

    Map<String, List<String>> lists(String name) {
        JsonNode found = get(name);
        Map<String, List<String>> all = new LinkedHashMap<>();
        if (found == null) {
            return all;
        }
        if (!found.isObject()) {
            throw wrong(name, "an object of lists", found);
        }
        found.properties().forEach(each -> {
            List<String> values = new ArrayList<>();
            if (!each.getValue().isArray()) {
                throw wrong(name + '.' + each.getKey(), "a list of strings", each.getValue());
            }
            for (JsonNode value : each.getValue()) {
                if (!value.isString()) {
                    throw wrong(name + '.' + each.getKey(), "a list of strings", each.getValue());
                }
                values.add(value.stringValue());
            }
            all.put(each.getKey(), values);
        });
        return all;
    }

    /** Refuses what is there and would silently do nothing. */
    void refuse(String... names) {
        for (String name : names) {
            JsonNode found = get(name);
            if (found != null && !isNothing(found)) {
                throw ConsulError.bad(what + name + " is not supported by this registry, but is " + shown(found));
            }
        }
    }

    private static boolean isNothing(JsonNode found) {
        return (found.isString() && found.stringValue().isEmpty())
                || (found.isBoolean() && !found.booleanValue())
                || (found.isNumber() && found.doubleValue() == 0)
                || (found.isContainer() && found.isEmpty());
    }
}
