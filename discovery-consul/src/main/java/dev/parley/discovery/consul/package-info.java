/**
 * Consul as a registry, over the HTTP API of its agent: blocking queries, registrations with a TTL check.
 *
 * <pre>{@code
 * ServiceRegistry registry = ServiceRegistry.connect("consul://127.0.0.1:8500?dc=dc1&tag=v2");
 * ServiceInstance instance = ServiceInstance.of("inventory-service", "10.0.0.7", 7001).withZone("eu-1a");
 * Registration registration = registry.register(instance.withHealthCheck("http://10.0.0.7:7001/healthz"));
 * }</pre>
 */
@NullMarked
package dev.parley.discovery.consul;

import org.jspecify.annotations.NullMarked;
