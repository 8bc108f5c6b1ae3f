/**
 * Telemetry of calls by OpenTelemetry: spans and metrics of RPC and HTTP, servers and clients, as interceptors.
 *
 * <pre>{@code
 * Telemetry telemetry = Telemetry.of(GlobalOpenTelemetry.get(), TelemetryOptions.defaults());
 * List<Interceptor> client = List.of(telemetry.client(), telemetry.attempt());
 * Handler<String, String> observed = telemetry.server().before((call, name) -> "hello " + name);
 * }</pre>
 */
@NullMarked
package dev.parley.telemetry;

import org.jspecify.annotations.NullMarked;
