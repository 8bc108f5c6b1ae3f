package dev.parley.examples.shop.servers;

import dev.parley.http.ServiceAddress;
import java.util.Map;

/**
 * Where services look for each other: at what the environment says of a name ({@code INVENTORY_SERVICE_URL}), otherwise in a
 * registry.
 *
 * @param registry a registry's URI without a service, such as {@code consul://127.0.0.1:8500}
 * @param environment variables that go ahead of it
 */
public record Directory(String registry, Map<String, String> environment) {

    /** Copies the variables. */
    public Directory {
        environment = Map.copyOf(environment);
    }

    /** What a channel to {@code service} is pointed at. */
    public String target(String service) {
        String given =
                environment.getOrDefault(ServiceAddress.variable(service), "").strip();
        if (!given.isEmpty()) {
            return given;
        }
        return registry + (registry.endsWith("/") ? "" : "/") + service;
    }
}
