package dev.parley.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Carrier;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Replay;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a caller may send as its context. */
class InboundContextTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    private static SpanData called(TelemetryOptions options, Metadata headers) throws Exception {
        try (Recorded recorded = new Recorded()) {
            CallScope call = CallScope.builder(Method.unary("shop.v1.Shop", "Buy"))
                    .requestHeaders(headers)
                    .build();
            call.run(Telemetry.of(recorded.sdk, options).server().before((current, request) -> request), "tea");
            call.end(Outcome.OK);
            assertThat(Context.current()).isSameAs(Context.root());
            return recorded.span();
        }
    }

    @Provide
    Arbitrary<String> garbage() {
        Arbitrary<String> printable =
                Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(80);
        Arbitrary<String> close = Arbitraries.strings()
                .withChars("0123456789abcdefABCDEFxyz-_ ")
                .ofMinLength(50)
                .ofMaxLength(60);
        Arbitrary<String> cut = Arbitraries.integers()
                .between(0, 54)
                .map(length -> ("00-" + TRACE + '-' + SPAN + "-01").substring(0, length));
        return Arbitraries.oneOf(printable, close, cut);
    }

    @Property(tries = 400)
    void garbageBeginsATraceOfItsOwn(@ForAll("garbage") String traceparent) throws Exception {
        SpanData span = called(
                TelemetryOptions.defaults(),
                new Metadata().add("traceparent", traceparent).add("tracestate", traceparent));
        assertThat(span.getSpanContext().isValid()).isTrue();
        if (!traceparent.matches("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.*")) {
            assertThat(span.getParentSpanContext().isValid()).isFalse();
        }
    }

    @Test
    void aCallersContextIsTheParent() throws Exception {
        SpanData span =
                called(TelemetryOptions.defaults(), Metadata.of("traceparent", "00-" + TRACE + '-' + SPAN + "-01"));
        assertThat(span.getTraceId()).isEqualTo(TRACE);
        assertThat(span.getParentSpanId()).isEqualTo(SPAN);
    }

    @Test
    void twoContextsAreNone() throws Exception {
        SpanData span = called(
                TelemetryOptions.defaults(),
                Metadata.of(
                        "traceparent", "00-" + TRACE + '-' + SPAN + "-01",
                        "traceparent", "00-" + TRACE + '-' + SPAN + "-01"));
        assertThat(span.getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void aTracestateInSeveralLinesIsOne() throws Exception {
        SpanData span = called(
                TelemetryOptions.defaults(),
                Metadata.of(
                        "traceparent", "00-" + TRACE + '-' + SPAN + "-01", "tracestate", "a=1", "tracestate", "b=2"));
        assertThat(span.getSpanContext().getTraceState().asMap())
                .containsEntry("a", "1")
                .containsEntry("b", "2");
    }

    @Test
    void aPropagatorThatWritesNonsenseFailsNoCall() throws Exception {
        TextMapPropagator broken = new TextMapPropagator() {
            @Override
            public List<String> fields() {
                return List.of("x-broken");
            }

            @Override
            public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
                setter.set(carrier, "x-broken", "a\nb");
                setter.set(carrier, "x broken", "a");
                setter.set(carrier, "x-whole", "a");
            }

            @Override
            public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
                return context;
            }
        };
        try (SdkTracerProvider tracers = SdkTracerProvider.builder().build()) {
            Telemetry telemetry = Telemetry.of(OpenTelemetrySdk.builder()
                    .setTracerProvider(tracers)
                    .setPropagators(ContextPropagators.create(broken))
                    .build());
            CallScope call =
                    CallScope.builder(Method.unary("shop.v1.Shop", "Buy")).build();
            assertThat(telemetry.client().before((current, request) -> request).handle(call, "tea"))
                    .isEqualTo("tea");
            call.end(Outcome.OK);
            assertThat(call.requestHeaders().names()).containsExactly("x-whole");
        }
    }

    @Test
    void theContextGoesAlongWithWrappedTasksAndReplays() throws Exception {
        try (Recorded recorded = new Recorded()) {
            Telemetry telemetry = Telemetry.of(recorded.sdk);
            BlockingQueue<String> ranIn = new LinkedBlockingQueue<>();
            CallScope call =
                    CallScope.builder(Method.unary("shop.v1.Shop", "Buy")).build();
            call.run(
                    telemetry.server().before((current, request) -> {
                        Runnable task = () -> ranIn.add(id());
                        Thread.ofVirtual().start(Call.wrap(task));
                        Messages<String> produced = Messages.produce(sink -> {
                            ranIn.add(id());
                            sink.send("one");
                        });
                        try (Replay<String> replay = Replay.of(current, produced, 4)) {
                            assertThat(replay.attempt().receive()).isEqualTo("one");
                        }
                        return request;
                    }),
                    "tea");
            call.end(Outcome.OK);
            String expected = recorded.span().getSpanId();
            assertThat(ranIn.take()).isEqualTo(expected);
            assertThat(ranIn.take()).isEqualTo(expected);
        }
    }

    @Test
    void theCarrierIsRegisteredOnce() throws Exception {
        try (Recorded recorded = new Recorded()) {
            Telemetry.of(recorded.sdk);
            Telemetry.of(recorded.sdk);
            Context context = Context.root().with(Span.getInvalid());
            try (Scope scope = context.makeCurrent()) {
                assertThat(Carrier.captureAll(Context::current).call()).isSameAs(context);
            }
        }
    }

    private static String id() {
        return Span.current().getSpanContext().getSpanId();
    }
}
