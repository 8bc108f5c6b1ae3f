package dev.parley.resilience.spec;

import static dev.parley.resilience.spec.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.BulkheadPolicy;
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

/** What a bulkhead promises. */
@Timeout(60)
public abstract class BulkheadSpec {

    private static final Duration WAIT = Duration.ofSeconds(2);

    protected final FakeTimer timer = new FakeTimer();
    private final List<ResilienceEvent> events = Collections.synchronizedList(new ArrayList<>());
    private Bulkhead bulkhead;
    private Lane lane;

    /** The bulkhead under test. */
    protected Bulkhead bulkhead(BulkheadPolicy policy) {
        return new Bulkhead("stock", policy, timer);
    }

    /** Calls through it. */
    protected abstract Lane lane(Bulkhead through);

    @BeforeEach
    void open() {
        bulkhead = bulkhead(new BulkheadPolicy(2, 2, WAIT));
        bulkhead.listen(events::add);
        lane = lane(bulkhead);
    }

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void letsCallsRunUpToItsLimit() {
        reach();
        reach();
        assertThat(bulkhead.snapshot().running()).isEqualTo(2);
        assertThat(bulkhead.snapshot().waiting()).isZero();
        Lane.Started third = waiting(1);
        assertThat(third.reached()).isFalse();
    }

    @Test
    void whoWaitsRunsWhenAnotherHasEnded() {
        Lane.Started first = reach();
        reach();
        Lane.Started third = waiting(1);
        first.succeed();
        third.awaitHandler();
        third.succeed();
        assertThat(bulkhead.snapshot().running()).isEqualTo(1);
        assertThat(bulkhead.snapshot().waiting()).isZero();
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void firstComeFirstServed() {
        Lane.Started first = reach();
        Lane.Started second = reach();
        Lane.Started third = waiting(1);
        Lane.Started fourth = waiting(2);
        first.succeed();
        third.awaitHandler();
        assertThat(fourth.reached()).isFalse();
        second.succeed();
        fourth.awaitHandler();
    }

    @Test
    void refusesWhenTheQueueIsFullAndSaysSo() {
        reach();
        reach();
        waiting(1);
        waiting(2);
        Lane.Started fifth = lane.start();
        Lane.Refusal refusal = fifth.awaitRefusal();
        assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(refusal.message()).contains("stock", "maxConcurrent 2", "maxWaiting 2");
        assertThat(fifth.reached()).isFalse();
        assertThat(bulkhead.snapshot().refused()).isEqualTo(1);
        assertThat(events).hasSize(1).first().isInstanceOf(ResilienceEvent.Rejected.class);
    }

    @Test
    void nobodyWaitsLongerThanTheLongestWait() {
        Lane.Started first = reach();
        reach();
        Lane.Started third = waiting(1);
        timer.advance(WAIT.minusNanos(1));
        assertThat(bulkhead.snapshot().waiting()).isEqualTo(1);
        timer.advance(Duration.ofNanos(1));
        assertThat(third.awaitRefusal().message()).contains("waited for PT2S");
        assertThat(bulkhead.snapshot().waiting()).isZero();
        first.succeed();
        reach(); // the slot did not go to who had left
        assertThat(third.reached()).isFalse();
    }

    @Test
    void aFailedCallGivesItsSlotBack() {
        for (int i = 0; i < 5; i++) {
            reach().fail(Code.INTERNAL);
        }
        assertThat(bulkhead.snapshot().running()).isZero();
    }

    @Test
    void aRejectedCallGivesItsSlotBack() {
        for (int i = 0; i < 5; i++) {
            reach().reject();
        }
        assertThat(bulkhead.snapshot().running()).isZero();
    }

    @Test
    void aCancelledCallGivesItsSlotBack() {
        for (int i = 0; i < 5; i++) {
            reach().cancel();
        }
        assertThat(bulkhead.snapshot().running()).isZero();
    }

    @Test
    void whoIsCancelledWhileWaitingLeavesTheQueue() {
        Lane.Started first = reach();
        reach();
        Lane.Started third = waiting(1);
        Lane.Started fourth = waiting(2);
        third.cancel();
        assertThat(bulkhead.snapshot().waiting()).isEqualTo(1);
        first.succeed();
        fourth.awaitHandler();
        assertThat(third.reached()).isFalse();
        assertThat(bulkhead.snapshot().running()).isEqualTo(2);
    }

    @Test
    void aListenerThatThrowsIsHarmless() {
        bulkhead.listen(event -> {
            throw new IllegalStateException("listener");
        });
        reach();
        reach();
        waiting(1);
        waiting(2);
        lane.start().awaitRefusal();
        assertThat(bulkhead.snapshot().running()).isEqualTo(2);
    }

    @Test
    void aClockThatJumpsEndsWaitsAndNothingElse() {
        Lane.Started first = reach();
        Lane.Started second = reach();
        Lane.Started third = waiting(1);
        timer.advance(Duration.ofHours(-1));
        assertThat(bulkhead.snapshot().waiting()).isEqualTo(1);
        timer.advance(Duration.ofDays(1_000));
        third.awaitRefusal();
        first.succeed();
        second.succeed();
        assertThat(bulkhead.snapshot().running()).isZero();
    }

    private Lane.Started reach() {
        Lane.Started call = lane.start();
        call.awaitHandler();
        return call;
    }

    private Lane.Started waiting(int inAll) {
        Lane.Started call = lane.start();
        until(inAll + " calls wait", () -> bulkhead.snapshot().waiting() == inAll);
        return call;
    }
}
