/**
 * The conformance kit for registries: what every {@link dev.parley.discovery.ServiceRegistry} promises, as tests that a backend's
 * own test class inherits.
 */
@NullMarked
package dev.parley.tck.discovery;

import org.jspecify.annotations.NullMarked;
