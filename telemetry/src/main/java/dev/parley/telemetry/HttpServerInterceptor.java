package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/** {@link Telemetry#httpServer()}. */
final class HttpServerInterceptor implements Interceptor {

    private final Tracer tracer;
    private final @Nullable HttpMetrics metrics;
    private final Inbound inbound;
    private final TelemetryOptions options;

    HttpServerInterceptor(Tracer tracer, @Nullable HttpMetrics metrics, Inbound inbound, TelemetryOptions options) {
        this.tracer = tracer;
        this.metrics = metrics;
        this.inbound = inbound;
        this.options = options;
    }

    @Override
    @SuppressWarnings("unchecked") // a handler of HTTP requests has HttpResponse for R
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        if (!(request instanceof HttpRequest http)) {
            return next.handle(call, request);
        }
        SpanBuilder builder = tracer.spanBuilder(HttpRecord.spanName(http.method()))
                .setSpanKind(SpanKind.SERVER)
                .setAllAttributes(known(call, http));
        if (options.peer().contains(PeerAttribute.ADDRESS)) {
            Peers.network(builder, call.peer());
        }
        Context parent = inbound.place(builder, http.headers());
        Span span = builder.startSpan();
        Context context = parent.with(span);
        HttpRecord record = HttpRecord.server(http, call.peer().protocol(), context, metrics);
        call.onEnd(outcome ->
                record.end(outcome, call.attributes().get(HttpRequest.ROUTE).orElse(null)));
        try (Scope scope = context.makeCurrent()) {
            R response = next.handle(call, request);
            if (!(response instanceof HttpResponse answer)) {
                return response;
            }
            record.answered(answer.status());
            return (R) within(context, answer);
        } catch (Throwable thrown) {
            record.failed(CallException.from(thrown));
            throw thrown;
        }
    }

    private static HttpResponse within(Context context, HttpResponse answer) {
        return new HttpResponse(
                answer.status(),
                answer.headers(),
                answer.body().around(chunks -> new ContextMessages<>(chunks, context)),
                answer.headWithBody());
    }

    private Attributes known(Call call, HttpRequest http) {
        AttributesBuilder known = Attributes.builder()
                .put(Conventions.HTTP_METHOD, HttpRecord.method(http.method()))
                .put(Conventions.URL_SCHEME, http.scheme())
                .put(Conventions.URL_PATH, http.path());
        if (!Conventions.HTTP_METHODS.contains(http.method())) {
            known.put(Conventions.HTTP_METHOD_ORIGINAL, http.method());
        }
        String query = http.query();
        if (!query.isEmpty()) {
            known.put(Conventions.URL_QUERY, Urls.query(query));
        }
        if (!http.authority().isEmpty()) {
            Peers.server(known, http.authority());
        }
        String version = HttpRecord.version(call.peer().protocol());
        if (!version.isEmpty()) {
            known.put(Conventions.PROTOCOL_VERSION, version);
        }
        if (options.peer().contains(PeerAttribute.ADDRESS)) {
            known.put(
                    Conventions.CLIENT_ADDRESS,
                    HostPort.parse(call.peer().address()).host());
        }
        if (options.peer().contains(PeerAttribute.USER_AGENT)) {
            http.headers().get("user-agent").ifPresent(agent -> known.put(Conventions.USER_AGENT, agent));
        }
        return known.build();
    }
}
