package dev.parley.discovery.consul;

import dev.parley.discovery.ServiceInstance;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** How what Consul has no field for is kept in a service's Meta, under keys that begin with {@value #PREFIX}. */
final class ConsulMeta {

    static final String PREFIX = "parley-";
    static final String ID = PREFIX + "id";
    static final String ZONE = PREFIX + "zone";
    static final String CHECK = PREFIX + "check";
    static final String WEIGHT = PREFIX + "weight";

    // Consul's own limits.
    private static final int MOST_PAIRS = 64;
    private static final int MOST_VALUE = 512;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private ConsulMeta() {}

    /**
     * @throws IllegalArgumentException if Consul would not take it, or a key is one of ours
     */
    static Map<String, String> of(ServiceInstance instance) {
        Map<String, String> meta = new LinkedHashMap<>();
        instance.metadata().forEach((key, value) -> {
            if (!KEY.matcher(key).matches() || key.startsWith(PREFIX)) {
                throw refused(
                        instance,
                        "key \"" + shortened(key) + "\" must be 1 to 128 letters, digits, - and _, and not begin with "
                                + PREFIX);
            }
            meta.put(key, value);
        });
        meta.put(ID, instance.id());
        if (!instance.zone().isEmpty()) {
            meta.put(ZONE, instance.zone());
        }
        instance.healthCheck().ifPresent(url -> meta.put(CHECK, url));
        if (instance.weight() == 0) {
            meta.put(WEIGHT, "0"); // Consul's least is 1
        }
        meta.forEach((key, value) -> {
            if (value.length() > MOST_VALUE) {
                throw refused(
                        instance,
                        "value of \"" + key + "\" must have " + MOST_VALUE + " characters at most, but has "
                                + value.length());
            }
        });
        if (meta.size() > MOST_PAIRS) {
            throw refused(instance, "it must have " + MOST_PAIRS + " pairs at most, but has " + meta.size());
        }
        return meta;
    }

    private static IllegalArgumentException refused(ServiceInstance instance, String why) {
        return new IllegalArgumentException("metadata of instance " + instance.id() + " does not fit Consul: " + why);
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(text.length(), 130));
    }
}
