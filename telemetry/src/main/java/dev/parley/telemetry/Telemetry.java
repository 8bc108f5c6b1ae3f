package dev.parley.telemetry;

import dev.parley.Carrier;
import dev.parley.Interceptor;
import dev.parley.resilience.ResilienceListener;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Spans and metrics of calls over an {@link OpenTelemetry}, by its semantic conventions of version {@value
 * Conventions#VERSION}. Interceptors for RPC are {@link #server}, {@link #client} and {@link #attempt}, for plain HTTP {@link
 * #httpServer} and {@link #httpClient}; each is made once, with this.
 *
 * <p>A span lives until its call has {@linkplain dev.parley.Call#onEnd ended}, the end of a stream included. While a handler
 * runs, and while its stream is produced, its span's context is {@linkplain io.opentelemetry.context.Context#current() current};
 * it goes along to other threads of Parley's (fan-out, replays, request streams, {@link dev.parley.Call#wrap}), for which a {@link
 * Carrier} is registered for the process once.
 *
 * <p>Over {@link OpenTelemetry#noop()} the interceptors are not there: the handler behind one is the handler itself, and
 * nothing is allocated. Immutable and thread-safe.
 */
public final class Telemetry {

    private static final Telemetry OFF = new Telemetry();

    private final TelemetryOptions options;
    private final Interceptor server;
    private final Interceptor client;
    private final Interceptor attempt;
    private final Interceptor httpServer;
    private final Interceptor httpClient;
    private final ResilienceListener listener;

    private Telemetry() {
        this.options = TelemetryOptions.defaults();
        this.server = Off.INSTANCE;
        this.client = Off.INSTANCE;
        this.attempt = Off.INSTANCE;
        this.httpServer = Off.INSTANCE;
        this.httpClient = Off.INSTANCE;
        this.listener = event -> {};
    }

    private Telemetry(OpenTelemetry openTelemetry, TelemetryOptions options) {
        this.options = options;
        TracerProvider tracers = openTelemetry.getTracerProvider();
        MeterProvider meters = openTelemetry.getMeterProvider();
        TextMapPropagator propagator = openTelemetry.getPropagators().getTextMapPropagator();
        Tracer tracer = tracers.tracerBuilder(Conventions.SCOPE)
                .setSchemaUrl(Conventions.SCHEMA_URL)
                .build();
        Meter meter = meters.meterBuilder(Conventions.SCOPE)
                .setSchemaUrl(Conventions.SCHEMA_URL)
                .build();
        boolean measures = !meters.equals(MeterProvider.noop());
        Inbound inbound = new Inbound(propagator, options.edge());
        this.server = new RpcServerInterceptor(tracer, rpc(measures, meter, "server"), inbound, options);
        this.client = new RpcClientInterceptor(tracer, rpc(measures, meter, "client"), propagator, options);
        this.attempt = new AttemptInterceptor(tracer, propagator, options);
        this.httpServer = new HttpServerInterceptor(tracer, http(measures, meter, "server"), inbound, options);
        this.httpClient = new HttpClientInterceptor(tracer, http(measures, meter, "client"), propagator);
        this.listener = new PolicyEvents(meter);
    }

    private static @Nullable CallMetrics rpc(boolean measures, Meter meter, String side) {
        return measures ? new CallMetrics(meter, side) : null;
    }

    private static @Nullable HttpMetrics http(boolean measures, Meter meter, String side) {
        return measures ? new HttpMetrics(meter, side) : null;
    }

    /** Telemetry over {@code openTelemetry} with {@link TelemetryOptions#defaults()}. */
    public static Telemetry of(OpenTelemetry openTelemetry) {
        return of(openTelemetry, TelemetryOptions.defaults());
    }

    /** Telemetry over {@code openTelemetry}; {@link #off} if that has neither tracers nor meters. */
    public static Telemetry of(OpenTelemetry openTelemetry, TelemetryOptions options) {
        Objects.requireNonNull(options, "options");
        if (openTelemetry.getTracerProvider().equals(TracerProvider.noop())
                && openTelemetry.getMeterProvider().equals(MeterProvider.noop())) {
            return OFF;
        }
        Registered.once();
        return new Telemetry(openTelemetry, options);
    }

    /** No telemetry. */
    public static Telemetry off() {
        return OFF;
    }

    /** Whether this records nothing. */
    public boolean isOff() {
        return server instanceof Off;
    }

    /** What is recorded. */
    public TelemetryOptions options() {
        return options;
    }

    /**
     * For an RPC server, outermost: a span a call, a child of its caller's ({@code traceparent}) or, {@linkplain
     * TelemetryOptions#edge at an edge}, with a link to it; {@code rpc.server.call.duration} and what the messages weigh. Only
     * what is this server's fault is an error.
     */
    public Interceptor server() {
        return server;
    }

    /**
     * For an RPC client, outermost: a span for the call as a whole, retries included, and {@code rpc.client.call.duration}. It
     * sends its own {@code traceparent}, so without retries it is enough.
     */
    public Interceptor client() {
        return client;
    }

    /**
     * For an RPC client, innermost, behind retry and hedge: a span for each attempt, a child of {@link #client}'s (or, without
     * that, of the current one), whose {@code traceparent} is sent in place of the call's. From the second on it has {@code
     * http.request.resend_count}.
     */
    public Interceptor attempt() {
        return attempt;
    }

    /**
     * For an HTTP server: a span a request, until the end of its response; {@code http.server.request.duration} and {@code
     * http.server.active_requests}. The route is that which a router has left at {@link dev.parley.http.HttpRequest#ROUTE}. Around
     * an RPC handler its span is the parent of the call's.
     */
    public Interceptor httpServer() {
        return httpServer;
    }

    /**
     * For an HTTP client, behind retry and hedge: a span for each request that is sent, as the conventions want it, until the
     * head of its response has come (of a client that reads it whole in one, the body); {@code http.client.request.duration} and
     * {@code http.client.active_requests}.
     */
    public Interceptor httpClient() {
        return httpClient;
    }

    /** Tells what policies do: counters under {@code parley.policy}, and events of the span under way. */
    public ResilienceListener listener() {
        return listener;
    }

    /** The carrier of contexts, which a process needs once. */
    private static final class Registered {
        @SuppressWarnings("unused") // kept as long as the process
        private static final dev.parley.Call.Registration CARRIER = Carrier.register(new ContextCarrier());

        private Registered() {}

        static void once() {}
    }
}
