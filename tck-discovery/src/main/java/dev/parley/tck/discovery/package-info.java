/**
 * The conformance kit for registries: what every {@link dev.parley.discovery.ServiceRegistry} promises, as tests that a backend's
 * own test class inherits. {@link dev.parley.tck.discovery.LookupSuite} is for lists that never change, {@link
 * dev.parley.tck.discovery.DiscoverySuite} for what is read only, {@link dev.parley.tck.discovery.RegistrySuite} for what services
 * register in, {@link dev.parley.tck.discovery.RegistryServerSuite} for one with a server that can be stopped; each has the
 * tests of those before.
 *
 * <pre>{@code
 * class FixedListTest extends LookupSuite {
 *     private volatile List<ServiceInstance> placed = List.of();
 *
 *     protected void place(String service, List<ServiceInstance> instances) {
 *         placed = instances;
 *     }
 *
 *     protected RegistryBackend open(RegistryOptions options) {
 *         return new FixedList(placed);
 *     }
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.tck.discovery;

import org.jspecify.annotations.NullMarked;
