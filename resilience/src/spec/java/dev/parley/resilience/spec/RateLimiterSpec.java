package dev.parley.resilience.spec;

import static dev.parley.resilience.spec.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.resilience.RateLimiter;
import dev.parley.resilience.RateLimiterPolicy;
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

/** What a rate limiter promises: here ten calls a second, three at once. */
@Timeout(60)
public abstract class RateLimiterSpec {

    private static final RateLimiterPolicy POLICY =
            new RateLimiterPolicy(10, Duration.ofSeconds(1), 3, Duration.ZERO);
    private static final Duration INTERVAL = Duration.ofMillis(100);

    protected final FakeTimer timer = new FakeTimer();
    private final List<ResilienceEvent> events = Collections.synchronizedList(new ArrayList<>());
    private RateLimiter limiter;
    private Lane lane;

    /** The limiter under test. */
    protected RateLimiter limiter(RateLimiterPolicy policy) {
        return new RateLimiter("search", policy, timer);
    }

    /** Calls through it. */
    protected abstract Lane lane(RateLimiter through);

    @BeforeEach
    void open() {
        open(POLICY);
    }

    private void open(RateLimiterPolicy policy) {
        if (lane != null) {
            lane.close();
        }
        limiter = limiter(policy);
        limiter.listen(events::add);
        lane = lane(limiter);
    }

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void letsABurstThroughAndRefusesTheNextWithTheTimeToComeBack() {
        succeed(3);
        Lane.Started fourth = lane.start();
        Lane.Refusal refusal = fourth.awaitRefusal();
        assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(refusal.message()).contains("search", "10 calls", "PT1S", "burst 3", "repeat in PT0.1S");
        assertThat(fourth.reached()).isFalse();
        assertThat(limiter.snapshot().refused()).isEqualTo(1);
        assertThat(events).hasSize(1).first().isInstanceOf(ResilienceEvent.Rejected.class);
    }

    @Test
    void letsOneThroughInEachInterval() {
        succeed(3);
        for (int i = 0; i < 20; i++) {
            timer.advance(INTERVAL.minusNanos(1));
            lane.start().awaitRefusal();
            timer.advance(Duration.ofNanos(1));
            succeed(1);
        }
        lane.start().awaitRefusal();
    }

    @Test
    void savesUpABurstAndNoMore() {
        succeed(3);
        timer.advance(Duration.ofDays(1));
        assertThat(limiter.snapshot().available()).isEqualTo(3);
        succeed(3);
        lane.start().awaitRefusal();
    }

    @Test
    void aFailedCallHasUsedItsPermit() {
        for (int i = 0; i < 3; i++) {
            reach().fail(Code.UNAVAILABLE);
        }
        lane.start().awaitRefusal();
    }

    @Test
    void whoMayWaitRunsWhenItsTurnHasCome() {
        open(POLICY.withMaxWait(Duration.ofMillis(250)));
        succeed(3);
        Lane.Started fourth = waiting(1);
        Lane.Started fifth = waiting(2);
        assertThat(lane.start().awaitRefusal().message()).contains("maxWait PT0.25S");
        timer.advance(INTERVAL);
        fourth.awaitHandler();
        assertThat(fifth.reached()).isFalse();
        timer.advance(INTERVAL);
        fifth.awaitHandler();
        lane.start(); // in 100 ms, again within the longest wait
        until("a call waits", () -> timer.waiting() == 1);
    }

    @Test
    void whoIsCancelledWhileWaitingDoesNotRun() {
        open(POLICY.withMaxWait(Duration.ofMillis(250)));
        succeed(3);
        Lane.Started fourth = waiting(1);
        fourth.cancel();
        assertThat(timer.waiting()).isZero();
        timer.advance(INTERVAL.multipliedBy(2));
        assertThat(fourth.reached()).isFalse();
        succeed(1);
    }

    @Test
    void aListenerThatThrowsIsHarmless() {
        limiter.listen(event -> {
            throw new IllegalStateException("listener");
        });
        succeed(3);
        assertThat(lane.start().awaitRefusal().message()).contains("search");
    }

    @Test
    void aClockThatJumpsAheadFillsTheBucketAndNoMore() {
        succeed(3);
        timer.advance(Duration.ofDays(365 * 200));
        timer.advance(Duration.ofDays(365 * 50));
        succeed(3);
        lane.start().awaitRefusal();
    }

    @Test
    void aClockThatJumpsBackStopsCallsForNoLongerThanABurstTakes() {
        succeed(3);
        timer.advance(Duration.ofDays(-1));
        assertThat(lane.start().awaitRefusal().message()).contains("repeat in PT0.1S");
        timer.advance(INTERVAL.multipliedBy(3));
        succeed(3);
        lane.start().awaitRefusal();
    }

    private Lane.Started reach() {
        Lane.Started call = lane.start();
        call.awaitHandler();
        return call;
    }

    private void succeed(int times) {
        for (int i = 0; i < times; i++) {
            reach().succeed();
        }
    }

    private Lane.Started waiting(int inAll) {
        Lane.Started call = lane.start();
        until(inAll + " calls wait", () -> timer.waiting() == inAll);
        return call;
    }
}
