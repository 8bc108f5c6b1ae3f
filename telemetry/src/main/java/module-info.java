/** Spans, metrics and logs of calls; see the package {@code dev.parley.telemetry}. */
module dev.parley.telemetry {
    requires transitive dev.parley;
    requires transitive dev.parley.http;
    requires transitive dev.parley.resilience;
    requires transitive io.opentelemetry.api;
    requires transitive io.opentelemetry.context;
    requires transitive java.logging;
    requires static transitive org.jspecify;
    // Only for TelemetrySdk; who brings an OpenTelemetry of their own needs none of them.
    requires static io.opentelemetry.exporter.prometheus;
    requires static io.opentelemetry.sdk;
    requires static io.opentelemetry.sdk.autoconfigure;
    requires static io.opentelemetry.sdk.autoconfigure.spi;
    requires static io.opentelemetry.sdk.common;
    requires static io.opentelemetry.sdk.metrics;
    requires static io.opentelemetry.sdk.trace;
    requires static io.prometheus.writer.text;
    requires static io.prometheus.metrics.model;

    exports dev.parley.telemetry;
}
