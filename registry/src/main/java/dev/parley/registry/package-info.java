/**
 * A registry that one starts with a word, and that existing Consul clients work against: {@link
 * dev.parley.discovery.EmbeddedRegistry} behind Consul's HTTP API.
 *
 * <pre>{@code
 * try (RegistryServer server = RegistryServer.builder().port(8500).start()) {
 *     System.out.println("http://127.0.0.1:" + server.port() + "/v1/catalog/services");
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.registry;

import org.jspecify.annotations.NullMarked;
