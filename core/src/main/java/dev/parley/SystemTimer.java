package dev.parley;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * {@link Timer#system()}.
 *
 * <p>Most tasks are deadlines, and most calls end long before theirs. What is due in a while therefore waits aside first, which costs a
 * node of a queue and no lock, and is put among what the executor orders by time only if it is still wanted a moment later.
 */
final class SystemTimer implements Timer {

    static final SystemTimer INSTANCE = new SystemTimer();

    /** How long a task waits aside at most; one that is due before twice that does not. */
    private static final long ASIDE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** So many are looked at in a row, so that who schedules faster than this thread looks does not keep it from what is due. */
    private static final int MOST_AT_ONCE = 10_000;

    private final ScheduledThreadPoolExecutor executor;
    private final ConcurrentLinkedQueue<Aside> aside = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean looking = new AtomicBoolean();

    private SystemTimer() {
        executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("parley-timer").factory());
        // A finished call must not stay in the queue until its deadline.
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        if (delayNanos < 2 * ASIDE_NANOS) {
            ScheduledFuture<?> future = executor.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        }
        Aside added = new Aside(task, System.nanoTime() + delayNanos);
        aside.add(added);
        lookIn(ASIDE_NANOS);
        return added;
    }

    private void lookIn(long nanos) {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            var _ = executor.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        for (int n = 0; n < MOST_AT_ONCE; n++) {
            Aside next = aside.poll();
            if (next == null) {
                looking.set(false);
                if (!aside.isEmpty()) { // who came in between found somebody looking
                    lookIn(ASIDE_NANOS);
                }
                return;
            }
            next.order(executor);
        }
        executor.execute(this::look); // behind what is due by now
    }

    private static final class Aside implements Scheduled {
        private final long dueAt;
        private @Nullable Runnable task; // guarded by this; null once it is ordered or taken back
        private @Nullable ScheduledFuture<?> future; // guarded by this

        Aside(Runnable task, long dueAt) {
            this.task = task;
            this.dueAt = dueAt;
        }

        synchronized void order(ScheduledThreadPoolExecutor executor) {
            if (task != null) {
                future = executor.schedule(task, Math.max(0, dueAt - System.nanoTime()), TimeUnit.NANOSECONDS);
                task = null;
            }
        }

        @Override
        public synchronized void cancel() {
            task = null;
            if (future != null) {
                future.cancel(false);
                future = null;
            }
        }
    }
}
