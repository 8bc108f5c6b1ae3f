/**
 * Services by Kubernetes: the endpoints of a service, from its EndpointSlices, followed by a watch.
 *
 * <pre>{@code
 * ServiceRegistry registry = ServiceRegistry.connect("k8s:///?namespace=shop&port=grpc");
 * Watch watch = registry.watch("inventory-service", found -> System.out.println(found.instances()));
 * }</pre>
 */
@NullMarked
package dev.parley.discovery.kubernetes;

import org.jspecify.annotations.NullMarked;
