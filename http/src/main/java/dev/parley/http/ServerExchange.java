package dev.parley.http;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on a server: made and written on the connection's event loop, answered on a virtual
 * thread. The protocols differ in the write methods only, all of which run on the loop.
 */
abstract class ServerExchange implements Answer, Runnable {

    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    final ServerContext server;
    final LoopQueue queue;
    final SendWindow window = new SendWindow();
    private final EventLoop loop;
    private final HttpRequest request;
    private final ReceivedBody body;
    private final CallScope scope;
    private @Nullable ScheduledFuture<?> deadlineTask;
    private boolean headSubmitted;
    // A streamed response that a handler on the event loop returned: a virtual thread drains it.
    private @Nullable HttpResponse handedOver;

    // On the loop.
    private boolean ended;
    private volatile long lastActivity = System.nanoTime();
    // The filters that this exchange came through, if there are any.
    private @Nullable FilteredExchange filtered;

    ServerExchange(ServerContext server, EventLoop loop, HttpRequest request, Peer peer, Deadline most) {
        this.server = server;
        this.loop = loop;
        this.queue = LoopQueue.of(loop);
        this.request = request;
        this.body = (ReceivedBody) request.body();
        Deadline deadline = most;
        CallException refused = null;
        try {
            Optional<Duration> timeout = server.timeout().apply(request);
            if (timeout.isPresent()) {
                deadline = most.earlier(Deadline.after(timeout.get()));
            }
        } catch (RuntimeException e) {
            refused = failure(e); // the answer to this request alone; the connection has others
        }
        this.scope = CallScope.builder(ServerContext.method(request.method()))
                .requestHeaders(request.headers())
                .deadline(deadline)
                .peer(peer)
                .received()
                .build();
        peer.certificate().ifPresent(verified -> scope.principal(verified.getSubjectX500Principal()));
        if (refused != null) {
            scope.cancel(refused);
        }
    }

    /** Writes status, headers and, if {@code end}, the end. */
    abstract void writeHead(HttpResponse response, boolean end);

    /** Writes bytes of the body; {@link SendWindow#release} once they are out. */
    abstract void writeData(byte[] bytes);

    /** Writes head, body and end in one go. */
    abstract void writeWhole(HttpResponse response, byte[] bytes, Metadata trailers);

    /** Writes the end. */
    abstract void writeEnd(Metadata trailers);

    /** Breaks the response off so that the client sees that it is not whole. */
    abstract void writeAbort(CallException reason);

    /** Answers 101 and makes the connection over. */
    abstract void writeUpgrade(Metadata headers, Takeover takeover);

    /** The exchange is over on the loop: nothing is written after this. */
    abstract void closed();

    ReceivedBody body() {
        return body;
    }

    /** It came through filters, which are told of its response and its end. */
    final void filtered(FilteredExchange by) {
        filtered = by;
    }

    @Override
    public final void touched(long nanos) {
        lastActivity = nanos;
    }

    @Override
    public final long lastActivity() {
        return lastActivity;
    }

    @Override
    public boolean data(ByteBuf data) {
        return offer(data);
    }

    /** Bytes of the body, the caller's, that were counted already. */
    final boolean offer(ByteBuf data) {
        byte[] bytes = new byte[data.readableBytes()];
        data.readBytes(bytes);
        FilteredExchange by = filtered;
        if (by != null) {
            by.receivedBytes(bytes.length);
        }
        return body.offer(bytes);
    }

    @Override
    public final void end(Fields trailers) {
        body.end(trailers.metadata());
    }

    @Override
    public final void bodyFailed(CallException reason) {
        body.fail(reason);
    }

    @Override
    public final boolean isBodyEnded() {
        return body.isEnded();
    }

    @Override
    public final void start() {
        if (ended) {
            return; // gone before its turn came
        }
        server.active().incrementAndGet();
        long nanos = scope.deadline().remainingNanos();
        if (nanos != Long.MAX_VALUE) {
            deadlineTask = loop.schedule(this::deadlinePassed, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        }
        if (server.dispatch() == Dispatch.EVENT_LOOP && body.isEnded()) {
            run();
        } else {
            queue.starter().start(server.threads(), this);
        }
    }

    private void deadlinePassed() {
        scope.cancel(scope.deadlineExceeded());
    }

    @Override
    public final boolean isFinished() {
        return ended;
    }

    @Override
    public final void gone(CallException reason) {
        scope.cancel(reason);
        body.fail(reason);
        window.fail(reason);
        finish(Outcome.failed(reason));
    }

    @Override
    public final boolean cancel(CallException reason) {
        boolean first = scope.cancel(reason);
        body.fail(reason);
        return first;
    }

    @Override
    public void run() {
        Outcome outcome = Outcome.OK;
        try {
            scope.run(this::answer, request);
        } catch (Throwable thrown) {
            outcome = Outcome.failed(answerError(thrown));
        }
        HttpResponse streamed = handedOver;
        if (streamed == null) {
            complete(outcome);
        } else {
            // Only here: the scope is one thread's at a time.
            server.threads().newThread(() -> drainElsewhere(streamed)).start();
        }
    }

    private void complete(Outcome outcome) {
        body.close();
        scope.end(outcome);
        server.active().decrementAndGet();
    }

    private Outcome answer(Call call, HttpRequest received) throws Exception {
        HttpResponse response = server.handler().handle(call, received);
        if (response.body() instanceof Body.Bytes bytes) {
            submitHead(() -> whole(response, bytes.bytes, bytes.trailers()), true);
        } else if (loop.inEventLoop()) {
            handedOver = response;
        } else {
            drain(response);
        }
        return Outcome.OK;
    }

    private void drainElsewhere(HttpResponse response) {
        Outcome outcome = Outcome.OK;
        try {
            scope.run(
                    (call, body) -> {
                        drain(body);
                        return Outcome.OK;
                    },
                    response);
        } catch (Throwable thrown) {
            outcome = Outcome.failed(answerError(thrown));
        }
        complete(outcome);
    }

    private void drain(HttpResponse response) throws Exception {
        Body streamed = response.body();
        if (streamed instanceof Body.Upgrade upgrade) {
            takeOver(response, upgrade.takeover);
            return;
        }
        try {
            if (request.method().equals("HEAD") || isBodiless(response)) {
                submitHead(() -> head(response, true), true);
                return;
            }
            if (!response.headWithBody()) {
                submitHead(() -> head(response, false), false);
            }
            OutgoingChunks outgoing = new OutgoingChunks();
            Runnable write = () -> chunks(outgoing);
            streamed.chunks().drain(chunk -> {
                if (chunk.length == 0) {
                    return; // HTTP/2 peers take a run of empty frames for an attack
                }
                window.acquire(chunk.length);
                boolean untold = outgoing.add(chunk);
                if (!headSubmitted) {
                    submitHead(
                            () -> {
                                head(response, false);
                                chunks(outgoing);
                            },
                            false);
                } else if (untold) {
                    queue.submit(write);
                }
            });
            Metadata trailers = streamed.trailers();
            if (headSubmitted) {
                submit(() -> writeEnd(trailers), true);
            } else {
                submitHead(() -> whole(response, new byte[0], trailers), true);
            }
        } finally {
            streamed.close();
        }
    }

    private void takeOver(HttpResponse response, Takeover takeover) throws Exception {
        submitHead(() -> writeUpgrade(response.headers(), takeover), false);
        takeover.run();
        submit(() -> {}, true);
    }

    static boolean isBodiless(HttpResponse response) {
        return response.status() == 204 || response.status() == 304;
    }

    private void chunks(OutgoingChunks outgoing) {
        lastActivity = System.nanoTime();
        for (byte[] bytes = outgoing.next(); bytes != null; bytes = outgoing.next()) {
            chunk(bytes);
        }
    }

    private void chunk(byte[] chunk) {
        if (ended) {
            window.release(chunk.length);
        } else {
            FilteredExchange by = filtered;
            if (by != null) {
                by.sentBytes(chunk.length);
            }
            writeData(chunk);
        }
    }

    private void head(HttpResponse response, boolean end) {
        FilteredExchange by = filtered;
        if (by == null) {
            writeHead(response, end);
            return;
        }
        HttpResponse passed = by.passed(response);
        if (passed.body() instanceof Body.Bytes bytes) {
            // A filter replied instead: nobody waits for what the handler still sends.
            window.fail(new CallException(Code.CANCELLED, "a filter has answered instead of the handler"));
            writeFiltered(by, passed, bytes.bytes, bytes.trailers());
            finish(Outcome.OK);
        } else {
            writeHead(passed, end);
        }
    }

    private void whole(HttpResponse response, byte[] bytes, Metadata trailers) {
        FilteredExchange by = filtered;
        if (by == null) {
            writeWhole(response, bytes, trailers);
            return;
        }
        HttpResponse passed = by.passed(response);
        if (passed.body() == response.body()) {
            writeFiltered(by, passed, bytes, trailers);
        } else {
            Body.Bytes other = (Body.Bytes) passed.body();
            writeFiltered(by, passed, other.bytes, other.trailers());
        }
    }

    private void writeFiltered(FilteredExchange by, HttpResponse response, byte[] bytes, Metadata trailers) {
        if (!request.method().equals("HEAD") && !isBodiless(response)) {
            by.sentBytes(bytes.length);
        }
        writeWhole(response, bytes, trailers);
    }

    private void submitHead(Runnable write, boolean last) {
        headSubmitted = true;
        submit(write, last);
    }

    private void submit(Runnable write, boolean last) {
        submit(write, last, Outcome.OK);
    }

    private void submit(Runnable write, boolean last, Outcome outcome) {
        queue.submit(() -> {
            if (ended) {
                return;
            }
            try {
                write.run();
            } catch (RuntimeException e) {
                // Headers, as a rule, that the protocol does not allow. The client must not wait for the rest.
                breakOff(failure(e)); // what waits behind it is never written: whoever sends more must hear of it
                return;
            }
            if (last) {
                finish(outcome);
            }
        });
    }

    @Override
    public final void breakOff(CallException reason) {
        window.fail(reason);
        writeAbort(reason);
        finish(Outcome.failed(reason));
    }

    private CallException failure(Throwable thrown) {
        CallException error = CallException.from(thrown);
        boolean hasHiddenCause = !(thrown instanceof CallException) || thrown.getCause() != null;
        if (error.code() == Code.INTERNAL && error.origin() == CallException.Origin.LOCAL && hasHiddenCause) {
            LOG.log(System.Logger.Level.ERROR, () -> request.method() + " " + request.path() + " failed", thrown);
        }
        return error;
    }

    private CallException answerError(Throwable thrown) {
        try {
            return describe(thrown);
        } catch (Throwable second) {
            // Out of memory, as a rule. The client must not wait for an answer that cannot be made.
            CallException error = new CallException(Code.INTERNAL, "internal error", second);
            queue.submit(() -> {
                if (!ended) {
                    breakOff(error);
                }
            });
            return error;
        }
    }

    private CallException describe(Throwable thrown) {
        CallException error = scope.cancellation().orElseGet(() -> failure(thrown));
        if (headSubmitted) {
            queue.submit(() -> {
                if (!ended) {
                    writeAbort(error);
                    finish(Outcome.failed(error));
                }
            });
        } else {
            HttpResponse response = thrown instanceof ResponseException own ? own.response() : Problems.of(error);
            byte[] bytes = response.body().readAll();
            headSubmitted = true;
            submit(() -> whole(response, bytes, new Metadata()), true, Outcome.failed(error));
        }
        return error;
    }

    private void finish(Outcome outcome) {
        if (!ended) {
            ended = true;
            ScheduledFuture<?> task = deadlineTask;
            if (task != null) {
                task.cancel(false);
            }
            closed();
            FilteredExchange by = filtered;
            if (by != null) {
                by.over(outcome);
            }
        }
    }
}
