package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SystemTimerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Timer timer = Timer.system();

    @Test
    void nothingIsEarlyAndAllIsRun() throws Exception {
        List<Long> delays = List.of(-5L, 0L, 1L, 50L, 199L, 200L, 201L, 350L, 600L);
        CountDownLatch all = new CountDownLatch(delays.size());
        ConcurrentLinkedQueue<String> early = new ConcurrentLinkedQueue<>();
        for (long millis : delays) {
            long begin = timer.nanoTime();
            var _ = timer.schedule(TimeUnit.MILLISECONDS.toNanos(millis), () -> {
                long after = timer.nanoTime() - begin;
                if (after < TimeUnit.MILLISECONDS.toNanos(millis)) {
                    early.add(millis + " ms after " + after + " ns");
                }
                all.countDown();
            });
        }
        assertThat(all.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(early).isEmpty();
    }

    /** From many threads, some taken back at once, some when they are ordered already: the others run once each. */
    @Test
    void whatIsTakenBackDoesNotRunAndTheOthersDoOnce() throws Exception {
        int threads = 8;
        int each = 5_000;
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch left = new CountDownLatch(threads * each / 5);
        ConcurrentLinkedQueue<Timer.Scheduled> late = new ConcurrentLinkedQueue<>();
        List<Thread> all = new ArrayList<>();
        for (int n = 0; n < threads; n++) {
            all.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    if (i % 5 == 0) {
                        var _ = timer.schedule(TimeUnit.MILLISECONDS.toNanos(300), () -> {
                            ran.incrementAndGet();
                            left.countDown();
                        });
                    } else {
                        Timer.Scheduled back =
                                timer.schedule(Duration.ofHours(1).toNanos(), wrong::incrementAndGet);
                        if (i % 2 == 0) {
                            back.cancel();
                            back.cancel();
                        } else {
                            late.add(back);
                        }
                    }
                }
            }));
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        late.forEach(Timer.Scheduled::cancel); // ordered by now
        CountDownLatch behind = new CountDownLatch(1);
        var _ = timer.schedule(TimeUnit.MILLISECONDS.toNanos(400), behind::countDown);
        assertThat(behind.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasValue(threads * each / 5);
        assertThat(wrong).hasValue(0);
    }

    /** More than it looks at in a row, again and again, does not keep it from what is due. */
    @Test
    void underAFloodOfDeadlinesOthersAreOnTime() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> flood = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            flood.add(Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    timer.schedule(Duration.ofHours(1).toNanos(), () -> {}).cancel();
                }
            }));
        }
        try {
            Thread.sleep(2000); // what falls behind does so for as long as it lasts
            CountDownLatch due = new CountDownLatch(1);
            long begin = System.nanoTime();
            var _ = timer.schedule(TimeUnit.MILLISECONDS.toNanos(300), due::countDown);
            assertThat(due.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        } finally {
            over.set(true);
            for (Thread thread : flood) {
                thread.join();
            }
        }
    }

    /** Whatever it holds on to is free at once, not at its time. */
    @Test
    void whatIsTakenBackIsNotKept() throws Exception {
        WeakReference<byte[]> kept = scheduledAndTakenBack();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (kept.get() != null) {
            assertThat(System.nanoTime()).as("it is still held").isLessThan(until);
            System.gc();
            Thread.sleep(10);
        }
    }

    private WeakReference<byte[]> scheduledAndTakenBack() {
        byte[] large = new byte[1 << 20];
        Timer.Scheduled scheduled = timer.schedule(Duration.ofHours(1).toNanos(), () -> large[0]++);
        scheduled.cancel();
        return new WeakReference<>(large);
    }
}
