package dev.parley;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One branch of a {@link Fanout}. Its result is there after {@link Fanout#join}. Thread-safe. */
public final class Branch<T> {

    private final String name;
    private final boolean required;
    private final Semaphore changes;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable Result<T>> result = new AtomicReference<>();
    private final CallScope scope;

    private sealed interface Result<T> {}

    private record Done<T>(T value) implements Result<T> {}

    private record Failed<T>(CallException failure) implements Result<T> {}

    Branch(String name, boolean required, Deadline limit, Semaphore changes) {
        this.name = name;
        this.required = required;
        this.changes = changes;
        Optional<Call> parent = Call.find();
        Deadline deadline = parent.map(Call::deadline).orElse(Deadline.NONE).earlier(limit);
        CallScope.Builder builder = CallScope.builder(
                        parent.map(Call::method).orElseGet(() -> Method.unary("fanout", name)))
                .parent(parent.orElse(null))
                .deadline(deadline);
        parent.ifPresent(call ->
                builder.requestHeaders(call.requestHeaders()).peer(call.peer()).shareAttributes());
        this.scope = builder.build();
        if (!limit.isNone()) {
            scope.armDeadline(limit.timer());
        }
        // Not only when the parent is cancelled by its own thread: a branch may be waited for by nobody.
        scope.onCancel(reason -> settle(new Failed<>(reason)));
    }

    void start(Callable<T> task) {
        Thread.ofVirtual().name("parley-fanout-" + name).start(() -> run(task));
    }

    private void run(Callable<T> task) {
        try {
            T value = scope.run((call, request) -> request.call(), task);
            scope.end(Outcome.OK);
            settle(new Done<>(value));
        } catch (Throwable thrown) {
            CallException failure = scope.cancellation().orElseGet(() -> CallException.from(thrown));
            scope.end(Outcome.failed(failure));
            settle(new Failed<>(failure));
        } finally {
            ended.countDown();
        }
    }

    private void settle(Result<T> settled) {
        if (result.compareAndSet(null, settled)) {
            changes.release();
        }
    }

    void cancel(CallException reason) {
        scope.cancel(reason);
    }

    CountDownLatch ended() {
        return ended;
    }

    boolean isRequired() {
        return required;
    }

    boolean isSettled() {
        return result.get() != null;
    }

    /**
     * The result.
     *
     * @throws CallException what the branch failed with
     * @throws IllegalStateException before {@link Fanout#join}
     */
    public T get() {
        return switch (settled()) {
            case Done<T> done -> done.value();
            case Failed<T> failed -> throw failed.failure();
        };
    }

    /** The result, or {@code other} if the branch failed or ran out of time. */
    public T orElse(T other) {
        return failure().isPresent() ? other : get();
    }

    /** What the branch failed with; empty if it succeeded or goes on. */
    public Optional<CallException> failure() {
        return result.get() instanceof Failed<T> failed ? Optional.of(failed.failure()) : Optional.empty();
    }

    private Result<T> settled() {
        Result<T> settled = result.get();
        if (settled == null) {
            throw new IllegalStateException("branch " + name + " is not done; call join() first");
        }
        return settled;
    }

    @Override
    public String toString() {
        return name;
    }
}
