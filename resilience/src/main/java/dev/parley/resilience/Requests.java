package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.Messages;
import dev.parley.Replay;
import org.jspecify.annotations.Nullable;

/** One request for each attempt, or the replay of a stream of them. */
final class Requests<Q> implements AutoCloseable {

    private final Q request;
    private final @Nullable Replay<?> replay;
    private final boolean repeatable;

    Requests(Retry retry, Call call, Q request) {
        this.request = request;
        this.replay = request instanceof Messages<?> messages ? replay(retry, call, messages) : null;
        this.repeatable = replay != null || retry.classifier.isRepeatable(request);
    }

    private static <T> Replay<T> replay(Retry retry, Call call, Messages<T> messages) {
        RetryPolicy policy = retry.policy;
        return Replay.of(call, messages, policy.replayMessages(), policy.replayBytes(), retry.classifier::bytes);
    }

    @SuppressWarnings("unchecked") // if there is a replay, Q is a stream of its messages
    Q again() {
        return replay == null ? request : (Q) replay.attempt();
    }

    boolean areRepeatable() {
        return repeatable && (replay == null || replay.isPossible());
    }

    @Override
    public void close() {
        if (replay != null) {
            replay.close();
        }
    }
}
