package dev.parley.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Interceptor;
import dev.parley.MessageEvent;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Peer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls that are not sampled, and metrics beside spans. */
class SamplingTest {

    private static CallScope call() {
        return CallScope.builder(Method.unary("shop.v1.Shop", "Buy"))
                .peer(new Peer("shop.internal:8443", "GRPC"))
                .build();
    }

    private static void callOnce(Recorded recorded, CallScope call, Outcome outcome) throws Exception {
        Telemetry telemetry =
                Telemetry.of(recorded.sdk, TelemetryOptions.defaults().withRecordMessages(RecordMessages.METADATA));
        Interceptor.chain(List.of(telemetry.client(), telemetry.attempt()), (current, request) -> {
                    call.message(MessageEvent.Direction.SENT, request, 100, 40);
                    return request;
                })
                .handle(call, "tea");
        call.end(outcome);
    }

    private static HistogramPointData point(Recorded recorded, String name) {
        return recorded.metric(name).getHistogramData().getPoints().stream()
                .filter(point -> !"received".equals(point.getAttributes().get(Conventions.DIRECTION)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aCallThatIsNotSampledIsMeasuredAndTellsItsServerSo() throws Exception {
        try (Recorded recorded = new Recorded(Sampler.alwaysOff())) {
            CallScope call = call();
            callOnce(recorded, call, Outcome.OK);
            recorded.assertNoMore();
            assertThat(call.requestHeaders().get("traceparent"))
                    .hasValueSatisfying(value -> assertThat(value).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]"));
            assertThat(point(recorded, "rpc.client.call.duration").getCount()).isEqualTo(1);
            assertThat(point(recorded, "rpc.client.call.duration").getExemplars())
                    .isEmpty();
            assertThat(point(recorded, "parley.rpc.client.call.size").getSum()).isEqualTo(40);
        }
    }

    @Test
    void aMeasureOfASampledCallHasItsTraceAsAnExemplar() throws Exception {
        try (Recorded recorded = new Recorded()) {
            callOnce(recorded, call(), Outcome.OK);
            List<SpanData> spans = recorded.spans(2);
            List<? extends ExemplarData> exemplars =
                    point(recorded, "rpc.client.call.duration").getExemplars();
            assertThat(exemplars)
                    .singleElement()
                    .satisfies(exemplar -> assertThat(exemplar.getSpanContext().getTraceId())
                            .isEqualTo(spans.getFirst().getTraceId()));
        }
    }

    @Test
    void metricsHaveTheAttributesOfTheConventionsAndNoOthers() throws Exception {
        try (Recorded recorded = new Recorded()) {
            callOnce(recorded, call(), Outcome.failed(new CallException(Code.UNAVAILABLE, "busy")));
            assertThat(point(recorded, "rpc.client.call.duration")
                            .getAttributes()
                            .asMap())
                    .containsOnlyKeys(
                            AttributeKey.stringKey("rpc.system.name"),
                            AttributeKey.stringKey("rpc.method"),
                            AttributeKey.stringKey("rpc.response.status_code"),
                            AttributeKey.stringKey("error.type"),
                            AttributeKey.stringKey("server.address"),
                            AttributeKey.longKey("server.port"))
                    .containsEntry(AttributeKey.stringKey("server.address"), "shop.internal")
                    .containsEntry(AttributeKey.longKey("server.port"), 8443L)
                    .containsEntry(AttributeKey.stringKey("error.type"), "UNAVAILABLE");
            assertThat(point(recorded, "rpc.client.call.duration").getBoundaries())
                    .isEqualTo(Conventions.DURATIONS);
        }
    }
}
