package dev.parley;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Runs independent work at the same time, each branch on a virtual thread, under the current call: its deadline and
 * cancellation reach every branch.
 *
 * <pre>{@code
 * try (Fanout fanout = Fanout.all()) {
 *     Branch<Stock> stock = fanout.required("stock", () -> inventory.checkStock(request));
 *     Branch<Price> price = fanout.required("price", () -> products.getPrice(request));
 *     Branch<Items> more = fanout.optional("suggestions", Duration.ofMillis(300), () -> suggest(request));
 *     fanout.join();
 *     return order(stock.get(), price.get(), more.orElse(Items.EMPTY));
 * }
 * }</pre>
 *
 * <p>{@link #all()}: the first required branch that fails cancels the rest, and {@link #join} throws its failure.
 * {@link #settle()}: every branch runs to its end before {@code join} throws the first required failure. An optional
 * branch may fail or run out of time in both.
 *
 * <p>{@link #close} cancels what still runs and waits for it, at most {@value #CLOSE_GRACE_SECONDS} seconds. What a
 * branch sets on the {@linkplain Call#responseHeaders response metadata} of its call is dropped. The shape is that of
 * the JDK's structured concurrency. Used by the thread that made it.
 */
public final class Fanout implements AutoCloseable {

    static final int CLOSE_GRACE_SECONDS = 5;
    private static final System.Logger LOG = System.getLogger(Fanout.class.getName());

    private final boolean failFast;
    private final List<Branch<?>> branches = new ArrayList<>();
    private final Semaphore changes = new Semaphore(0);
    private boolean joined;

    private Fanout(boolean failFast) {
        this.failFast = failFast;
    }

    /** The first required failure cancels the rest. */
    public static Fanout all() {
        return new Fanout(true);
    }

    /** Every branch is waited for. */
    public static Fanout settle() {
        return new Fanout(false);
    }

    /** Starts {@code task} as a branch without which there is no result. {@code name} stands in errors and logs. */
    public <T> Branch<T> required(String name, Callable<T> task) {
        return fork(name, true, Deadline.NONE, task);
    }

    /** Starts {@code task} as a branch that may fail. */
    public <T> Branch<T> optional(String name, Callable<T> task) {
        return fork(name, false, Deadline.NONE, task);
    }

    /** Starts {@code task} as a branch that may fail, and is cancelled if it is not done {@code within} that time. */
    public <T> Branch<T> optional(String name, Duration within, Callable<T> task) {
        return fork(name, false, Deadline.after(within, timer()), task);
    }

    /** The clock of the call, so that whoever moves that moves the branches' limits with it. */
    private static Timer timer() {
        return Call.find().map(Call::deadline).orElse(Deadline.NONE).timer();
    }

    private <T> Branch<T> fork(String name, boolean required, Deadline limit, Callable<T> task) {
        if (joined) {
            throw new IllegalStateException("branch " + name + " was started after join");
        }
        Branch<T> branch = new Branch<>(name, required, limit, changes);
        branches.add(branch);
        branch.start(Carrier.captureAll(task));
        return branch;
    }

    /**
     * Waits for the branches.
     *
     * @throws CallException the first failure of a required branch; the call's reason if that is cancelled meanwhile
     */
    public void join() {
        joined = true;
        try {
            while (unsettled()) {
                if (failFast && firstFailure().isPresent()) {
                    break;
                }
                changes.acquire(); // each branch ends by its own deadline or the call's
                changes.drainPermits();
            }
        } catch (InterruptedException e) {
            CallException reason = CallException.interrupted(e, "branches " + branches);
            cancelAll(reason);
            throw reason;
        }
        Optional<CallException> failure = firstFailure();
        if (failure.isPresent()) {
            cancelAll(new CallException(
                    Code.CANCELLED, "another branch failed: " + failure.get().message()));
            throw failure.get();
        }
    }

    private boolean unsettled() {
        for (Branch<?> branch : branches) {
            if (!branch.isSettled()) {
                return true;
            }
        }
        return false;
    }

    private Optional<CallException> firstFailure() {
        return branches.stream()
                .filter(Branch::isRequired)
                .flatMap(branch -> branch.failure().stream())
                .findFirst();
    }

    private void cancelAll(CallException reason) {
        branches.forEach(branch -> branch.cancel(reason));
    }

    /** Cancels what still runs and waits for it. */
    @Override
    public void close() {
        cancelAll(new CallException(Code.CANCELLED, "the fan-out was closed"));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_GRACE_SECONDS);
        boolean interrupted = false;
        for (Branch<?> branch : branches) {
            CountDownLatch ended = branch.ended();
            while (ended.getCount() > 0) {
                try {
                    if (!ended.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        LOG.log(System.Logger.Level.WARNING, "branch {0} goes on in spite of its interrupt", branch);
                        break;
                    }
                } catch (InterruptedException e) {
                    interrupted = true; // the caller learns of it; the branches were cancelled before
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
