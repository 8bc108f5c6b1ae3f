package dev.parley.discovery.consul;

import dev.parley.discovery.ServiceInstance;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An instance's health check as one that Consul's agent makes itself. */
final class ConsulProbe {

    private static final JsonMapper JSON = JsonMapper.shared();

    private ConsulProbe() {}

    /**
     * @throws IllegalArgumentException if Consul has no such check
     */
    static ObjectNode of(ServiceInstance instance, String url, String id) {
        ObjectNode check = JSON.createObjectNode()
                .put("CheckID", id)
                .put("Name", "health check of " + instance.id())
                .put("Interval", "10s")
                .put("Timeout", "5s")
                // Until it has been asked, what it says of itself stands.
                .put("Status", "passing");
        int colon = url.indexOf("://");
        String rest = colon < 0 ? "" : url.substring(colon + 3);
        if (rest.isBlank()) {
            throw unknown(instance, url);
        }
        return switch (url.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "http", "https" -> check.put("HTTP", url);
            case "tcp" -> check.put("TCP", rest);
            case "grpc" -> check.put("GRPC", rest);
            case "grpcs" -> check.put("GRPC", rest).put("GRPCUseTLS", true);
            default -> throw unknown(instance, url);
        };
    }

    private static IllegalArgumentException unknown(ServiceInstance instance, String url) {
        return new IllegalArgumentException("health check of instance " + instance.id()
                + " must be http://, https://, tcp://host:port or grpc://host:port/service for Consul, but is \"" + url
                + '"');
    }
}
