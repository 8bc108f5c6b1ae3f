/**
 * How services find each other, and how calls are shared out among those that were found: registries behind one interface,
 * endpoints with their load, latency and health, balancers, outlier ejection.
 *
 * <pre>{@code
 * ServiceRegistry registry = ServiceRegistry.connect("static:127.0.0.1:7001,127.0.0.1:7002");
 * Watch watch = registry.watch("inventory-service", found -> System.out.println(found.instances()));
 * }</pre>
 */
@NullMarked
package dev.parley.discovery;

import org.jspecify.annotations.NullMarked;
