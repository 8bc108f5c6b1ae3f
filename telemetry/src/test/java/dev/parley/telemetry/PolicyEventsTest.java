package dev.parley.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.ResilienceEvent;
import dev.parley.resilience.ResilienceListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.trace.data.EventData;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What policies do, as counters and events. */
class PolicyEventsTest {

    private static final CallException BUSY = new CallException(Code.UNAVAILABLE, "busy");
    private static final String NAME = "payment-service/Charge";

    @Test
    void eachEventIsCountedAndToldOnTheSpan() throws Exception {
        try (Recorded recorded = new Recorded()) {
            ResilienceListener listener = Telemetry.of(recorded.sdk).listener();
            Span span = recorded.sdk.getTracer("test").spanBuilder("call").startSpan();
            try (Scope scope = span.makeCurrent()) {
                List.of(
                                new ResilienceEvent.BreakerChanged(
                                        NAME, CircuitBreaker.State.CLOSED, CircuitBreaker.State.OPEN, "5 failures"),
                                new ResilienceEvent.RetryScheduled(NAME, 2, Duration.ofMillis(150), BUSY),
                                new ResilienceEvent.RetryStopped(NAME, 3, ResilienceEvent.StopReason.BUDGET, BUSY),
                                new ResilienceEvent.AdviceIgnored(NAME, "retry-after of 10 years"),
                                new ResilienceEvent.HedgeStarted(NAME, 2, Duration.ofMillis(20)),
                                new ResilienceEvent.HedgeWon(NAME, 2),
                                new ResilienceEvent.TimedOut(NAME, Duration.ofSeconds(1)),
                                new ResilienceEvent.FallbackUsed(NAME, BUSY),
                                new ResilienceEvent.LimitChanged(NAME, 20, 18))
                        .forEach(listener::on);
            }
            span.end();
            List<EventData> events = recorded.span().getEvents();
            assertThat(events)
                    .extracting(EventData::getName)
                    .containsExactly(
                            "parley.breaker.changed",
                            "parley.retry",
                            "parley.retry.stopped",
                            "parley.advice.ignored",
                            "parley.hedge",
                            "parley.hedge.won",
                            "parley.timeout",
                            "parley.fallback",
                            "parley.limit.changed");
            assertThat(events)
                    .allSatisfy(
                            event -> assertThat(event.getAttributes().get(AttributeKey.stringKey("parley.policy.name")))
                                    .isEqualTo(NAME));
            LongPointData opened = recorded.metric("parley.policy.breaker.transitions")
                    .getLongSumData()
                    .getPoints()
                    .iterator()
                    .next();
            assertThat(opened.getValue()).isEqualTo(1);
            assertThat(opened.getAttributes().get(AttributeKey.stringKey("parley.breaker.to")))
                    .isEqualTo("open");
            LongPointData stopped = recorded.metric("parley.policy.retries.stopped")
                    .getLongSumData()
                    .getPoints()
                    .iterator()
                    .next();
            assertThat(stopped.getAttributes().get(AttributeKey.stringKey("parley.policy.reason")))
                    .isEqualTo("budget");
            assertThat(recorded.metric("parley.policy.limit")
                            .getLongGaugeData()
                            .getPoints()
                            .iterator()
                            .next()
                            .getValue())
                    .isEqualTo(18);
        }
    }
}
