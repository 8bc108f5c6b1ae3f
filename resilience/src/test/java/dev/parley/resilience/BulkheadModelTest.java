package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Deadline;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** The lock-free bulkhead against a counter and a queue. */
class BulkheadModelTest {

    private static final int WAIT = 100; // milliseconds

    private static final class Caller implements Bulkhead.Admission {
        int admitted;
        int refused;
        long since;
        Bulkhead.@Nullable Slot slot;

        @Override
        public void admitted() {
            admitted++;
        }

        @Override
        public void refused(RejectedException error) {
            refused++;
        }

        void release() {
            Bulkhead.Slot held = slot;
            assertThat(held).isNotNull();
            if (held != null) {
                held.release();
                held.release(); // without effect
            }
        }
    }

    @Property
    void doesWhatACounterAndAQueueDo(
            @ForAll @IntRange(min = 1, max = 3) int limit,
            @ForAll @IntRange(min = 0, max = 3) int seats,
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 9_999) Integer> steps) {
        FakeTimer timer = new FakeTimer();
        Bulkhead bulkhead = new Bulkhead("model", new BulkheadPolicy(limit, seats, Duration.ofMillis(WAIT)), timer);
        List<Caller> running = new ArrayList<>();
        Deque<Caller> waiting = new ArrayDeque<>();
        List<Caller> all = new ArrayList<>();
        int plain = 0; // slots of tryAcquire
        int refused = 0;
        long now = 0;
        for (int step : steps) {
            int with = step / 10;
            switch (step % 10) {
                case 0, 1, 2, 3 -> {
                    Caller caller = new Caller();
                    caller.since = now;
                    all.add(caller);
                    caller.slot = bulkhead.acquire(Deadline.NONE, caller);
                    if (running.size() + plain < limit && waiting.isEmpty()) {
                        running.add(caller);
                    } else if (waiting.size() < seats) {
                        waiting.add(caller);
                    } else {
                        refused++;
                        assertThat(caller.refused).isEqualTo(1);
                        caller.release(); // without effect
                    }
                }
                case 4 -> {
                    boolean room = running.size() + plain < limit && waiting.isEmpty();
                    assertThat(bulkhead.tryAcquire()).isEqualTo(room);
                    plain += room ? 1 : 0;
                }
                case 5, 6 -> {
                    if (!running.isEmpty()) {
                        running.remove(with % running.size()).release();
                        admit(running, waiting, limit - plain);
                    } else if (plain > 0) {
                        bulkhead.release();
                        plain--;
                        admit(running, waiting, limit - plain);
                    }
                }
                case 7, 8 -> {
                    if (!waiting.isEmpty()) {
                        Caller leaving = new ArrayList<>(waiting).get(with % waiting.size());
                        waiting.remove(leaving);
                        leaving.release();
                    }
                }
                default -> {
                    int millis = with % 60;
                    timer.advance(Duration.ofMillis(millis));
                    now += millis;
                    while (!waiting.isEmpty() && now - waiting.element().since >= WAIT) {
                        assertThat(waiting.remove().refused).isEqualTo(1);
                        refused++;
                    }
                }
            }
            assertThat(bulkhead.snapshot())
                    .isEqualTo(new BulkheadSnapshot(
                            "model", running.size() + plain, waiting.size(), limit, seats, refused));
            assertThat(running).allMatch(caller -> caller.admitted == 1 && caller.refused == 0);
            assertThat(waiting).allMatch(caller -> caller.admitted == 0 && caller.refused == 0);
            assertThat(all).allMatch(caller -> caller.admitted + caller.refused <= 1);
            assertThat(timer.waiting()).isEqualTo(waiting.size());
        }
    }

    private static void admit(List<Caller> running, Deque<Caller> waiting, int limit) {
        while (running.size() < limit && !waiting.isEmpty()) {
            running.add(waiting.remove());
        }
    }
}
