package dev.parley.telemetry;

import dev.parley.Metadata;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;

/** What a server makes of the trace context that its caller sends. */
final class Inbound {

    private final TextMapPropagator propagator;
    private final boolean edge;

    Inbound(TextMapPropagator propagator, boolean edge) {
        this.propagator = propagator;
        this.edge = edge;
    }

    /**
     * Gives {@code span} its parent and returns the context it belongs to: the current one if a span is under way on this
     * thread already (HTTP's, around an RPC), otherwise the caller's. At an edge a caller's is only linked to, so that a stranger
     * decides neither what is sampled nor which trace it lands in.
     */
    Context place(SpanBuilder span, Metadata headers) {
        Context current = Context.current();
        if (Span.fromContext(current).getSpanContext().isValid()) {
            span.setParent(current);
            return current;
        }
        Context remote = propagator.extract(current, headers, Headers.INSTANCE);
        if (!edge) {
            span.setParent(remote);
            return remote;
        }
        SpanContext stranger = Span.fromContext(remote).getSpanContext();
        span.setNoParent();
        if (stranger.isValid()) {
            span.addLink(stranger);
        }
        return current;
    }
}
