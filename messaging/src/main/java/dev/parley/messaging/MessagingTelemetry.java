package dev.parley.messaging;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.messaging.internal.TelemetryNames;
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
 * <p>Names, kinds and attributes are those of version 1.44; a span is named by its operation and its destination. What is not told: spans of receiving and of
 * settling, which the library does for many messages at once and on its own account.
 *
 * <ul>
 *   <li>A destination is the topic, and of a subscription to a pattern the pattern is its template. On RabbitMQ it is {@code
 *       exchange:topic}, for consumers {@code exchange:topic:queue}; topics of answers to requests are temporary, with one template for
 *       all. Metrics have the template where there is one.
 *   <li>A group is {@code messaging.consumer.group.name} on every broker; on Kafka it is the id of the consumer group.
 *   <li>{@code server.address} and {@code .port} are there if the URI names one server.
 *   <li>{@code error.type} is the code's name of a {@link CallException}, the class of another exception, {@code retry} or {@code reject}.
 * </ul>
 *
 * <p>Immutable and thread-safe.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">the conventions of spans</a>
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/">the conventions of metrics</a>
 */
public final class MessagingTelemetry {

    private static final String TRACE_PARENT = "traceparent";
    private static final List<String> TRACE = List.of(TRACE_PARENT, "tracestate");
    private static final Duration REFRESH = Duration.ofSeconds(10);

    private final Tracer tracer;
    private final Meter meter;
    private final TextMapPropagator propagator;
    private final MessagingMetrics metrics;

    private MessagingTelemetry(OpenTelemetry openTelemetry) {
        this.tracer = openTelemetry
                .tracerBuilder(MessagingConventions.SCOPE)
                .setSchemaUrl(MessagingConventions.SCHEMA_URL)
                .build();
        this.meter = openTelemetry
                .meterBuilder(MessagingConventions.SCOPE)
                .setSchemaUrl(MessagingConventions.SCHEMA_URL)
                .build();
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
        this.metrics = new MessagingMetrics(meter);
    }

    /** Telemetry over {@code openTelemetry}. */
    public static MessagingTelemetry of(OpenTelemetry openTelemetry) {
        return new MessagingTelemetry(openTelemetry);
    }

    /**
     * For {@link BrokerOptions#publishInterceptors}: a span a message, {@code messaging.client.sent.messages} (of those that got as far as
     * the broker's client) and {@code messaging.client.operation.duration}. It is a {@code PRODUCER} span, whose context the message takes
     * along. A message that has a {@code traceparent} already, because it was made elsewhere, keeps it; the span is a {@code CLIENT} span
     * then, and links to it.
     */
    public Interceptor publish() {
        return this::publish;
    }

    /**
     * For {@link SubscribeOptions#interceptors}: a {@code CONSUMER} span for each call of the handler, {@code messaging.process.duration}
     * and {@code messaging.client.consumed.messages}. It links to the message's publication and is a child of it, unless it is begun inside
     * of another span: then of that one. Of a batch it only links, to each message's. What is returned as {@link Disposition.Retry} or
     * {@link Disposition.Reject} is an error, with {@code retry} or {@code reject} as its {@code error.type}.
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
        MessagingTarget target = MessagingTarget.published(call);
        boolean made = message.metadata().header(TRACE_PARENT).isPresent();
        AttributesBuilder attributes = target.span().toBuilder();
        MessagingTarget.message(attributes, call, message);
        SpanBuilder builder = tracer.spanBuilder(target.spanName())
                .setSpanKind(made ? SpanKind.CLIENT : SpanKind.PRODUCER)
                .setAllAttributes(attributes.build());
        if (made) {
            SpanContext creation = creation(message);
            if (creation.isValid()) {
                builder.addLink(creation);
            }
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
            metrics.published(target.metrics(), error, TelemetryNames.wasSent(call), System.nanoTime() - begin);
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
        MessagingTarget target = MessagingTarget.consumed(call, deliveries);
        AttributesBuilder attributes = target.span().toBuilder();
        Context around = Context.current();
        SpanBuilder builder = tracer.spanBuilder(target.spanName()).setSpanKind(SpanKind.CONSUMER);
        if (single) {
            describe(attributes, call, first);
            SpanContext creation = creation(first.message());
            if (creation.isValid()) {
                builder.addLink(creation);
            }
            around = context(first.message());
        } else {
            attributes.put(MessagingConventions.BATCH, (long) deliveries.size());
            deliveries.forEach(delivery -> linkOfBatch(builder, call, delivery));
        }
        Span span =
                builder.setParent(around).setAllAttributes(attributes.build()).startSpan();
        long begin = System.nanoTime();
        Outcome outcome = Outcome.GOOD;
        Object said = null;
        try (Scope scope = span.storeInContext(around).makeCurrent()) {
            R answer = next.handle(call, request);
            said = answer;
            outcome = Outcome.of(answer);
            if (outcome.error() != null) {
                span.setAttribute(MessagingConventions.ERROR_TYPE, outcome.error());
                span.setStatus(StatusCode.ERROR, outcome.why());
            }
            return answer;
        } catch (Throwable e) {
            outcome = new Outcome(failed(span, e), "");
            throw e;
        } finally {
            metrics.processed(target.metrics(), outcome.error(), System.nanoTime() - begin);
            if (said instanceof List<?> many && many.size() == deliveries.size()) {
                many.forEach(each ->
                        metrics.consumed(target.metrics(), Outcome.of(each).error(), 1));
            } else {
                metrics.consumed(target.metrics(), outcome.error(), deliveries.size());
            }
            span.end();
        }
    }

    private static void describe(AttributesBuilder attributes, Call call, Delivery<?> delivery) {
        MessagingTarget.message(attributes, call, delivery.message());
        MessagingTarget.delivery(attributes, call, delivery);
    }

    private void linkOfBatch(SpanBuilder builder, Call call, Delivery<?> delivery) {
        SpanContext creation = creation(delivery.message());
        if (creation.isValid()) {
            AttributesBuilder attributes = Attributes.builder();
            describe(attributes, call, delivery);
            builder.addLink(creation, attributes.build());
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

    /**
     * What an answer means.
     *
     * @param error its {@code error.type}; null if it is none
     */
    private record Outcome(@Nullable String error, String why) {
        static final Outcome GOOD = new Outcome(null, "");

        static Outcome of(@Nullable Object said) {
            return switch (said) {
                case Disposition.Retry retry -> new Outcome("retry", retry.cause());
                case Disposition.Reject reject -> new Outcome("reject", reject.reason());
                case List<?> many ->
                    many.stream()
                            .map(Outcome::of)
                            .filter(each -> each.error != null)
                            .findFirst()
                            .orElse(GOOD);
                case null, default -> GOOD;
            };
        }
    }

    /** The span in which a message was made; not valid if it is not known. */
    private SpanContext creation(Message<?> message) {
        return Span.fromContext(
                        propagator.extract(Context.root(), message.metadata().headers(), HeaderGetter.INSTANCE))
                .getSpanContext();
    }

    /** In which a message is to be handled: a span that is around already stays it, otherwise it is the one in which it was made. */
    private Context context(Message<?> message) {
        Context around = Context.current();
        Context made = propagator.extract(around, message.metadata().headers(), HeaderGetter.INSTANCE);
        Span ambient = Span.fromContext(around);
        return ambient.getSpanContext().isValid() ? made.with(ambient) : made;
    }

    private static String failed(Span span, Throwable thrown) {
        String canonical = thrown.getClass().getCanonicalName();
        String type = thrown instanceof CallException known
                ? known.code().name()
                : canonical != null ? canonical : thrown.getClass().getName();
        span.setAttribute(MessagingConventions.ERROR_TYPE, type);
        String message = thrown instanceof CallException known ? known.message() : thrown.getMessage();
        span.setStatus(StatusCode.ERROR, message == null ? "" : message);
        return type;
    }
}
