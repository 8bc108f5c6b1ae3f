package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.RetryAdvice;
import dev.parley.Timer;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many calls run at once, so that a slow service holds no more of its callers than that. The next ones wait in
 * a bounded queue, first come, first served, for a bounded time, which also ends with their deadline and their
 * cancellation. A stream runs until it has ended.
 *
 * <p>Without the interceptor: {@link #tryAcquire} and {@link #release}, which never wait, or {@link #acquire}, which waits
 * without a thread; all share one queue. Thread-safe and lock-free.
 *
 * <p>How a slot changes hands: whoever has ended a call gives its slot back first and then looks into the queue; whoever
 * joins the queue looks for a slot afterwards. So at least one of the two sees the other, and no call waits beside a free
 * slot.
 */
public final class Bulkhead implements Interceptor {

    private static final System.Logger LOG = System.getLogger(Bulkhead.class.getName());

    private final String name;
    private final BulkheadPolicy policy;
    private final Timer timer;
    private final Listeners listeners = new Listeners();
    private final LongAdder refused = new LongAdder();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();

    /**
     * Hears, once, what became of a call that asked to run. It is called on any thread and must not block. A call that
     * {@link #admitted} throws for gives its slot back.
     */
    public interface Admission {
        /** It may run, and holds a slot until {@link Slot#release}. */
        void admitted();

        /** It may not. */
        void refused(RejectedException error);
    }

    /** A call's place, in the queue or among those that run. */
    @FunctionalInterface
    public interface Slot {
        /**
         * Gives the place up, whichever it is: a call that waits leaves the queue and hears nothing more, one that runs
         * makes room for the next. Without effect the second time, or for one that was refused; from any thread.
         */
        void release();
    }

    /** An empty bulkhead on the system's clock. */
    public Bulkhead(String name, BulkheadPolicy policy) {
        this(name, policy, Timer.system());
    }

    /**
     * An empty bulkhead.
     *
     * @param name says in errors and events which one it is, such as {@code payment-service/Charge}; not blank
     */
    public Bulkhead(String name, BulkheadPolicy policy, Timer timer) {
        this.name = Settings.name(name);
        this.policy = Objects.requireNonNull(policy, "policy");
        this.timer = Objects.requireNonNull(timer, "timer");
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        if (!tryAcquire()) {
            await(call);
        }
        R response;
        try {
            response = next.handle(call, request);
        } catch (Throwable thrown) {
            release();
            throw thrown;
        }
        releaseAfter(response);
        return response;
    }

    /**
     * Makes the call once there is room for it, under the current call's deadline and cancellation if there is one.
     *
     * @throws RejectedException if there is no room in time
     * @throws CallException why the current call was cancelled while this one waited
     * @throws Exception what {@code work} throws
     */
    public <T> T call(Callable<T> work) throws Exception {
        if (!tryAcquire()) {
            await(Call.find().orElse(null));
        }
        T response;
        try {
            response = work.call();
        } catch (Throwable thrown) {
            release();
            throw thrown;
        }
        releaseAfter(response);
        return response;
    }

    private void releaseAfter(@Nullable Object response) {
        if (response instanceof Messages<?> stream) {
            stream.onClose(outcome -> release());
        } else {
            release();
        }
    }

    private void await(@Nullable Call call) {
        CompletableFuture<@Nullable CallException> decided = new CompletableFuture<>();
        Slot slot = acquire(call == null ? Deadline.NONE : call.deadline(), new Admission() {
            @Override
            public void admitted() {
                decided.complete(null);
            }

            @Override
            public void refused(RejectedException error) {
                decided.complete(error);
            }
        });
        Call.Registration cancelled = call == null ? () -> {} : call.onCancel(decided::complete);
        CallException error;
        try {
            error = decided.get();
        } catch (InterruptedException e) {
            error = CallException.interrupted(e, "a slot of bulkhead " + name);
        } catch (ExecutionException e) {
            throw new AssertionError("nothing completes it so", e);
        } finally {
            cancelled.remove();
        }
        if (error != null) {
            slot.release(); // it may have been admitted at the same moment
            throw error instanceof RejectedException refused ? Rejections.noted(call, name, refused) : error;
        }
    }

    /**
     * Takes a slot if one is free and nobody waits for it. Never blocks. Who gets true calls {@link #release} once; for who
     * gets false {@link #rejection} is the error.
     */
    public boolean tryAcquire() {
        return waiting.get() == 0 && takeSlot();
    }

    private boolean takeSlot() {
        int seen = running.get();
        while (seen < policy.maxConcurrent()) {
            if (running.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = running.get();
        }
        return false;
    }

    /**
     * Gives back a slot of {@link #tryAcquire}.
     *
     * @throws IllegalStateException if no call runs: it was given back before
     */
    public void release() {
        int seen;
        do {
            seen = running.get();
            if (seen == 0) {
                throw new IllegalStateException("bulkhead " + name + " was given back a slot that nobody had");
            }
        } while (!running.compareAndSet(seen, seen - 1));
        if (waiting.get() > 0) {
            admit();
        }
    }

    /**
     * Asks for a slot without blocking: {@code admission} hears whether the call may run, which may be before this method
     * returns. Who may not run at once waits for {@link BulkheadPolicy#maxWait}, and no longer than {@code deadline}.
     *
     * @return to be released when the call has ended, however it ended; releasing is also how a call stops waiting
     */
    public Slot acquire(Deadline deadline, Admission admission) {
        Entry entry = new Entry(admission);
        if (tryAcquire()) {
            entry.admit();
            return entry;
        }
        long longest = policy.maxWait().toNanos();
        long remaining = deadline.remainingNanos();
        if (Math.min(longest, remaining) <= 0 || !takeSeat()) {
            refused.increment();
            entry.refuse(error(""));
            return entry;
        }
        entry.waitFor(Math.min(longest, remaining), remaining < longest ? "its deadline" : "maxWait");
        admit();
        return entry;
    }

    private boolean takeSeat() {
        int seen = waiting.get();
        while (seen < policy.maxWaiting()) {
            if (waiting.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = waiting.get();
        }
        return false;
    }

    /** Lets run who waits, as long as there is room. */
    private void admit() {
        while (!queue.isEmpty() && takeSlot()) {
            Entry next = queue.poll();
            while (next != null && !next.leaveQueue(Entry.RUNNING)) {
                next = queue.poll(); // that one has just given up
            }
            if (next == null) {
                running.decrementAndGet(); // and look again: somebody may have come and found no room because of this
            } else {
                next.tellAdmitted();
            }
        }
    }

    /** The error of a call that {@link #tryAcquire} found no slot for, which the listeners are told of. */
    public RejectedException rejection() {
        refused.increment();
        return told(error(""));
    }

    private RejectedException told(RejectedException error) {
        if (listeners.any()) {
            listeners.tell(new ResilienceEvent.Rejected(name, error));
        }
        return error;
    }

    private RejectedException error(String waited) {
        return new RejectedException(
                RejectedException.Reason.BULKHEAD_FULL,
                Code.RESOURCE_EXHAUSTED,
                "bulkhead " + name + " is full: " + running.get() + " calls run (maxConcurrent "
                        + policy.maxConcurrent() + ") and " + waiting.get() + " wait (maxWaiting "
                        + policy.maxWaiting() + ", maxWait " + policy.maxWait() + ')' + waited
                        + "; repeat when some have ended",
                RetryAdvice.SAFE);
    }

    /** Hears of refusals from now on. */
    public Call.Registration listen(ResilienceListener listener) {
        return listeners.add(listener);
    }

    /** What it is like now. Counts who waits, so it takes longer the more these are. */
    public BulkheadSnapshot snapshot() {
        // Not the seats that are taken: a call is in line once it is in the queue.
        return new BulkheadSnapshot(
                name, running.get(), queue.size(), policy.maxConcurrent(), policy.maxWaiting(), refused.sum());
    }

    @Override
    public String toString() {
        return "bulkhead " + name + " (" + running.get() + " of " + policy.maxConcurrent() + " run)";
    }

    /** A call with a place. Its state changes from WAITING to RUNNING to OVER, or at once to OVER. */
    private final class Entry implements Slot {
        static final int WAITING = 0;
        static final int RUNNING = 1;
        static final int OVER = 2;

        private final Admission admission;
        private final AtomicInteger state = new AtomicInteger(WAITING);
        private Timer.@Nullable Scheduled end; // written before the queue shows this to anybody

        Entry(Admission admission) {
            this.admission = admission;
        }

        void waitFor(long nanos, String limit) {
            end = timer.schedule(nanos, () -> giveUp(Duration.ofNanos(nanos), limit));
            queue.add(this);
            if (state.get() == OVER) {
                queue.remove(this); // gave up before it was there to be removed
            }
        }

        void admit() {
            state.set(RUNNING);
            tellAdmitted();
        }

        void refuse(RejectedException error) {
            state.set(OVER);
            admission.refused(told(error));
        }

        /** For one of those who want to; the place in the queue is free then. */
        boolean leaveQueue(int next) {
            if (!state.compareAndSet(WAITING, next)) {
                return false;
            }
            waiting.decrementAndGet();
            Timer.Scheduled scheduled = end;
            if (scheduled != null) {
                scheduled.cancel();
            }
            return true;
        }

        /** On the thread of a call that made room, which must not fail for what this one does. */
        void tellAdmitted() {
            try {
                admission.admitted();
            } catch (RuntimeException | Error thrown) {
                LOG.log(System.Logger.Level.WARNING, () -> "a call that " + name + " admitted failed to start", thrown);
                release(); // nobody else would
            }
        }

        private void giveUp(Duration waited, String limit) {
            if (state.get() == WAITING) {
                RejectedException error = error("; this one waited for " + waited + ", until " + limit);
                if (leaveQueue(OVER)) {
                    queue.remove(this);
                    refused.increment();
                    admission.refused(told(error));
                }
            }
        }

        @Override
        public void release() {
            if (leaveQueue(OVER)) {
                queue.remove(this);
            } else if (state.compareAndSet(RUNNING, OVER)) {
                Bulkhead.this.release();
            }
        }
    }
}
