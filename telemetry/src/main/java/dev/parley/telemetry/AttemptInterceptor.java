package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapPropagator;

/** {@link Telemetry#attempt()}. */
final class AttemptInterceptor implements Interceptor {

    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final TelemetryOptions options;

    AttemptInterceptor(Tracer tracer, TextMapPropagator propagator, TelemetryOptions options) {
        this.tracer = tracer;
        this.propagator = propagator;
        this.options = options;
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        ClientTrace trace = ClientTrace.of(call);
        int before = trace.next();
        RpcSystem system = RpcSystem.of(call);
        Attributes known = RpcClientInterceptor.known(call, system);
        SpanBuilder builder = tracer.spanBuilder(call.method().fullName())
                .setSpanKind(SpanKind.CLIENT)
                .setParent(trace.context())
                .setAllAttributes(known);
        if (before > 0) {
            builder.setAttribute(Conventions.HTTP_RESENDS, (long) before);
        }
        // Where this attempt goes, if a balancer has picked; server.address stays the service's name.
        call.endpoint().ifPresent(endpoint -> Peers.endpoint(builder, endpoint));
        Span span = builder.startSpan();
        Context context = trace.context().with(span);
        new CallRecord(CallRecord.Role.ATTEMPT, call, system, known, context, null, options).follow(call);
        propagator.inject(context, call.requestHeaders(), Headers.INSTANCE);
        try (Scope scope = context.makeCurrent()) {
            return next.handle(call, request);
        }
    }
}
