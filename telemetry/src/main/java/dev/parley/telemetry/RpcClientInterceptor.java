package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.jspecify.annotations.Nullable;

/** {@link Telemetry#client()}. */
final class RpcClientInterceptor implements Interceptor {

    private final Tracer tracer;
    private final @Nullable CallMetrics metrics;
    private final TextMapPropagator propagator;
    private final TelemetryOptions options;

    RpcClientInterceptor(
            Tracer tracer, @Nullable CallMetrics metrics, TextMapPropagator propagator, TelemetryOptions options) {
        this.tracer = tracer;
        this.metrics = metrics;
        this.propagator = propagator;
        this.options = options;
    }

    static Attributes known(Call call, RpcSystem system) {
        var known = Attributes.builder()
                .put(Conventions.RPC_SYSTEM, system.wireName())
                .put(Conventions.RPC_METHOD, call.method().fullName());
        Peers.server(known, call.peer().address());
        return known.build();
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        RpcSystem system = RpcSystem.of(call);
        Attributes known = known(call, system);
        Context parent = Context.current();
        Span span = tracer.spanBuilder(call.method().fullName())
                .setSpanKind(SpanKind.CLIENT)
                .setParent(parent)
                .setAllAttributes(known)
                .startSpan();
        Context context = parent.with(span);
        CallRecord record = new CallRecord(CallRecord.Role.CLIENT, call, system, known, context, metrics, options);
        record.follow(call);
        new ClientTrace(context, record).leaveOn(call);
        // An attempt puts its own in place; without one the trace must go on all the same.
        propagator.inject(context, call.requestHeaders(), Headers.INSTANCE);
        try (Scope scope = context.makeCurrent()) {
            return next.handle(call, request);
        }
    }
}
