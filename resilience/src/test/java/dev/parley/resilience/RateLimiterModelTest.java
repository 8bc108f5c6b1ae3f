package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The limiter against a bucket that is filled with nanoseconds. */
class RateLimiterModelTest {

    @Property
    void doesWhatABucketDoes(
            @ForAll @IntRange(min = 1, max = 1_000) int permits,
            @ForAll @IntRange(min = 1, max = 20) int burst,
            @ForAll long startNanos,
            @ForAll @Size(max = 300) List<@LongRange(min = 0, max = 400_000_000) Long> pauses) {
        RateLimiterPolicy policy = new RateLimiterPolicy(permits, Duration.ofSeconds(1), burst, Duration.ZERO);
        FakeTimer timer = new FakeTimer(startNanos);
        RateLimiter limiter = new RateLimiter("model", policy, timer);
        long interval = policy.intervalNanos();
        long level = interval * burst;
        for (long pause : pauses) {
            long passed = pause % 3 == 0 ? pause : pause / permits; // so that some are near an interval
            timer.advance(Duration.ofNanos(passed));
            level = Math.min(interval * burst, level + passed);
            assertThat(limiter.snapshot().available()).isEqualTo(level / interval);
            long wait = limiter.tryAcquire();
            assertThat(wait).isEqualTo(Math.max(0, interval - level));
            if (wait == 0) {
                level -= interval;
            }
        }
    }

    /** Those that wait come one interval after the other, and none is told to wait longer than the longest wait. */
    @Property
    void givesTurnsInOrder(
            @ForAll @IntRange(min = 1, max = 5) int burst,
            @ForAll @Size(max = 100) List<@IntRange(min = 0, max = 150) Integer> pauses) {
        RateLimiterPolicy policy = new RateLimiterPolicy(10, Duration.ofSeconds(1), burst, Duration.ofMillis(500));
        FakeTimer timer = new FakeTimer();
        RateLimiter limiter = new RateLimiter("turns", policy, timer);
        long now = 0;
        long fullAt = 0;
        for (int pause : pauses) {
            timer.advance(Duration.ofMillis(pause));
            now += pause;
            long wait = limiter.reserve();
            long turn = Math.max(now, fullAt) + 100 - 100L * burst;
            if (turn - now > 500) {
                assertThat(wait).isEqualTo(-Duration.ofMillis(turn - now).toNanos());
            } else {
                assertThat(wait)
                        .isEqualTo(Duration.ofMillis(Math.max(0, turn - now)).toNanos());
                fullAt = Math.max(now, fullAt) + 100;
            }
        }
    }

    /** However the clock jumps, each jump gives away one burst at most, and afterwards the rate holds. */
    @Property
    void noClockBreaksTheLimit(@ForAll @Size(max = 40) List<Long> jumps) {
        RateLimiterPolicy policy = new RateLimiterPolicy(10, Duration.ofSeconds(1), 3, Duration.ZERO);
        FakeTimer timer = new FakeTimer();
        RateLimiter limiter = new RateLimiter("jumps", policy, timer);
        for (long jump : jumps) {
            timer.advance(Duration.ofNanos(jump));
            int granted = 0;
            for (int i = 0; i < 5; i++) {
                granted += limiter.tryAcquire() == 0 ? 1 : 0;
            }
            assertThat(granted).isLessThanOrEqualTo(3);
        }
        for (int i = 0; i < 3; i++) {
            timer.advance(Duration.ofMillis(100));
        }
        assertThat(limiter.snapshot().available()).isEqualTo(3);
    }
}
