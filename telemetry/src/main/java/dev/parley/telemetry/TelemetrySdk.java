package dev.parley.telemetry;

import dev.parley.Handler;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's SDK set up in one step: traces and metrics to a collector by OTLP, metrics to be fetched by Prometheus. It
 * needs OpenTelemetry's SDK and exporters on the class path, which {@code parley-telemetry} does not bring along; who sets up an
 * {@link OpenTelemetry} in another way gives it to {@link Telemetry#of} and needs none of this.
 *
 * <p>The environment variables of OpenTelemetry's specification ({@code OTEL_EXPORTER_OTLP_ENDPOINT}, {@code
 * OTEL_TRACES_SAMPLER}, {@code OTEL_SERVICE_NAME}, {@code OTEL_BSP_MAX_QUEUE_SIZE}, ...) hold over what is said here. Without a
 * collector nothing is exported.
 *
 * <p>No call waits for an export: ended spans go into a queue of 2,048 ({@code OTEL_BSP_MAX_QUEUE_SIZE}), and those that find it
 * full are dropped. Thread-safe.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/">the variables</a>
 */
public final class TelemetrySdk implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final OpenTelemetrySdk sdk;
    private final @Nullable PrometheusMetricReader prometheus;
    private final boolean disabled;

    private TelemetrySdk(OpenTelemetrySdk sdk, @Nullable PrometheusMetricReader prometheus, boolean disabled) {
        this.sdk = sdk;
        this.prometheus = prometheus;
        this.disabled = disabled;
    }

    /** Starts to describe the telemetry of a service; the name becomes {@code service.name}. */
    public static Builder builder(String serviceName) {
        return new Builder(serviceName);
    }

    /** The SDK, for spans and metrics of one's own. */
    public OpenTelemetry openTelemetry() {
        return sdk;
    }

    /** Telemetry over this with {@code options}; {@link Telemetry#off} under {@code OTEL_SDK_DISABLED=true}. */
    public Telemetry telemetry(TelemetryOptions options) {
        return disabled ? Telemetry.off() : Telemetry.of(sdk, options);
    }

    /** Telemetry over this with {@link TelemetryOptions#defaults()}. */
    public Telemetry telemetry() {
        return telemetry(TelemetryOptions.defaults());
    }

    /**
     * All metrics, for Prometheus to fetch, in its text format or in OpenMetrics, as {@code accept} says; exemplars are in
     * OpenMetrics only. To be mounted where strangers do not reach it, because metrics name methods and peers.
     *
     * @throws IllegalStateException if it was not asked for
     */
    public Handler<HttpRequest, HttpResponse> prometheus() {
        if (prometheus == null) {
            throw new IllegalStateException("metrics for Prometheus were not asked for: Builder.prometheus(true)");
        }
        return new PrometheusEndpoint(prometheus::collect);
    }

    /**
     * Exports what there is, and stops; waits for it no longer than {@code limit}.
     *
     * @return whether all was exported in time
     */
    public boolean shutdown(Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        CompletableFuture<CompletableResultCode> begun = new CompletableFuture<>();
        // On a thread of its own: parts of the SDK wait for their exports in the call itself, longer than the limit.
        Thread.ofPlatform().daemon().name("parley-telemetry-shutdown").start(() -> begun.complete(sdk.shutdown()));
        try {
            CompletableResultCode stopped = begun.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return stopped.join(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)
                    .isSuccess();
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError("only completed with a value", e);
        }
    }

    /** {@link #shutdown} within 5 seconds. */
    @Override
    public void close() {
        shutdown(GRACE);
    }

    /** Describes the telemetry of a service. Not thread-safe. */
    public static final class Builder {
        private static final String DISABLED = "otel.sdk.disabled";

        private final Map<String, String> defaults = new HashMap<>();
        private final Map<String, String> variables = new HashMap<>();
        private boolean prometheus;

        private Builder(String serviceName) {
            if (serviceName.isBlank()) {
                throw new IllegalArgumentException("serviceName must not be blank");
            }
            defaults.put("otel.service.name", serviceName);
            defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
            defaults.put("otel.logs.exporter", "none");
        }

        /**
         * The collector that traces and metrics are sent to, unless the environment names another one; none. {@code
         * http://host:4318} and {@code https} mean OTLP as protobuf over HTTP, {@code grpc://host:4317} and {@code grpcs} mean
         * OTLP over gRPC.
         *
         * @throws IllegalArgumentException for any other scheme, and without a host
         */
        public Builder otlp(URI collector) {
            String scheme = String.valueOf(collector.getScheme()).toLowerCase(Locale.ROOT);
            boolean grpc = scheme.startsWith("grpc");
            String transport = switch (scheme) {
                case "http", "grpc" -> "http";
                case "https", "grpcs" -> "https";
                default ->
                    throw new IllegalArgumentException(
                            "a collector is at http, https, grpc or grpcs, but this is " + collector);
            };
            if (collector.getHost() == null) {
                throw new IllegalArgumentException("the collector's URL has no host: " + collector);
            }
            defaults.put("otel.exporter.otlp.protocol", grpc ? "grpc" : "http/protobuf");
            defaults.put(
                    "otel.exporter.otlp.endpoint",
                    transport + collector.toString().substring(scheme.length()));
            return this;
        }

        /** Whether metrics are kept for Prometheus; false. See {@link TelemetrySdk#prometheus}. */
        public Builder prometheus(boolean on) {
            this.prometheus = on;
            return this;
        }

        /** Variables that hold over those of the process, under the same names; others than {@code OTEL_} are left alone. */
        public Builder environment(Map<String, String> environment) {
            environment.forEach((name, value) -> {
                if (name.startsWith("OTEL_")) {
                    variables.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
                }
            });
            return this;
        }

        /**
         * Sets it up; nothing global is changed.
         *
         * @throws RuntimeException of OpenTelemetry's, if a variable is malformed; it names it
         */
        public TelemetrySdk start() {
            PrometheusMetricReader reader = prometheus ? PrometheusMetricReader.create() : null;
            AtomicBoolean disabled = new AtomicBoolean();
            OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                    .addPropertiesSupplier(() -> defaults)
                    .addPropertiesCustomizer(config -> overrides(config, disabled))
                    .addMeterProviderCustomizer(
                            (meters, config) -> reader == null ? meters : meters.registerMetricReader(reader))
                    .disableShutdownHook()
                    .build()
                    .getOpenTelemetrySdk();
            return new TelemetrySdk(sdk, reader, disabled.get());
        }

        private Map<String, String> overrides(ConfigProperties config, AtomicBoolean disabled) {
            Map<String, String> overrides = new HashMap<>(variables);
            String off = variables.getOrDefault(DISABLED, config.getString(DISABLED, "false"));
            disabled.set(off.equalsIgnoreCase("true"));
            for (String signal : new String[] {"traces", "metrics"}) {
                String exporter = "otel." + signal + ".exporter";
                if (!isSet(config, exporter)
                        && !isSet(config, "otel.exporter.otlp.endpoint")
                        && !isSet(config, "otel.exporter.otlp." + signal + ".endpoint")) {
                    overrides.put(exporter, "none"); // rather than a collector on this host that nobody has named
                }
            }
            return overrides;
        }

        private boolean isSet(ConfigProperties config, String property) {
            return variables.containsKey(property) || config.getString(property) != null;
        }
    }
}
