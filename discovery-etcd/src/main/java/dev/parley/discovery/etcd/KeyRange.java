package dev.parley.discovery.etcd;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.node.ObjectNode;

/** The keys of a service's instances. */
record KeyRange(String prefix) {

    static KeyRange of(String prefix, String service) {
        return new KeyRange(prefix + '/' + service + '/');
    }

    /** Bytes in JSON (protobuf's mapping). */
    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String base64(String key) {
        return base64(key.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@code key} and {@code range_end} of a request. */
    ObjectNode addTo(ObjectNode request) {
        // What follows the slash: '0' is the next byte.
        String end = prefix.substring(0, prefix.length() - 1) + '0';
        return request.put("key", base64(prefix)).put("range_end", base64(end));
    }
}
