/**
 * What a registry's adapter implements: one blocking query and a lease. All else (watches, retries, the last known good
 * answer, leases taken again) is done once, for all of them.
 *
 * <pre>{@code
 * RegistryBackend backend = provider.open(RegistryUri.parse("consul://127.0.0.1:8500"), RegistryOptions.defaults());
 * RegistryBackend.Answer answer = backend.query("inventory-service", "", Duration.ZERO);
 * }</pre>
 */
@NullMarked
package dev.parley.discovery.spi;

import org.jspecify.annotations.NullMarked;
