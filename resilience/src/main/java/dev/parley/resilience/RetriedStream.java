package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Messages;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The responses of the first attempt that has a first message, or an end. The first attempt is opened with the call, so
 * that who sends before reading is not kept waiting.
 */
final class RetriedStream<Q, R> implements Messages.Source<Object> {

    private final Retry retry;
    private final Call call;
    private final Requests<Q> requests;
    private final Handler<Q, R> next;
    private final RetryRun run;
    private final AtomicReference<@Nullable CallException> left = new AtomicReference<>();
    private RetryAttempt attempt;
    private volatile @Nullable Messages<?> open;
    private boolean settled;

    private RetriedStream(Retry retry, Call call, Q request, Handler<Q, R> next) {
        this.retry = retry;
        this.call = call;
        this.requests = new Requests<>(retry, call, request);
        this.next = next;
        this.run = new RetryRun(retry, call, call.method().isIdempotent());
        this.attempt = new RetryAttempt(retry, call, 0);
    }

    @SuppressWarnings("unchecked") // a stream of R's messages for a stream of R's messages
    static <Q, R> R open(Retry retry, Call call, Q request, Handler<Q, R> next) throws Exception {
        RetriedStream<Q, R> source = new RetriedStream<>(retry, call, request, next);
        Messages<Object> responses = Messages.pull(source);
        responses.onClose(outcome -> source.requests.close());
        boolean opened = false;
        try {
            source.begin();
            opened = true;
        } finally {
            if (!opened) {
                source.requests.close();
            }
        }
        return (R) responses;
    }

    /** Makes attempts until there is a stream to read. */
    private Messages<?> begin() throws Exception {
        while (true) {
            try {
                Messages<?> stream = (Messages<?>) attempt.run(next, requests.again());
                RetryAttempt current = attempt;
                stream.onClose(current::end);
                open = stream;
                if (left.get() != null) {
                    stream.close();
                }
                return stream;
            } catch (Exception e) {
                again(e);
            } catch (Error e) {
                attempt.lost(CallException.from(e));
                throw e;
            }
        }
    }

    /** Gets ready for the next attempt, or throws what the caller is to see. */
    private void again(Exception thrown) throws Exception {
        CallException failure = attempt.failure(thrown);
        boolean stopped = attempt.isCancelledAlone();
        CallException gone = left.get();
        if (gone != null) {
            attempt.lost(failure);
            throw gone;
        }
        boolean goesOn = run.goesOn(failure, attempt.timedOut(failure), requests.areRepeatable());
        if (!goesOn) {
            attempt.keepMetadata();
        }
        attempt.lost(failure);
        Messages<?> before = open;
        if (before != null) {
            before.close();
        }
        if (!goesOn) {
            throw run.last(stopped ? failure : thrown);
        }
        run.pause(failure);
        gone = left.get();
        if (gone != null) {
            throw gone;
        }
        attempt = new RetryAttempt(retry, call, run.attempts());
    }

    @Override
    public @Nullable Object receive() throws Exception {
        Messages<?> stream = open;
        if (settled && stream != null) {
            return stream.receive();
        }
        while (true) {
            try {
                Object first = first(stream == null ? begin() : stream);
                attempt.answered();
                attempt.keepMetadata();
                settled = true;
                run.succeeded();
                return first;
            } catch (Exception e) {
                open = null; // begun anew below, unless this throws
                again(e);
                stream = null;
            }
        }
    }

    /** In the scope of the attempt, which its time limit interrupts, and which a producer that is started here is under. */
    @SuppressWarnings("NullAway") // null is the end
    private @Nullable Object first(Messages<?> stream) throws Exception {
        return attempt.run((scope, messages) -> messages.receive(), stream);
    }

    @Override
    public void cancel(CallException reason) {
        left.set(reason);
        run.leave();
        Messages<?> stream = open;
        if (stream != null) {
            stream.close();
        }
    }
}
