package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds of a load shedder whatever happens to it. */
class LoadShedderModelTest {

    private static final LoadShedderPolicy POLICY = LoadShedderPolicy.defaults()
            .withMinConcurrent(2)
            .withMaxConcurrent(12)
            .withMinimumSamples(3);

    @Property
    void refusesExactlyWhatIsBeyondTheLimit(
            @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 9_999) Integer> steps, @ForAll boolean jumps) {
        FakeTimer timer = new FakeTimer();
        LoadShedder shedder = new LoadShedder("model", POLICY, timer);
        List<Long> running = new ArrayList<>();
        for (int step : steps) {
            int with = step / 10;
            int what = step % 10;
            if (what < 5) {
                int limit = shedder.snapshot().limit();
                long permit = shedder.tryAcquire();
                assertThat(permit >= 0).isEqualTo(running.size() < limit);
                if (permit >= 0) {
                    running.add(permit);
                }
            } else if (what == 9) {
                timer.advance(jumps ? Duration.ofHours(with - 500L) : Duration.ofMillis(with / 5));
            } else if (!running.isEmpty()) {
                end(shedder, running.remove(with % running.size()), what, "method " + with % 3);
            }
            LoadShedderSnapshot seen = shedder.snapshot();
            assertThat(seen.running()).isEqualTo(running.size());
            assertThat(seen.limit()).isBetween(2, 12);
            assertThat(seen.strain()).isNotNaN().isGreaterThanOrEqualTo(0);
        }
    }

    private static void end(LoadShedder shedder, long permit, int how, String method) {
        switch (how) {
            case 5 -> shedder.release();
            case 6 -> shedder.onFailure(method, permit, new CallException(Code.DEADLINE_EXCEEDED, "too late"));
            default -> shedder.onSuccess(method, permit);
        }
    }

    /** Whatever it went through, calls that are quick again are all let through before long. */
    @Property(tries = 200)
    void recovers(@ForAll @Size(max = 50) List<@IntRange(min = 1, max = 5_000) Integer> latencies) {
        FakeTimer timer = new FakeTimer();
        LoadShedder shedder = new LoadShedder("model", POLICY, timer);
        for (int latency : latencies) {
            calls(shedder, timer, 12, latency);
        }
        for (int i = 0; i < 40; i++) {
            calls(shedder, timer, 2, 10);
        }
        assertThat(shedder.snapshot().limit()).isEqualTo(12);
    }

    private static void calls(LoadShedder shedder, FakeTimer timer, int count, int millis) {
        List<Long> running = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long permit = shedder.tryAcquire();
            if (permit >= 0) {
                running.add(permit);
            }
        }
        timer.advance(Duration.ofMillis(millis));
        running.forEach(permit -> shedder.onSuccess("method", permit));
        timer.advance(POLICY.window());
    }

    /** What waits for a processor before it can ask: 1,000 calls a second that come to a server for 200. */
    @Property(tries = 1)
    void whatWaitsBeforeItAsksIsSeen() {
        FakeTimer timer = new FakeTimer();
        LoadShedder shedder = new LoadShedder("model", LoadShedderPolicy.defaults(), timer);
        java.util.ArrayDeque<Long> queue = new java.util.ArrayDeque<>(); // when each arrived, in milliseconds
        long free = 0;
        int good = 0;
        for (long now = 0; now < 10_000; now++) {
            timer.advance(Duration.ofMillis(1));
            if (now >= 2_000 || now % 10 == 0) {
                queue.add(now);
            }
            while (free <= now && !queue.isEmpty()) {
                long waited = now - queue.remove();
                long permit = shedder.tryAcquire(Duration.ofMillis(waited).toNanos());
                if (permit >= 0) {
                    free = now + 5; // the one processor is busy for so long
                    shedder.onSuccess(
                            "method", Math.max(0, permit - Duration.ofMillis(5).toNanos()));
                    good += now >= 3_000 && waited <= 200 ? 1 : 0;
                }
            }
        }
        assertThat(good).isGreaterThan(1_400 * 9 / 10);
    }

    /** A flood of names, such as paths that nobody serves, is one more method. */
    @Property(tries = 1)
    void boundsWhatItKeeps() {
        LoadShedder shedder = new LoadShedder("model", POLICY, new FakeTimer());
        for (int i = 0; i < 5_000; i++) {
            shedder.onSuccess("path " + i, shedder.tryAcquire());
        }
        assertThat(shedder.snapshot().baselines()).hasSizeLessThanOrEqualTo(AdaptiveLimit.MOST_METHODS + 1);
    }
}
