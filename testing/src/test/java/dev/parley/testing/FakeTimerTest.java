package dev.parley.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Deadline;
import dev.parley.Timer.Scheduled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FakeTimerTest {

    private static final long MILLI = 1_000_000;

    private final FakeTimer timer = new FakeTimer();
    private final long start = timer.nanoTime();
    private final List<String> ran = new ArrayList<>();

    private Scheduled schedule(long millis, String name) {
        return timer.schedule(millis * MILLI, () -> ran.add(name + "@" + (timer.nanoTime() - start) / MILLI));
    }

    private void advance(long millis) {
        timer.advance(Duration.ofMillis(millis));
    }

    @Test
    void timeStandsStillUntilItIsMoved() {
        schedule(0, "now");
        assertThat(timer.nanoTime()).isEqualTo(start);
        assertThat(ran).isEmpty();
        advance(0);
        assertThat(ran).containsExactly("now@0");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 10, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void whatIsDueRunsInTheOrderOfTime(long origin) {
        FakeTimer timer = new FakeTimer(origin);
        List<Long> at = new ArrayList<>();
        for (long delay : new long[] {30, 10, 40, 20}) {
            timer.schedule(delay * MILLI, () -> at.add((timer.nanoTime() - origin) / MILLI));
        }
        timer.advance(Duration.ofMillis(30));
        assertThat(at).containsExactly(10L, 20L, 30L);
        assertThat(timer.waiting()).isEqualTo(1);
        assertThat(timer.nanoTime() - origin).isEqualTo(30 * MILLI);
    }

    @Test
    void itTellsHowFarTheNextTaskIs() {
        assertThat(timer.untilNext()).isEmpty();
        schedule(30, "a");
        Scheduled b = schedule(20, "b");
        assertThat(timer.untilNext()).contains(Duration.ofMillis(20));
        advance(5);
        assertThat(timer.untilNext()).contains(Duration.ofMillis(15));
        b.cancel();
        assertThat(timer.untilNext()).contains(Duration.ofMillis(25));
        schedule(-1, "overdue");
        assertThat(timer.untilNext()).contains(Duration.ZERO);
    }

    @Test
    void whatIsDueTogetherRunsAsItWasScheduled() {
        for (int i = 0; i < 20; i++) {
            schedule(5, "t" + i);
        }
        advance(5);
        assertThat(ran).hasSize(20).first().isEqualTo("t0@5");
        assertThat(ran).last().isEqualTo("t19@5");
    }

    @Test
    void aTaskThatSchedulesRunsItsOwnIfTheyAreDueByThen() {
        timer.schedule(10 * MILLI, () -> {
            schedule(5, "inner");
            schedule(50, "late");
        });
        schedule(20, "outer");
        advance(30);
        assertThat(ran).containsExactly("inner@15", "outer@20");
        advance(30);
        assertThat(ran).containsExactly("inner@15", "outer@20", "late@60");
    }

    @Test
    void aTaskMayMoveTheClockItself() {
        schedule(15, "second");
        timer.schedule(10 * MILLI, () -> {
            advance(10);
            ran.add("first");
        });
        advance(12);
        // The clock never goes back: it was at 20 already.
        assertThat(ran).containsExactly("second@15", "first");
        assertThat(timer.nanoTime() - start).isEqualTo(20 * MILLI);
    }

    @Test
    void whatIsCancelledDoesNotRun() {
        Scheduled first = schedule(10, "first");
        Scheduled second = schedule(20, "second");
        timer.schedule(15 * MILLI, second::cancel);
        first.cancel();
        first.cancel();
        advance(100);
        assertThat(ran).isEmpty();
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void aJumpBackRunsNothingAndDelaysWhatWaits() {
        schedule(10, "task");
        advance(-1_000);
        advance(1_005);
        assertThat(ran).isEmpty();
        advance(5);
        assertThat(ran).containsExactly("task@10");
    }

    @Test
    void aJumpOfYearsRunsAllOnce() {
        schedule(10, "a");
        schedule(1_000_000, "b");
        timer.advance(Duration.ofDays(3650));
        assertThat(ran).containsExactly("a@10", "b@1000000");
    }

    @Test
    void aNegativeDelayIsNow() {
        schedule(-50, "now");
        advance(0);
        assertThat(ran).containsExactly("now@0");
    }

    @Test
    void deadlinesFollowIt() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(1), timer);
        advance(999);
        assertThat(deadline.isExpired()).isFalse();
        advance(1);
        assertThat(deadline.isExpired()).isTrue();
    }

    @Test
    void aThreadWaitsForAnotherOnesTasks() throws Exception {
        Thread other = Thread.ofVirtual().start(() -> {
            schedule(1, "a");
            schedule(2, "b");
        });
        timer.awaitWaiting(2);
        other.join();
        advance(2);
        assertThat(ran).containsExactly("a@1", "b@2");
    }
}
