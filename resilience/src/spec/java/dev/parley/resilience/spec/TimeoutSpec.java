package dev.parley.resilience.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.resilience.ResilienceEvent;
import dev.parley.resilience.Timeout;
import dev.parley.resilience.TimeoutPolicy;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a timeout promises. */
@org.junit.jupiter.api.Timeout(60)
public abstract class TimeoutSpec {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    protected final FakeTimer timer = new FakeTimer();
    private final List<ResilienceEvent> events = Collections.synchronizedList(new ArrayList<>());
    private Timeout timeout;
    private Lane lane;

    /** The timeout under test. */
    protected Timeout timeout(TimeoutPolicy policy) {
        return new Timeout("quick", policy, timer);
    }

    /** Calls through it. */
    protected abstract Lane lane(Timeout through);

    @BeforeEach
    void open() {
        timeout = timeout(TimeoutPolicy.defaults().withLimit(LIMIT));
        timeout.listen(events::add);
        lane = lane(timeout);
    }

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void aCallInTimePassesAndLeavesNothingBehind() {
        Lane.Started call = reach();
        timer.advance(LIMIT.minusNanos(1));
        call.succeed();
        assertThat(timer.waiting()).isZero();
        timer.advance(LIMIT);
        assertThat(timeout.snapshot().timedOut()).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void aCallThatTakesTooLongEndsWithAnErrorThatNamesTheLimit() {
        Lane.Started call = reach();
        timer.advance(LIMIT);
        Lane.Refusal error = call.awaitError();
        assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(error.message()).contains("PT2S", "quick");
        assertThat(timeout.snapshot().timedOut()).isEqualTo(1);
        assertThat(events).containsExactly(new ResilienceEvent.TimedOut("quick", LIMIT));
    }

    @Test
    void aFailedCallFailsAsItDid() {
        Lane.Started call = reach();
        call.fail(Code.NOT_FOUND);
        assertThat(call.awaitError().code()).isEqualTo(Code.NOT_FOUND);
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void aCancelledCallIsNotOneThatTookTooLong() {
        reach().cancel();
        timer.advance(LIMIT);
        assertThat(timer.waiting()).isZero();
        assertThat(timeout.snapshot().timedOut()).isZero();
    }

    @Test
    void eachCallHasTheWholeTime() {
        Lane.Started first = reach();
        timer.advance(Duration.ofSeconds(1));
        Lane.Started second = reach();
        timer.advance(Duration.ofSeconds(1));
        assertThat(first.awaitError().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        second.succeed();
        assertThat(timeout.snapshot().timedOut()).isEqualTo(1);
    }

    @Test
    void aListenerThatThrowsIsHarmless() {
        timeout.listen(event -> {
            throw new IllegalStateException("listener");
        });
        Lane.Started call = reach();
        timer.advance(LIMIT);
        assertThat(call.awaitError().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aClockThatJumpsEndsACallEarlyOrLateAndNoMore() {
        Lane.Started early = reach();
        timer.advance(Duration.ofDays(1));
        assertThat(early.awaitError().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        Lane.Started late = reach();
        timer.advance(Duration.ofHours(-1));
        late.succeed();
        assertThat(timer.waiting()).isZero();
    }

    private Lane.Started reach() {
        Lane.Started call = lane.start();
        call.awaitHandler();
        return call;
    }
}
