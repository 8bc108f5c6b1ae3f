package dev.parley.resilience.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.CircuitBreaker.State;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.resilience.ResilienceEvent;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a circuit breaker promises. */
@Timeout(60)
public abstract class CircuitBreakerSpec {

    private static final CircuitBreakerPolicy POLICY = CircuitBreakerPolicy.defaults();

    protected final FakeTimer timer = new FakeTimer();
    private final List<ResilienceEvent> events = Collections.synchronizedList(new ArrayList<>());
    private CircuitBreaker breaker;
    private Lane lane;

    /** The breaker under test. */
    protected CircuitBreaker breaker(CircuitBreakerPolicy policy) {
        return new CircuitBreaker("payment", policy, timer);
    }

    /** Calls through it. */
    protected abstract Lane lane(CircuitBreaker through);

    @BeforeEach
    void open() {
        breaker = breaker(POLICY);
        breaker.listen(events::add);
        lane = lane(breaker);
    }

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void letsCallsThroughWhileTheySucceed() {
        for (int i = 0; i < 30; i++) {
            succeed();
        }
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.snapshot().calls()).isEqualTo(30);
        assertThat(breaker.snapshot().failureRate()).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void opensAfterFiveFailuresInARow() {
        fail(4);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(events).hasSize(1).first().isInstanceOfSatisfying(ResilienceEvent.BreakerChanged.class, change -> {
            assertThat(change.policy()).isEqualTo("payment");
            assertThat(change.from()).isEqualTo(State.CLOSED);
            assertThat(change.to()).isEqualTo(State.OPEN);
            assertThat(change.reason()).contains("5 failures in a row").contains("UNAVAILABLE");
        });
    }

    @Test
    void aSuccessBreaksTheRow() {
        fail(4);
        succeed();
        fail(4);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void opensWhenHalfOfTwentyCallsFail() {
        for (int i = 0; i < 9; i++) {
            succeed();
            fail(1);
        }
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.snapshot().reason()).contains("10 of 20 calls failed");
    }

    @Test
    void forgetsWhatIsOlderThanTheWindow() {
        for (int i = 0; i < 9; i++) {
            succeed();
            fail(1);
        }
        timer.advance(POLICY.window());
        succeed();
        fail(1);
        assertThat(breaker.snapshot().calls()).isEqualTo(2);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void refusesAtOnceWhileOpenAndSaysWhy() {
        fail(5);
        timer.advance(Duration.ofSeconds(10));
        Lane.Started call = lane.start();
        Lane.Refusal refusal = call.awaitRefusal();
        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refusal.message()).contains("payment", "open", "5 failures in a row", "PT20S");
        assertThat(call.reached()).isFalse();
        assertThat(breaker.snapshot().refused()).isEqualTo(1);
        assertThat(events).hasSize(2).last().isInstanceOf(ResilienceEvent.Rejected.class);
    }

    @Test
    void letsThreeProbesThroughAfterItsTime() {
        fail(5);
        timer.advance(POLICY.openTime().minusNanos(1));
        lane.start().awaitRefusal();
        timer.advance(Duration.ofNanos(1));
        for (int i = 0; i < 3; i++) {
            lane.start().awaitHandler();
        }
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(lane.start().awaitRefusal().message()).contains("half-open", "3 probes");
    }

    @Test
    void closesWhenAllProbesSucceedAndNotBefore() {
        halfOpen();
        succeed();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        succeed();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.snapshot().calls()).isZero();
        succeed();
    }

    @Test
    void opensAgainAtOneFailedProbe() {
        halfOpen();
        succeed();
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        lane.start().awaitRefusal();
        timer.advance(POLICY.openTime());
        succeed();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void probesThatNeverEndDoNotBlockForEver() {
        halfOpen();
        List<Lane.Started> hanging = List.of(reach(), reach(), reach());
        timer.advance(POLICY.openTime());
        succeed();
        succeed();
        hanging.forEach(call -> call.fail(Code.UNAVAILABLE)); // of an earlier generation by now
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aProbeThatIsCancelledMakesRoomForAnother() {
        halfOpen();
        for (int i = 0; i < 5; i++) {
            reach().cancel();
        }
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        succeed();
        succeed();
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void callsFromBeforeItOpenedChangeNothing() {
        Lane.Started good = reach();
        Lane.Started bad = reach();
        halfOpen();
        succeed();
        good.succeed();
        bad.fail(Code.UNAVAILABLE);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        succeed();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "UNKNOWN",
                "DEADLINE_EXCEEDED",
                "INTERNAL",
                "UNAVAILABLE",
                "DATA_LOSS",
                "RESOURCE_EXHAUSTED",
                "CANCELLED" // no HTTP status of its own
            })
    void whatTheServiceAnswersToAWrongRequestIsASuccess(Code code) {
        fail(4);
        reach().fail(code);
        fail(4);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.snapshot().failures()).isEqualTo(8);
        assertThat(breaker.snapshot().calls()).isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNKNOWN", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "RESOURCE_EXHAUSTED"})
    void whatTellsThatTheServiceIsNotWellIsAFailure(Code code) {
        for (int i = 0; i < 5; i++) {
            reach().fail(code);
        }
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void whatAPolicyBehindRefusesIsNotCounted() {
        fail(4);
        for (int i = 0; i < 5; i++) {
            reach().reject();
        }
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.snapshot().calls()).isEqualTo(4);
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void whatTheCallerCancelsIsNotCounted() {
        fail(4);
        for (int i = 0; i < 5; i++) {
            reach().cancel();
        }
        assertThat(breaker.snapshot().calls()).isEqualTo(4);
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void forcedOpenRefusesUntilSomebodySaysOtherwise() {
        breaker.forceOpen();
        timer.advance(Duration.ofDays(1));
        assertThat(lane.start().awaitRefusal().message()).contains("forced open");
        breaker.reset();
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void forcedClosedCountsNothing() {
        breaker.forceClosed();
        fail(20);
        assertThat(breaker.state()).isEqualTo(State.FORCED_CLOSED);
        breaker.reset();
        fail(4);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aListenerThatThrowsIsHarmless() {
        breaker.listen(event -> {
            throw new IllegalStateException("listener");
        });
        fail(5);
        assertThat(lane.start().awaitRefusal().message()).contains("open");
    }

    @Test
    void aClockThatJumpsBackDoesNotKeepItOpenForEver() {
        fail(5);
        timer.advance(Duration.ofHours(-5));
        succeed(); // too early, but not never
        timer.advance(Duration.ofHours(5));
        succeed();
        succeed();
        assertThat(breaker.state()).isIn(State.CLOSED, State.HALF_OPEN);
    }

    private Lane.Started reach() {
        Lane.Started call = lane.start();
        call.awaitHandler();
        return call;
    }

    private void succeed() {
        reach().succeed();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            reach().fail(Code.UNAVAILABLE);
        }
    }

    private void halfOpen() {
        fail(5);
        timer.advance(POLICY.openTime());
    }
}
