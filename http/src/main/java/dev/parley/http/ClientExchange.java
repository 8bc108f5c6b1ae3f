package dev.parley.http;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on a client. The calling thread waits in {@link #response}; all else happens on the event
 * loop of its origin, and what touches the network is done by the {@link ClientStream} that the connection gives it.
 */
final class ClientExchange implements OutboundExchange, ReceivedBody.Reader {

    /** A server that sends them for good would never be quiet. */
    private static final int MOST_INTERIM = 100;

    final Call call;
    final HttpRequest request;
    final SendWindow window = new SendWindow();
    private final EventLoop loop;
    private final LoopQueue queue;
    private final Parking parking = new Parking();
    private final ReceivedBody body;

    private volatile @Nullable HttpResponse head;
    private volatile @Nullable CallException failure;
    private volatile boolean done;

    // On the loop.
    private @Nullable ClientStream stream;
    private @Nullable ScheduledFuture<?> deadlineTask;
    private Call.@Nullable Registration cancelRegistration;
    private @Nullable Thread sender;
    private int interims;
    // Also from the reader: a server that has waited for it begins anew.
    private volatile long lastActivity;

    ClientExchange(Call call, HttpRequest request, EventLoop loop) {
        this.call = call;
        this.request = request;
        this.loop = loop;
        this.queue = LoopQueue.of(loop);
        this.body = new ReceivedBody(this, -1, Long.MAX_VALUE);
    }

    // ---- the caller's side

    /** Waits for the head of the response. */
    HttpResponse response() {
        try {
            parking.await(() -> head != null || failure != null);
        } catch (InterruptedException e) {
            CallException reason = CallException.interrupted(e, "the response of " + request.authority());
            abandoned(reason);
            throw reason;
        }
        HttpResponse received = head;
        if (received != null) {
            return received;
        }
        throw java.util.Objects.requireNonNull(failure);
    }

    /** Listens to the call's cancellation; whoever cancels it need not be the thread that waits. */
    void follow() {
        Call.Registration registration = call.onCancel(this::abandoned);
        if (done) {
            registration.remove();
        } else {
            cancelRegistration = registration;
        }
    }

    @Override
    public void abandoned(CallException reason) {
        if (!done) {
            queue.submit(() -> fail(reason, true));
        }
    }

    @Override
    public void consumed(int bytes) {
        lastActivity = System.nanoTime();
        ClientStream current = stream;
        if (current != null && !done) {
            current.consumed(bytes);
        }
    }

    @Override
    public void waits() {
        ClientStream current = stream;
        if (current != null && !done) {
            current.waits();
        }
    }

    // ---- the loop's side

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public void begin() {
        long nanos = call.deadline().remainingNanos();
        if (nanos != Long.MAX_VALUE) {
            deadlineTask = loop.schedule(this::deadlinePassed, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        }
    }

    private void deadlinePassed() {
        fail(
                new CallException(
                        Code.DEADLINE_EXCEEDED,
                        "the deadline of " + call.method() + " passed while "
                                + (stream == null
                                        ? "waiting for a connection to "
                                        : head == null ? "waiting for the response of " : "receiving from ")
                                + request.authority()),
                true);
    }

    @Override
    public void sent(ClientStream on) {
        stream = on;
        lastActivity = System.nanoTime();
        try {
            if (request.body() instanceof Body.Bytes bytes) {
                on.writeWhole(request, bytes.bytes, bytes.trailers());
                return;
            }
            on.writeHead(request);
        } catch (RuntimeException e) {
            fail(CallException.from(e), true); // what the codec does not take; nobody else would tell the caller
            return;
        }
        // The request's stream is the caller's code: it runs on a thread of the library's, under the caller's call.
        sender = Thread.ofVirtual().name("parley-request").start(carried);
    }

    private Runnable carried = this::sendBody;

    /** Captures the caller's context for the thread that sends the body. On the caller's thread. */
    void capture() {
        if (!(request.body() instanceof Body.Bytes)) {
            carried = Call.wrap((Runnable) this::sendBody);
        }
    }

    private void sendBody() {
        Body sent = request.body();
        OutgoingChunks outgoing = new OutgoingChunks();
        Runnable write = () -> chunks(outgoing);
        try (Messages<byte[]> chunks = sent.chunks()) {
            chunks.drain(chunk -> {
                if (chunk.length == 0) {
                    return; // HTTP/2 peers take a run of empty frames for an attack
                }
                window.acquire(chunk.length);
                if (outgoing.add(chunk)) {
                    queue.submit(write);
                }
            });
            Metadata trailers = sent.trailers();
            onStream(target -> target.writeEnd(Fields.of(trailers)));
        } catch (Throwable thrown) {
            if (!done) {
                CallException reason = CallException.from(thrown);
                queue.submit(() -> fail(reason, true));
            }
        }
    }

    private void chunks(OutgoingChunks outgoing) {
        ClientStream target = stream;
        while (target != null && !done) { // then the window has failed, and nobody waits for what is left
            byte[] bytes = outgoing.next();
            if (bytes == null) {
                return;
            }
            target.writeData(Unpooled.wrappedBuffer(bytes));
        }
    }

    private void onStream(java.util.function.Consumer<ClientStream> write) {
        queue.submit(() -> {
            ClientStream target = stream;
            if (target != null && !done) {
                write.accept(target);
            }
        });
    }

    @Override
    public void checkSilence(long now, long limit) {
        if (!done && now - lastActivity >= limit && body.hasNothingToRead()) {
            fail(
                    new CallException(
                            Code.DEADLINE_EXCEEDED,
                            request.authority() + " has sent nothing for " + Duration.ofNanos(limit)
                                    + (head == null ? " and no response" : " in the middle of its response")),
                    true);
        }
    }

    @Override
    public void written(int bytes) {
        lastActivity = System.nanoTime();
        window.release(bytes);
    }

    @Override
    public void interim(int status, Fields headers) {
        lastActivity = System.nanoTime();
        if (++interims > MOST_INTERIM) {
            fail(
                    Http2Names.remote(
                            Code.INTERNAL,
                            request.authority() + " sent more than " + MOST_INTERIM + " interim responses (1xx)",
                            RetryAdvice.UNSTATED),
                    true);
        }
    }

    @Override
    public void received(int status, Fields headers) {
        lastActivity = System.nanoTime();
        if (head == null && failure == null) {
            head = new HttpResponse(status, headers.metadata(), body);
        }
    }

    @Override
    public void wake() {
        parking.wake(); // a response that came whole wakes its caller once
    }

    @Override
    public boolean receivedData(ByteBuf data) {
        lastActivity = System.nanoTime();
        byte[] bytes = new byte[data.readableBytes()];
        data.readBytes(bytes);
        return body.offer(bytes);
    }

    @Override
    public void complete(Fields trailers) {
        Metadata last = trailers.metadata();
        if (head == null) {
            fail(
                    Http2Names.remote(
                            Code.INTERNAL,
                            request.authority() + " sent the end of a response without its head",
                            RetryAdvice.UNSTATED),
                    true);
            return;
        }
        body.end(last);
        // As a rule the request has been sent whole and nobody is to be told, so no exception is made.
        finish(sender == null ? null : new CallException(Code.CANCELLED, "the peer has answered and reads no more"));
    }

    @Override
    public void fail(CallException reason, boolean reset) {
        if (done || failure != null) {
            return; // a reset of ours closes the stream, which is told here, too
        }
        failure = reason;
        body.fail(reason);
        ClientStream current = stream;
        if (current != null && reset) {
            current.reset(reason);
        }
        finish(reason);
        parking.wake();
    }

    private void finish(@Nullable CallException toSender) {
        if (done) {
            return;
        }
        done = true;
        ScheduledFuture<?> task = deadlineTask;
        if (task != null) {
            task.cancel(false);
        }
        if (toSender != null) {
            window.fail(toSender);
        }
        Call.Registration registration = cancelRegistration;
        if (registration != null) {
            registration.remove();
        }
        Thread sending = sender;
        if (sending == null) {
            request.body().close(); // never sent: whoever follows a stream of requests hears that it is over
        } else {
            // It is the library's own thread and ends with this: an interrupt can reach nothing else.
            sending.interrupt();
        }
    }
}
