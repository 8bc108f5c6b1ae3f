package dev.parley.resilience.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.resilience.LoadShedder;
import dev.parley.resilience.LoadShedderPolicy;
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

/** What an adaptive load shedder promises: here 4 calls always run, and 10 ms without load may become 30. */
@Timeout(60)
public abstract class LoadShedderSpec {

    private static final LoadShedderPolicy POLICY = LoadShedderPolicy.defaults()
            .withMinConcurrent(4)
            .withMaxConcurrent(64)
            .withMinimumSamples(4);
    private static final Duration QUICK = Duration.ofMillis(10);
    private static final Duration OVERLOADED = Duration.ofMillis(120);

    protected final FakeTimer timer = new FakeTimer();
    private final List<ResilienceEvent> events = Collections.synchronizedList(new ArrayList<>());
    private LoadShedder shedder;
    private Lane lane;

    /** The shedder under test. */
    protected LoadShedder shedder(LoadShedderPolicy policy) {
        return new LoadShedder("shop", policy, timer);
    }

    /** Calls through it. */
    protected abstract Lane lane(LoadShedder through);

    @BeforeEach
    void open() {
        shedder = shedder(POLICY);
        shedder.listen(events::add);
        lane = lane(shedder);
    }

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void isNoLimitToSpeakOfUntilCallsBecomeSlow() {
        learn("Do", QUICK);
        for (int i = 0; i < 5; i++) {
            together("Do", 40, QUICK);
            timer.advance(POLICY.window());
        }
        assertThat(shedder.snapshot().limit()).isEqualTo(64);
        assertThat(shedder.snapshot().refused()).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void refusesSomeWhenCallsGetInEachOthersWay() {
        overload();
        int limit = shedder.snapshot().limit();
        assertThat(limit).isBetween(4, 20);
        for (int i = 0; i < limit; i++) {
            reach("Do");
        }
        Lane.Started tooMuch = lane.start();
        Lane.Refusal refusal = tooMuch.awaitRefusal();
        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refusal.message()).contains("shop", limit + " calls", "minConcurrent 4", "% of the time");
        assertThat(tooMuch.reached()).isFalse();
        assertThat(shedder.snapshot().refused()).isEqualTo(1);
        assertThat(events).last().isInstanceOf(ResilienceEvent.Rejected.class);
        assertThat(events).first().isEqualTo(new ResilienceEvent.LimitChanged("shop", 64, limit));
    }

    @Test
    void neverRefusesWhileTheMinimumRuns() {
        overload();
        for (int i = 0; i < 20; i++) {
            together("Do", Math.min(5, shedder.snapshot().limit()), Duration.ofSeconds(1 + i));
        }
        assertThat(shedder.snapshot().limit()).isGreaterThanOrEqualTo(4);
        together("Do", 4, OVERLOADED);
        assertThat(shedder.snapshot().refused()).isZero();
    }

    @Test
    void letsMoreThroughWhenCallsAreQuickAgain() {
        overload();
        int low = shedder.snapshot().limit();
        for (int i = 0; i < 30; i++) {
            together("Do", 4, QUICK);
            timer.advance(POLICY.window());
        }
        assertThat(shedder.snapshot().limit()).isGreaterThan(low).isEqualTo(64);
        together("Do", 40, QUICK);
    }

    @Test
    void aMethodThatIsSlowByNatureIsNoOverload() {
        learn("Do", QUICK);
        learn("Report", Duration.ofSeconds(1));
        for (int i = 0; i < 10; i++) {
            List<Lane.Started> reports = start("Report", 20);
            together("Do", 20, QUICK);
            timer.advance(Duration.ofSeconds(1).minus(QUICK));
            reports.forEach(Lane.Started::succeed);
        }
        assertThat(shedder.snapshot().limit()).isEqualTo(64);
        assertThat(shedder.snapshot().baselines()).hasSize(2);
    }

    @Test
    void aServiceThatBecameSlowerForGoodIsNotTakenForOverloadedForGood() {
        overload();
        for (int i = 0; i < 60; i++) {
            together("Do", 4, OVERLOADED);
        }
        assertThat(shedder.snapshot().limit()).isEqualTo(64);
        together("Do", 40, OVERLOADED);
        assertThat(shedder.snapshot().limit()).isEqualTo(64);
    }

    @Test
    void anOverloadThatLastsDoesNotBecomeNormal() {
        overload();
        for (int i = 0; i < 200; i++) {
            int most = shedder.snapshot().limit();
            together("Do", most, most <= 6 ? QUICK : QUICK.multipliedBy(most));
        }
        assertThat(shedder.snapshot().limit()).isLessThan(16);
    }

    @Test
    void aLimitWithoutAnythingMeasuredLosesItsReason() {
        overload();
        int limit = shedder.snapshot().limit();
        start("Do", limit); // and hang
        for (int i = 0; i < 2; i++) { // at first there is what was measured behind the last window
            lane.start().awaitRefusal();
            timer.advance(POLICY.window().multipliedBy(10));
            lane.start().awaitRefusal(); // this one finds out
        }
        reach("Do");
    }

    @Test
    void whatFailsOrIsCancelledGivesItsPlaceBackAndIsNoMeasure() {
        learn("Do", QUICK);
        for (int i = 0; i < 20; i++) {
            reach("Do").fail(Code.INTERNAL);
            reach("Do").reject();
            reach("Do").cancel();
        }
        assertThat(shedder.snapshot().running()).isZero();
        assertThat(shedder.snapshot().baselines()).containsValue(QUICK);
    }

    @Test
    void aListenerThatThrowsIsHarmless() {
        shedder.listen(event -> {
            throw new IllegalStateException("listener");
        });
        overload();
        start("Do", shedder.snapshot().limit());
        lane.start().awaitRefusal();
    }

    @Test
    void aClockThatJumpsCostsOneWindowsMeasurements() {
        learn("Do", QUICK);
        List<Lane.Started> calls = start("Do", 10);
        timer.advance(Duration.ofDays(10));
        calls.forEach(Lane.Started::succeed);
        calls = start("Do", Math.min(10, shedder.snapshot().limit()));
        timer.advance(Duration.ofDays(-20));
        calls.forEach(Lane.Started::succeed);
        for (int i = 0; i < 30; i++) {
            together("Do", 4, QUICK);
            timer.advance(POLICY.window());
        }
        assertThat(shedder.snapshot().limit()).isEqualTo(64);
        assertThat(shedder.snapshot().running()).isZero();
    }

    /** As many as 24 at once have made the limit what it is. */
    private void overload() {
        learn("Do", QUICK);
        together("Do", 24, OVERLOADED);
        assertThat(shedder.snapshot().strain()).isGreaterThan(1);
    }

    private void learn(String method, Duration each) {
        for (int i = 0; i < 40; i++) {
            together(method, 1, each);
        }
        timer.advance(POLICY.window());
        together(method, 4, each);
    }

    private void together(String method, int count, Duration each) {
        List<Lane.Started> calls = start(method, count);
        timer.advance(each);
        calls.forEach(Lane.Started::succeed);
    }

    private List<Lane.Started> start(String method, int count) {
        List<Lane.Started> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(reach(method));
        }
        return calls;
    }

    private Lane.Started reach(String method) {
        Lane.Started call = lane.start(method);
        call.awaitHandler();
        return call;
    }
}
