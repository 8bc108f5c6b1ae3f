package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Answers calls that failed with something that is better than nothing: a default, an older answer, one from elsewhere.
 *
 * <p>It answers failures with one of {@link FallbackPolicy#codes}, but never the {@code CANCELLED} of the call itself, whose
 * caller has left. A stream of responses can be answered until its first message has come; what it fails with after that
 * goes to the reader. A fallback that fails itself is what the caller sees, with the first failure suppressed in it.
 *
 * <pre>{@code
 * Fallback<Items> fallback =
 *         new Fallback<>("suggestions", FallbackPolicy.defaults(), (call, error) -> Items.EMPTY);
 * Items items = fallback.call(() -> recommendations.suggest(request));
 * }</pre>
 *
 * <p>Nothing is allocated for a call that succeeds, except for a stream's. Immutable but for its listeners and counters;
 * thread-safe.
 *
 * @param <R> the response, or {@code Messages} of it
 */
public final class Fallback<R> {

    private final String name;
    private final FallbackPolicy policy;
    private final Source<? extends R> source;
    private final Classifier classifier;
    private final Listeners listeners = new Listeners();
    private final LongAdder used = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /**
     * Where answers come from.
     *
     * @param <R> the response
     */
    @FunctionalInterface
    public interface Source<R> {
        /** The answer in place of {@code error}, on the thread that makes {@code call}; it may block, and fail. */
        R answer(Call call, CallException error) throws Exception;
    }

    /** A fallback named {@code name} in events. */
    public Fallback(String name, FallbackPolicy policy, Source<? extends R> source) {
        this(name, policy, source, Classifier.EXCEPTIONS);
    }

    /** As {@link #Fallback(String, FallbackPolicy, Source)}, for responses of which {@code classifier} knows failures. */
    public Fallback(String name, FallbackPolicy policy, Source<? extends R> source, Classifier classifier) {
        this.name = Settings.name(name);
        this.policy = Objects.requireNonNull(policy, "policy");
        this.source = Objects.requireNonNull(source, "source");
        this.classifier = Objects.requireNonNull(classifier, "classifier");
    }

    /** Adds a listener; it hears of {@code FallbackUsed}. */
    public Call.Registration listen(ResilienceListener listener) {
        return listeners.add(listener);
    }

    /** What was done so far. */
    public Snapshot snapshot() {
        return new Snapshot(name, used.sum(), failed.sum());
    }

    /**
     * What a fallback has done.
     *
     * @param policy its name
     * @param used failures that it answered
     * @param failed failures that it tried to answer, and failed
     */
    public record Snapshot(String policy, long used, long failed) {}

    /** {@code handler} with this fallback behind it. */
    public <Q> Handler<Q, R> before(Handler<Q, R> handler) {
        return (call, request) -> handle(call, request, handler);
    }

    /**
     * Runs {@code task}. Its call is the {@linkplain Call#current() current} one, or one made up if there is none.
     *
     * @throws Exception what {@code task} threw, if that is not for this fallback to answer; what the fallback threw
     */
    public R call(Callable<R> task) throws Exception {
        R response;
        CallException failure;
        try {
            response = task.call();
            failure = classifier.failure(response);
            if (failure == null) {
                return response;
            }
        } catch (Exception e) {
            return answerOrThrow(current(), failure(Call.find().orElse(null), e), e);
        }
        return inPlaceOf(current(), response, failure);
    }

    private Call current() {
        return Call.find()
                .orElseGet(
                        () -> CallScope.builder(Method.unary("fallback", name)).build());
    }

    /**
     * This fallback for chains of interceptors, which are the same for all methods: it must stand in front of methods
     * that answer with {@code R} only (a chain's method filter), because nothing checks that. In front of another one its
     * caller gets a {@link ClassCastException} as soon as it looks at the answer.
     */
    public Interceptor asInterceptor() {
        return new Interceptor() {
            @Override
            @SuppressWarnings("unchecked") // as it says above
            public <Q, S> S intercept(Call call, Q request, Handler<Q, S> next) throws Exception {
                return (S) handle(call, request, (Handler<Q, R>) next);
            }
        };
    }

    private <Q> R handle(Call call, Q request, Handler<Q, R> next) throws Exception {
        R response;
        CallException failure;
        try {
            response = next.handle(call, request);
            failure = classifier.failure(response);
        } catch (Exception e) {
            return answerOrThrow(call, failure(call, e), e);
        }
        if (failure != null) {
            return inPlaceOf(call, response, failure);
        }
        return response instanceof Messages<?> stream ? followed(call, stream) : response;
    }

    private static CallException failure(@Nullable Call call, Exception thrown) {
        return call == null ? CallException.from(thrown) : RetryRun.failure(call, thrown);
    }

    private R inPlaceOf(Call call, R response, CallException failure) throws Exception {
        if (!isAnswered(call, failure)) {
            return response;
        }
        classifier.discard(response);
        return answer(call, failure);
    }

    private R answerOrThrow(Call call, CallException failure, Exception thrown) throws Exception {
        if (!isAnswered(call, failure)) {
            throw thrown;
        }
        return answer(call, failure);
    }

    private boolean isAnswered(Call call, CallException failure) {
        return policy.codes().contains(failure.code())
                && call.cancellation()
                        .filter(reason -> reason.code() == Code.CANCELLED)
                        .isEmpty();
    }

    @SuppressWarnings("ReferenceEquality") // an exception cannot be suppressed in itself
    private R answer(Call call, CallException failure) throws Exception {
        R answer;
        try {
            answer = source.answer(call, failure);
        } catch (Exception | Error e) {
            failed.increment();
            if (e != failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
        used.increment();
        if (listeners.any()) {
            listeners.tell(new ResilienceEvent.FallbackUsed(name, failure));
        }
        return answer;
    }

    @SuppressWarnings("unchecked") // if R is a stream, the fallback's is one of the same messages
    private R followed(Call call, Messages<?> stream) {
        return (R) Messages.<Object>pull(new Followed(call, stream));
    }

    /** A stream, until its first message or its end has come; the fallback's, if it fails before. */
    private final class Followed implements Messages.Source<Object> {
        private final Call call;
        private volatile Messages<?> open;
        private volatile boolean left;
        private boolean begun;

        Followed(Call call, Messages<?> stream) {
            this.call = call;
            this.open = stream;
        }

        @Override
        public @Nullable Object receive() throws Exception {
            if (begun) {
                return open.receive();
            }
            begun = true;
            try {
                return open.receive();
            } catch (CallException e) {
                if (left) {
                    throw e;
                }
                Messages<?> instead = (Messages<?>) answerOrThrow(call, e, e);
                open = java.util.Objects.requireNonNull(instead);
                if (left) {
                    instead.close();
                }
                return instead.receive();
            }
        }

        @Override
        public void cancel(CallException reason) {
            left = true;
            open.close();
        }
    }
}
