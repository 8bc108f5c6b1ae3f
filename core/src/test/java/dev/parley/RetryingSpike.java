package dev.parley;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A spike of what the retry policy will do, to find out whether the core has what it needs: a child call for each
 * attempt, a bounded replay of the requests, the response metadata of lost attempts dropped, and a stream of responses
 * tried again only before its first message. Without back-off and budget.
 */
record RetryingSpike(int attempts, int buffer) implements Interceptor {

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        return call.method().kind().serverStreams()
                ? streaming(call, new Requests<>(call, request, buffer), next)
                : single(call, new Requests<>(call, request, buffer), next);
    }

    private <Q, R> R single(Call call, Requests<Q> requests, Handler<Q, R> next) throws Exception {
        try (requests) {
            for (int attempt = 1; ; attempt++) {
                CallScope child = CallScope.child(call);
                try {
                    R response = child.run(next, requests.again());
                    child.keepMetadata();
                    child.end(Outcome.OK);
                    return response;
                } catch (Exception e) {
                    CallException error = CallException.from(e);
                    child.end(Outcome.failed(error));
                    if (!mayRepeat(call, error, requests, attempt)) {
                        throw error;
                    }
                }
            }
        }
    }

    @SuppressWarnings("unchecked") // a stream of R's messages for a stream of R's messages
    private <Q, R> R streaming(Call call, Requests<Q> requests, Handler<Q, R> next) {
        Messages<Object> responses = Messages.pull(new Attempts<>(this, call, requests, next));
        return (R) responses.onClose(outcome -> requests.close());
    }

    private boolean mayRepeat(Call call, CallException error, Requests<?> requests, int attempt) {
        return attempt < attempts
                && error.code() == Code.UNAVAILABLE
                && !error.retryAdvice().equals(RetryAdvice.NEVER)
                && call.cancellation().isEmpty()
                && requests.canRepeat();
    }

    /** One request for every attempt, or the replay of a stream of them. */
    private static final class Requests<Q> implements AutoCloseable {
        private final Q request;
        private final @Nullable Replay<?> replay;

        Requests(Call call, Q request, int buffer) {
            this.request = request;
            this.replay = request instanceof Messages<?> messages ? Replay.of(call, messages, buffer) : null;
        }

        @SuppressWarnings("unchecked") // if there is a replay, Q is a stream of its messages
        Q again() {
            return replay == null ? request : (Q) replay.attempt();
        }

        boolean canRepeat() {
            return replay == null || replay.isPossible();
        }

        @Override
        public void close() {
            if (replay != null) {
                replay.close();
            }
        }
    }

    /** The responses of the first attempt that has a first message, or an end. */
    private static final class Attempts<Q, R> implements Messages.Source<Object> {
        private final RetryingSpike policy;
        private final Call call;
        private final Requests<Q> requests;
        private final Handler<Q, R> next;
        private final AtomicBoolean left = new AtomicBoolean();
        private volatile @Nullable Messages<?> current;
        private boolean settled;

        Attempts(RetryingSpike policy, Call call, Requests<Q> requests, Handler<Q, R> next) {
            this.policy = policy;
            this.call = call;
            this.requests = requests;
            this.next = next;
        }

        @Override
        public @Nullable Object receive() throws Exception {
            Messages<?> open = current;
            if (settled && open != null) {
                return open.receive();
            }
            for (int attempt = 1; ; attempt++) {
                CallScope child = CallScope.child(call);
                try {
                    Object first = open(child).receive();
                    child.keepMetadata();
                    settled = true;
                    return first;
                } catch (Exception e) {
                    CallException error = CallException.from(e);
                    child.end(Outcome.failed(error)); // if its stream has not
                    if (left.get() || !policy.mayRepeat(call, error, requests, attempt)) {
                        throw error;
                    }
                }
            }
        }

        private Messages<?> open(CallScope child) throws Exception {
            Messages<?> stream = (Messages<?>) child.run(next, requests.again());
            stream.onClose(child::end);
            current = stream;
            if (left.get()) {
                stream.close();
            }
            return stream;
        }

        @Override
        public void cancel(CallException reason) {
            left.set(true);
            Messages<?> open = current;
            if (open != null) {
                open.close();
            }
        }
    }
}
