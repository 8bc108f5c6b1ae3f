package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    private final FakeTimer timer = new FakeTimer();

    @Test
    void remainsUntilItsClockGetsThere() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(2), timer); // crosses the overflow of the clock
        assertThat(deadline.remaining()).isEqualTo(Duration.ofSeconds(2));
        timer.advance(1_999_999_999);
        assertThat(deadline.isExpired()).isFalse();
        timer.advance(2);
        assertThat(deadline.isExpired()).isTrue();
        assertThat(deadline.remaining()).isZero();
        assertThat(deadline.remainingNanos()).isEqualTo(-1);
    }

    @Test
    void zeroAndLessHavePassed() {
        assertThat(Deadline.after(Duration.ZERO, timer).isExpired()).isTrue();
        assertThat(Deadline.after(Duration.ofSeconds(-1), timer).isExpired()).isTrue();
        assertThat(Deadline.after(Duration.ofSeconds(Long.MIN_VALUE), timer).isExpired())
                .isTrue();
    }

    @Test
    void longestIsBoundedWithoutOverflow() {
        assertThat(Deadline.after(Duration.ofSeconds(Long.MAX_VALUE), timer).isExpired())
                .isFalse();
        assertThat(Deadline.after(Duration.ofSeconds(Long.MAX_VALUE)).remaining())
                .isGreaterThan(Duration.ofDays(36_000));
    }

    @Test
    void earlierOfTwo() {
        Deadline soon = Deadline.after(Duration.ofSeconds(1), timer);
        Deadline late = Deadline.after(Duration.ofSeconds(2), timer);
        assertThat(soon.earlier(late)).isSameAs(soon);
        assertThat(late.earlier(soon)).isSameAs(soon);
        assertThat(soon.earlier(Deadline.NONE)).isSameAs(soon);
        assertThat(Deadline.NONE.earlier(soon)).isSameAs(soon);
        assertThat(Deadline.NONE.earlier(Deadline.NONE)).isSameAs(Deadline.NONE);
    }

    @Test
    void earlierOfTwoClocksComparesWhatRemains() {
        Deadline other = Deadline.after(Duration.ofHours(1));
        Deadline soon = Deadline.after(Duration.ofSeconds(1), timer);
        assertThat(soon.earlier(other)).isSameAs(soon);
        assertThat(other.earlier(soon)).isSameAs(soon);
    }

    @Test
    void noneNeverPasses() {
        assertThat(Deadline.NONE.isNone()).isTrue();
        assertThat(Deadline.NONE.isExpired()).isFalse();
        assertThat(Deadline.NONE).hasToString("no deadline");
    }
}
