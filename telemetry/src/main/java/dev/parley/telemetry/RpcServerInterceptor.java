package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/** {@link Telemetry#server()}. */
final class RpcServerInterceptor implements Interceptor {

    private final Tracer tracer;
    private final @Nullable CallMetrics metrics;
    private final Inbound inbound;
    private final TelemetryOptions options;

    RpcServerInterceptor(Tracer tracer, @Nullable CallMetrics metrics, Inbound inbound, TelemetryOptions options) {
        this.tracer = tracer;
        this.metrics = metrics;
        this.inbound = inbound;
        this.options = options;
    }

    @Override
    @SuppressWarnings("unchecked") // where R is a stream, it is Messages of something
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        RpcSystem system = RpcSystem.of(call);
        String method = call.method().fullName();
        Attributes known = Attributes.of(Conventions.RPC_SYSTEM, system.wireName(), Conventions.RPC_METHOD, method);
        SpanBuilder builder =
                tracer.spanBuilder(method).setSpanKind(SpanKind.SERVER).setAllAttributes(known);
        if (options.peer().contains(PeerAttribute.ADDRESS)) {
            Peers.network(builder, call.peer());
        }
        Context parent = inbound.place(builder, call.requestHeaders());
        Span span = builder.startSpan();
        Context context = parent.with(span);
        new CallRecord(CallRecord.Role.SERVER, call, system, known, context, metrics, options).follow(call);
        try (Scope scope = context.makeCurrent()) {
            R response = next.handle(call, request);
            return response instanceof Messages<?> stream ? (R) new ContextMessages<>(stream, context) : response;
        }
    }
}
