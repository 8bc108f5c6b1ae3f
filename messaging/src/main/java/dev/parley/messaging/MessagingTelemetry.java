package dev.parley.messaging;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Interceptor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Spans and metrics of messages over an {@link OpenTelemetry}, by its semantic conventions for messaging. The trace goes along as {@code
 * traceparent} and {@code tracestate} among a message's headers.
 *
 * <pre>{@code
 * MessagingTelemetry telemetry = MessagingTelemetry.of(openTelemetry);
 * MessageBroker broker = MessageBroker.connect(
 *         "memory:", BrokerOptions.defaults().withPublishInterceptors(List.of(telemetry.publish())));
 * broker.subscribe(
 *         Topic.text("greetings"),
 *         "screen",
 *         (call, delivery) -> Disposition.ack(),
 *         SubscribeOptions.defaults().withInterceptors(List.of(telemetry.consume())));
 * AutoCloseable gauges = telemetry.observe(broker);
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">the conventions of spans</a>
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/">the conventions of metrics</a>
 */
public final class MessagingTelemetry {

    private static final String SCOPE = "dev.parley.messaging";
    private static final String TRACE_PARENT = "traceparent";
    private static final List<String> TRACE = List.of(TRACE_PARENT, "tracestate");
    private static final Duration REFRESH = Duration.ofSeconds(10);

    private final Tracer tracer;
    private final Meter meter;
    private final TextMapPropagator propagator;
    private final MessagingMetrics metrics;

    private MessagingTelemetry(OpenTelemetry openTelemetry) {
        this.tracer = openTelemetry.getTracer(SCOPE);
        this.meter = openTelemetry.getMeter(SCOPE);
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
        this.metrics = new MessagingMetrics(meter);
    }

    /** Telemetry over {@code openTelemetry}. */
    public static MessagingTelemetry of(OpenTelemetry openTelemetry) {
        return new MessagingTelemetry(openTelemetry);
    }

    /**
     * For {@link BrokerOptions#publishInterceptors}: a {@code PRODUCER} span a message, {@code messaging.client.sent.messages} and {@code
     * messaging.client.operation.duration}. A message that has a {@code traceparent} already, because it was made elsewhere, keeps it; the
     * span links to it.
     */
    public Interceptor publish() {
        return this::publish;
    }

    /**
     * For {@link SubscribeOptions#interceptors}: a {@code CONSUMER} span for each call of the handler, {@code messaging.process.duration}
     * and {@code messaging.client.consumed.messages}. It is a child of the message's publication and links to it; of a batch it only links,
     * to each message's. What is returned as {@link Disposition.Retry} or {@link Disposition.Reject} is an error, with {@code retry} or
     * {@code reject} as its {@code error.type}.
     */
    public Interceptor consume() {
        return this::consume;
    }

    /**
     * Gauges of each queue that a broker tells of: {@code parley.messaging.queue.depth}, {@code .lag} (published and not settled), {@code
     * .in_flight}, {@code .oldest_age} in seconds, {@code .redelivered} and {@code .dead_letters}. The broker is asked every 10 s at most,
     * and only while somebody collects metrics; a collection waits for it for 1 s at most and then tells the figures before.
     *
     * @return ends it
     */
    public AutoCloseable observe(MessageBroker broker) {
        return new QueueGauges(meter, broker, REFRESH);
    }

    private <Q, R> R publish(Call call, Q request, Handler<Q, R> next) throws Exception {
        if (!(request instanceof Message<?> message)) {
            return next.handle(call, request);
        }
        Attributes common = common(call, "publish", "send").build();
        SpanBuilder builder = builder(call, "publish", SpanKind.PRODUCER, common, message);
        boolean made = message.metadata().header(TRACE_PARENT).isPresent();
        if (made) {
            link(builder, message);
        }
        Span span = builder.startSpan();
        long begin = System.nanoTime();
        String error = null;
        try (Scope scope = span.storeInContext(Context.current()).makeCurrent()) {
            @SuppressWarnings("unchecked") // the same message with headers more
            Q sent = made ? request : (Q) traced(message);
            return next.handle(call, sent);
        } catch (Throwable e) {
            error = failed(span, e);
            throw e;
        } finally {
            metrics.sent(common, error, System.nanoTime() - begin);
            span.end();
        }
    }

    private <T> Message<T> traced(Message<T> message) {
        Map<String, String> fields = new HashMap<>();
        propagator.inject(Context.current(), fields, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.put(name, value);
            }
        });
        Message<T> traced = message;
        for (String name : TRACE) {
            String value = fields.get(name);
            boolean fits = traced.metadata().headers().size() < MessageMetadata.MAX_HEADERS;
            if (value != null && fits && MessageMetadata.isHeader(name, value)) {
                traced = traced.withHeader(name, value);
            }
        }
        return traced;
    }

    private <Q, R> R consume(Call call, Q request, Handler<Q, R> next) throws Exception {
        List<Delivery<?>> deliveries = deliveries(request);
        if (deliveries.isEmpty()) {
            return next.handle(call, request);
        }
        Delivery<?> first = deliveries.getFirst();
        boolean single = request instanceof Delivery<?>;
        Attributes common = common(call, "process", "process")
                .put("messaging.consumer.group.name", first.group())
                .build();
        SpanBuilder builder = builder(call, "process", SpanKind.CONSUMER, common, single ? first.message() : null);
        deliveries.forEach(delivery -> link(builder, delivery.message()));
        Context around = single ? context(first.message()) : Context.current();
        builder.setParent(around);
        if (single) {
            builder.setAttribute("messaging.parley.attempt", first.attempt());
        } else {
            builder.setAttribute("messaging.batch.message_count", deliveries.size());
        }
        Span span = builder.startSpan();
        long begin = System.nanoTime();
        String error = null;
        try (Scope scope = span.storeInContext(around).makeCurrent()) {
            R said = next.handle(call, request);
            error = errorOf(said);
            if (error != null) {
                span.setAttribute("error.type", error);
                span.setStatus(StatusCode.ERROR);
            }
            return said;
        } catch (Throwable e) {
            error = failed(span, e);
            throw e;
        } finally {
            metrics.processed(common, error, deliveries.size(), System.nanoTime() - begin);
            span.end();
        }
    }

    private static List<Delivery<?>> deliveries(@Nullable Object request) {
        return switch (request) {
            case Delivery<?> one -> List.of(one);
            case List<?> many
            when many.stream().allMatch(Delivery.class::isInstance) ->
                many.stream().<Delivery<?>>map(each -> (Delivery<?>) each).toList();
            case null, default -> List.of();
        };
    }

    private static @Nullable String errorOf(@Nullable Object said) {
        return switch (said) {
            case Disposition.Retry retry -> "retry";
            case Disposition.Reject reject -> "reject";
            case List<?> many ->
                many.stream()
                        .map(MessagingTelemetry::errorOf)
                        .flatMap(error -> Optional.ofNullable(error).stream())
                        .findFirst()
                        .orElse(null);
            case null, default -> null;
        };
    }

    private static AttributesBuilder common(Call call, String name, String type) {
        return Attributes.builder()
                .put("messaging.system", call.peer().protocol())
                .put("messaging.operation.name", name)
                .put("messaging.operation.type", type)
                .put("messaging.destination.name", call.method().service());
    }

    private SpanBuilder builder(
            Call call, String operation, SpanKind kind, Attributes common, @Nullable Message<?> message) {
        SpanBuilder builder = tracer.spanBuilder(operation + ' ' + call.method().service())
                .setSpanKind(kind)
                .setAllAttributes(common);
        if (message != null) {
            builder.setAttribute("messaging.message.id", message.id());
            message.metadata()
                    .correlationId()
                    .ifPresent(id -> builder.setAttribute("messaging.message.conversation_id", id));
        }
        return builder;
    }

    private void link(SpanBuilder builder, Message<?> message) {
        SpanContext made = Span.fromContext(context(message)).getSpanContext();
        if (made.isValid()) {
            builder.addLink(made);
        }
    }

    /** In which a message was made. */
    private Context context(Message<?> message) {
        return propagator.extract(Context.current(), message.metadata().headers(), HeaderGetter.INSTANCE);
    }

    private static String failed(Span span, Throwable thrown) {
        String type = thrown instanceof CallException known
                ? known.code().name()
                : thrown.getClass().getName();
        span.setAttribute("error.type", type);
        span.setStatus(StatusCode.ERROR, String.valueOf(thrown.getMessage()));
        return type;
    }
}
