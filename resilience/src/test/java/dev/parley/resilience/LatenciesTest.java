package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    private static final long WINDOW = TimeUnit.MINUTES.toNanos(1);

    @Property
    void bucketsAreInOrderAndNoWiderThanTheSixteenth(@ForAll @LongRange(min = 0, max = 500_000_000_000L) long nanos) {
        int bucket = Latencies.bucket(nanos);
        assertThat(Latencies.most(bucket)).isBetween(nanos, nanos + nanos / 16 + 1_024);
        assertThat(bucket == 0 || Latencies.most(bucket - 1) < nanos).isTrue();
    }

    @Test
    void whatIsLongerThanAnythingIsCountedInTheLast() {
        assertThat(Latencies.bucket(Long.MAX_VALUE))
                .isEqualTo(Latencies.bucket(Duration.ofDays(1).toNanos()));
        assertThat(Latencies.bucket(-1)).isZero();
    }

    /** Against a sorted list: the true quantile, or at most a sixteenth and a microsecond more. */
    @Property(tries = 300)
    void theQuantileIsAsCloseAsItSays(
            @ForAll @Size(min = 1, max = 15) List<@LongRange(min = 0, max = 60_000_000_000L) Long> times,
            @ForAll @DoubleRange(min = 0.5, max = 0.99) double part) {
        Latencies latencies = new Latencies(part, WINDOW, 0);
        times.forEach(nanos -> latencies.record(nanos, 1));
        List<Long> sorted = times.stream().sorted().toList();
        long exact = sorted.get((int) Math.max(0, Math.ceil(times.size() * part) - 1));
        assertThat(latencies.quantile()).isBetween(exact, exact + exact / 16 + 1_024);
        assertThat(latencies.samples(1)).isEqualTo(times.size());
    }

    @Test
    void whatIsOldIsForgotten() {
        Latencies latencies = new Latencies(0.95, WINDOW, 0);
        for (int i = 0; i < 100; i++) {
            latencies.record(TimeUnit.SECONDS.toNanos(5), i);
        }
        assertThat(latencies.samples(WINDOW + 1)).isEqualTo(100);
        assertThat(latencies.samples(2 * WINDOW + 1)).isZero();
        latencies.record(1_000, WINDOW + 1);
        assertThat(latencies.samples(WINDOW + 1)).isEqualTo(101);
        latencies.record(1_000, 2 * WINDOW + 2);
        assertThat(latencies.samples(2 * WINDOW + 2)).isEqualTo(2);
        assertThat(latencies.quantile()).isLessThan(2_100);
    }

    @Test
    void aLongSilenceForgetsAll() {
        Latencies latencies = new Latencies(0.95, WINDOW, 0);
        latencies.record(TimeUnit.SECONDS.toNanos(5), 1);
        latencies.record(1_000, 10 * WINDOW);
        assertThat(latencies.samples(10 * WINDOW)).isEqualTo(1);
    }
}
