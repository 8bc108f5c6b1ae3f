package dev.parley.resilience;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Interceptor;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.resilience.spec.Lane;
import dev.parley.resilience.spec.Until;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Each call on a virtual thread of its own, through a policy around a handler or around a callable. */
final class ThreadLane implements Lane {

    private final Way way;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    private sealed interface End {}

    private record Good() implements End {}

    private record Bad(Throwable error) implements End {}

    /** How a policy is put around work. */
    @FunctionalInterface
    interface Way {
        <T> T through(CallScope call, Callable<T> work) throws Exception;
    }

    /** What a policy's {@code call} is. */
    @FunctionalInterface
    interface AroundCallable {
        <T> T call(Callable<T> work) throws Exception;
    }

    private ThreadLane(Way way) {
        this.way = way;
    }

    static ThreadLane of(Interceptor policy) {
        return new ThreadLane(new Way() {
            @Override
            public <T> T through(CallScope call, Callable<T> work) throws Exception {
                return call.run((c, request) -> policy.intercept(c, request, (inner, again) -> again.call()), work);
            }
        });
    }

    static ThreadLane ofCallable(AroundCallable policy) {
        return new ThreadLane(new Way() {
            @Override
            public <T> T through(CallScope call, Callable<T> work) throws Exception {
                return call.run((c, request) -> policy.call(request), work);
            }
        });
    }

    @Override
    public Call start(String method) {
        return start(method, Deadline.NONE);
    }

    Call start(String method, Deadline deadline) {
        Call call = new Call(method, deadline);
        calls.add(call);
        call.begin();
        return call;
    }

    @Override
    public void close() {
        calls.forEach(call -> call.scope.cancel(new CallException(Code.CANCELLED, "the test is over")));
        calls.forEach(Call::awaitEnd);
    }

    final class Call implements Started {
        final CallScope scope;
        private final CompletableFuture<String> answer = new CompletableFuture<>();
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch reachedOrOver = new CountDownLatch(1);
        private final CompletableFuture<End> over = new CompletableFuture<>();

        private Call(String method, Deadline deadline) {
            this.scope = CallScope.builder(Method.unary("spec.Service", method))
                    .deadline(deadline)
                    .build();
        }

        private void begin() {
            Thread.ofVirtual().name("spec-call").start(() -> {
                try {
                    way.through(scope, this::handle);
                    scope.end(Outcome.OK);
                    over.complete(new Good());
                } catch (Throwable thrown) {
                    over.complete(new Bad(thrown));
                } finally {
                    reachedOrOver.countDown();
                }
            });
        }

        private String handle() throws Exception {
            reached.countDown();
            reachedOrOver.countDown();
            try {
                return answer.get();
            } catch (ExecutionException e) {
                throw (CallException) e.getCause();
            } catch (InterruptedException e) {
                throw CallException.interrupted(e, "the test");
            }
        }

        @Override
        public void awaitHandler() {
            await(reachedOrOver);
            if (!reached()) {
                throw new AssertionError("expected the handler to have the call, but it ended: " + awaitEnd());
            }
        }

        @Override
        public Refusal awaitRefusal() {
            await(reachedOrOver);
            if (reached()) {
                throw new AssertionError("expected the call to be refused, but the handler has it");
            }
            return switch (awaitEnd()) {
                case Bad(RejectedException rejected) -> new Refusal(rejected.code(), rejected.message());
                case Bad(Throwable other) -> throw new AssertionError("expected a RejectedException", other);
                case Good good -> throw new AssertionError("the call was answered without its handler");
            };
        }

        @Override
        public Refusal awaitError() {
            return switch (awaitEnd()) {
                case Bad(CallException error) -> new Refusal(error.code(), error.message());
                case Bad(Throwable other) -> throw new AssertionError("expected a CallException", other);
                case Good good -> throw new AssertionError("the call went well");
            };
        }

        @Override
        public boolean reached() {
            return reached.getCount() == 0;
        }

        @Override
        public void succeed() {
            answer.complete("done");
            awaitEnd();
        }

        @Override
        public void fail(Code code) {
            failHere(new CallException(
                    code,
                    "so the test says",
                    null,
                    List.of(),
                    new Metadata(),
                    CallException.Origin.REMOTE,
                    RetryAdvice.UNSTATED));
        }

        @Override
        public void reject() {
            failHere(new Bulkhead("inner", BulkheadPolicy.defaults()).rejection());
        }

        void failHere(CallException error) {
            answer.completeExceptionally(error);
            awaitEnd();
        }

        @Override
        public void cancel() {
            scope.cancel(new CallException(Code.CANCELLED, "the caller left"));
            awaitEnd();
        }

        private End awaitEnd() {
            try {
                return over.get(Until.patience().toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("the call did not end", e);
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                if (!latch.await(Until.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("the call neither reached its handler nor ended");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
