package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Three hops that each retry, in front of a service that fails: how much more than the calls does it get? Calls begin at
 * times of their own, and the clock stands still while one is made: waits take no time of the others, as in reality.
 */
class RetryStormTest {

    private final FakeTimer clock = new FakeTimer();

    /** Waits are over at once. */
    private final dev.parley.Timer waits = new dev.parley.Timer() {
        @Override
        public long nanoTime() {
            return clock.nanoTime();
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable task) {
            task.run();
            return () -> {};
        }
    };

    private int upstream;
    private double failing;

    private Handler<String, String> hops(int hops, Random random) {
        Handler<String, String> handler = (call, q) -> {
            upstream++;
            if (random.nextDouble() < failing) {
                throw Talk.unavailable("busy");
            }
            return q;
        };
        for (int i = 0; i < hops; i++) {
            Handler<String, String> behind = handler;
            Retry retry = new Retry(
                    "hop " + i,
                    RetryPolicy.defaults(),
                    new RetryBudget(RetryBudgetPolicy.defaults(), clock),
                    Classifier.EXCEPTIONS,
                    waits,
                    random);
            Handler<String, String> client = retry.before(behind);
            // Each hop is a call of its own.
            handler = (call, q) -> client.handle(Talk.call(Deadline.NONE), q);
        }
        return handler;
    }

    private List<Integer> loadOfEachSecond(Handler<String, String> client, int seconds, int callsASecond) {
        List<Integer> load = new ArrayList<>();
        for (int second = 0; second < seconds; second++) {
            int before = upstream;
            for (int i = 0; i < callsASecond; i++) {
                clock.advance(Duration.ofNanos(TimeUnit.SECONDS.toNanos(1) / callsASecond));
                try {
                    CallScope call = Talk.call();
                    client.handle(call, "q");
                } catch (CallException busy) {
                    // as the service is
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
            load.add(upstream - before);
        }
        return load;
    }

    @Test
    void anOutageOfMinutesCostsTheServiceLessThanAThirdMoreThroughThreeHops() {
        Handler<String, String> client = hops(3, new Random(1));
        assertThat(loadOfEachSecond(client, 30, 200)).containsOnly(200);
        failing = 1;
        List<Integer> load = loadOfEachSecond(client, 120, 200);
        for (int second = 0; second + 10 <= load.size(); second++) {
            int window = load.subList(second, second + 10).stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            assertThat(window).as("10 seconds from second %s", second).isLessThanOrEqualTo(2_600);
        }
        assertThat(load.stream().mapToInt(Integer::intValue).sum())
                .as("it is 20 % and 10 a second")
                .isBetween(120 * 248, 120 * 251);
        failing = 0;
        assertThat(loadOfEachSecond(client, 20, 200)).containsOnly(200);
    }

    @Property(tries = 8)
    void soItIsForAnyRateAndAnyRateOfFailures(
            @ForAll @IntRange(min = 112, max = 1_000) int callsASecond,
            @ForAll @IntRange(min = 0, max = 100) int failingPercent,
            @ForAll @IntRange(min = 1, max = 3) int hops,
            @ForAll @IntRange(min = 0, max = 1_000) int seed) {
        upstream = 0;
        failing = 0;
        Handler<String, String> client = hops(hops, new Random(seed));
        loadOfEachSecond(client, 5, callsASecond);
        failing = failingPercent / 100.0;
        upstream = 0;
        int seconds = 30;
        loadOfEachSecond(client, seconds, callsASecond);
        // Hops above do not multiply what one has exhausted; each has its own budget for what looked new to it.
        assertThat(upstream).isLessThanOrEqualTo((int) (1.3 * callsASecond * seconds) + 10);
    }
}
