package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Metadata;
import dev.parley.Outcome;
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
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.jspecify.annotations.Nullable;

/** {@link Telemetry#httpClient()}. */
final class HttpClientInterceptor implements Interceptor {

    private final Tracer tracer;
    private final @Nullable HttpMetrics metrics;
    private final TextMapPropagator propagator;

    HttpClientInterceptor(Tracer tracer, @Nullable HttpMetrics metrics, TextMapPropagator propagator) {
        this.tracer = tracer;
        this.metrics = metrics;
        this.propagator = propagator;
    }

    @Override
    @SuppressWarnings("unchecked") // a handler of HTTP requests has HttpRequest for Q
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        if (!(request instanceof HttpRequest http)) {
            return next.handle(call, request);
        }
        Context parent = Context.current();
        String url = Urls.full(http);
        SpanBuilder builder = tracer.spanBuilder(HttpRecord.spanName(http.method()))
                .setSpanKind(SpanKind.CLIENT)
                .setParent(parent)
                .setAllAttributes(known(http, url));
        int before = Resends.count(call, http.method() + ' ' + url);
        if (before > 0) {
            builder.setAttribute(Conventions.HTTP_RESENDS, (long) before);
        }
        call.endpoint().ifPresent(endpoint -> Peers.endpoint(builder, endpoint));
        Span span = builder.startSpan();
        Context context = parent.with(span);
        HttpRecord record = HttpRecord.client(http, context, metrics);
        // A copy, because another attempt may be sending the same request at this moment.
        Metadata headers = new Metadata(http.headers());
        propagator.inject(context, headers, Headers.INSTANCE);
        HttpRequest sent =
                new HttpRequest(http.method(), http.scheme(), http.authority(), http.target(), headers, http.body());
        try (Scope scope = context.makeCurrent()) {
            R response = next.handle(call, (Q) sent);
            if (response instanceof HttpResponse answer) {
                record.answered(answer.status());
            }
            record.end(Outcome.OK, null);
            return response;
        } catch (Throwable thrown) {
            CallException error = CallException.from(thrown);
            record.failed(error);
            record.end(Outcome.failed(error), null);
            throw thrown;
        }
    }

    private static Attributes known(HttpRequest http, String url) {
        AttributesBuilder known = Attributes.builder()
                .put(Conventions.HTTP_METHOD, HttpRecord.method(http.method()))
                .put(Conventions.URL_FULL, url);
        if (!Conventions.HTTP_METHODS.contains(http.method())) {
            known.put(Conventions.HTTP_METHOD_ORIGINAL, http.method());
        }
        HttpRecord.authority(known, http);
        return known.build();
    }
}
