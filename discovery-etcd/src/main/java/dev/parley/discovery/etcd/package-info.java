/**
 * Services that find each other through etcd (3.4 or later), over the JSON form of its v3 API. An instance is a key {@code
 * PREFIX/SERVICE/ID} on a lease of its own; {@link dev.parley.discovery.etcd.EtcdProvider} tells what is in it. On the class path
 * the module makes {@code etcd://} work wherever a registry's URI stands:
 *
 * <pre>{@code
 * ServiceRegistry registry = ServiceRegistry.connect("etcd://etcd-1:2379,etcd-2:2379?prefix=/shop/services");
 * Registration registration = registry.register(
 *         ServiceInstance.of("inventory-service", "10.0.0.7", 7001), RegistrationOptions.defaults());
 * }</pre>
 */
@NullMarked
package dev.parley.discovery.etcd;

import org.jspecify.annotations.NullMarked;
