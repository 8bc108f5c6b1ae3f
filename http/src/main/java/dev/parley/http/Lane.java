package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The raw lane: an exchange that goes through filters and, if they say so, to an upstream and back ({@link Passage}), with
 * no other thread than the event loop that its connections share. This is the client's side; the protocols differ in the
 * write methods only.
 */
abstract sealed class Lane extends FilteredExchange implements Answer permits Http1Lane, Http2Lane {

    final LoopQueue queue;
    private final ReceivedBody.Reader reader;
    private final long length;

    // The request's body before there is somebody to take it: what came with its head.
    private @Nullable ArrayDeque<ByteBuf> held;
    private Fields trailers = Fields.none();
    private boolean bodyEnded;

    private @Nullable Passage passage;
    private boolean headWritten;

    private boolean active;
    private boolean done;
    private long lastActivity; // its connection says so from the beginning on
    private Deadline armed = Deadline.NONE;
    private @Nullable ScheduledFuture<?> deadlineTask;

    Lane(
            ServerContext server,
            EventLoop loop,
            String method,
            String scheme,
            RequestParts.Where where,
            Fields fields,
            ReceivedBody.Reader reader,
            Peer peer) {
        super(server, loop, method, scheme, where.authority(), where.target(), fields, peer);
        this.queue = LoopQueue.of(loop);
        this.reader = reader;
        this.length = ContentLength.of(fields);
    }

    // ---- the client's side

    /** Writes an interim head (1xx). */
    abstract void writeInterim(int status, Fields headers);

    /** Writes the head of a response whose body follows; {@code bytes} is its length, or -1. */
    abstract void writeHead(int status, Fields headers, long bytes);

    /** Writes a response whose body, which it takes over, is all there; {@code bytes} as declared, or -1. */
    abstract void writeWhole(int status, Fields headers, long bytes, ByteBuf body, Fields last);

    /** Writes bytes of the body, which it takes over; {@link #sent(int)} once they are out. */
    abstract void writeData(ByteBuf data);

    /** Writes the end. */
    abstract void writeEnd(Fields last);

    /** Breaks the response off so that the client sees that it is not whole. */
    abstract void writeAbort(CallException reason);

    /** Writes the head that switches protocols; bytes are bytes from then on. False if that cannot be. */
    abstract boolean writeSwitch(Fields headers);

    /** Writes bytes into the tunnel, which it takes over; {@link #sent(int)} once they are out. */
    abstract void writeRaw(ByteBuf data);

    /** What Upgrade asks for, if it may be passed on; or empty. */
    abstract String upgrade();

    /** The exchange of the server's handler for this request, in the place of this one. */
    abstract ServerExchange handOver();

    /** The exchange is over: nothing is written after this. */
    abstract void closed();

    final boolean headOnly() {
        return method().equals("HEAD");
    }

    // ---- Answer: the request comes

    @Override
    public final void start() {
        if (done) {
            return; // gone before its turn came
        }
        active = true;
        server.active().incrementAndGet();
        queue.turn();
        try {
            inboundDeadline();
        } catch (RuntimeException e) {
            CallException refused = CallException.from(e);
            reply(Problems.of(refused), Outcome.failed(refused));
            return;
        }
        HopByHop.removeNamed(fields);
        runFilters();
    }

    private void inboundDeadline() {
        if (!server.hasTimeout()) {
            String text = fields.get(PassedHead.TIMEOUT);
            if (text != null
                    && !text.isEmpty()
                    && text.length() <= 10
                    && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                deadline(Deadline.after(Duration.ofMillis(Long.parseLong(text))));
            }
            return;
        }
        Optional<Duration> timeout = server.timeout()
                .apply(new HttpRequest(method(), scheme(), authority(), target(), requestHeaders(), Body.empty()));
        timeout.ifPresent(most -> deadline(Deadline.after(most)));
    }

    private void armDeadline() {
        Deadline deadline = deadline();
        if (deadline.isNone() || deadline.equals(armed)) {
            return;
        }
        disarm();
        armed = deadline;
        long nanos = Math.max(0, deadline.remainingNanos());
        deadlineTask = loop.schedule(this::deadlinePassed, nanos, TimeUnit.NANOSECONDS);
    }

    private void disarm() {
        ScheduledFuture<?> task = deadlineTask;
        if (task != null) {
            task.cancel(false);
            deadlineTask = null;
        }
    }

    private void deadlinePassed() {
        Optional<Upstream> to = passage == null ? Optional.empty() : upstream();
        String what =
                to.map(upstream -> "while waiting for upstream " + upstream).orElse("while a filter decided");
        CallException reason =
                new CallException(Code.DEADLINE_EXCEEDED, "the deadline of " + method() + " passed " + what);
        queue.submit(() -> cancel(reason));
    }

    @Override
    final void waitsForFilter() {
        armDeadline();
    }

    @Override
    public boolean data(ByteBuf data) {
        int bytes = data.readableBytes();
        receivedBytes(bytes);
        Passage to = passage;
        if (done) {
            return false;
        }
        queue.turn();
        if (to == null || !to.takesBody()) {
            ArrayDeque<ByteBuf> waiting = held;
            if (waiting == null) {
                waiting = new ArrayDeque<>();
                held = waiting;
            }
            waiting.add(data.retain());
        } else {
            to.data(data.retain());
        }
        return true;
    }

    @Override
    public final void end(Fields last) {
        bodyEnded = true;
        if (done) {
            return;
        }
        trailers = last.isEmpty() ? last : HopByHop.trailers(last);
        Passage to = passage;
        if (to != null && to.takesBody()) {
            queue.turn();
            to.end(trailers);
        }
    }

    @Override
    public final void bodyFailed(CallException reason) {
        cancel(reason);
    }

    @Override
    public final boolean isBodyEnded() {
        return bodyEnded;
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
    public final boolean isFinished() {
        return done;
    }

    @Override
    public final boolean cancel(CallException reason) {
        if (done) {
            return false;
        }
        stop(reason);
        if (headWritten) {
            breakOff(reason);
        } else {
            reply(Problems.of(reason), Outcome.failed(reason));
        }
        return true;
    }

    @Override
    public final void breakOff(CallException reason) {
        if (!done) {
            stop(reason);
            writeAbort(reason);
            finish(Outcome.failed(reason));
        }
    }

    @Override
    public final void gone(CallException reason) {
        Passage to = passage;
        if (done) {
            return;
        }
        if (to != null && to.leaveTunnel()) {
            finish(Outcome.OK);
        } else {
            stop(reason);
            finish(Outcome.failed(reason));
        }
    }

    /** The upstream's side is over, whatever it still sends. */
    private void stop(CallException reason) {
        Passage to = passage;
        if (to != null) {
            to.stop(reason);
        }
    }

    // ---- where the filters lead to

    @Override
    final void proceed() {
        Optional<Upstream> upstream = upstream();
        if (upstream.isPresent()) {
            pass(upstream.get());
        } else {
            handle();
        }
    }

    private void handle() {
        active = false;
        server.active().decrementAndGet(); // the exchange that takes over counts itself
        ServerExchange exchange = handOver();
        exchange.filtered(this);
        done = true;
        disarm();
        receivedBytes(-requestBytes()); // counted again by the exchange
        for (ByteBuf data = nextHeld(); data != null; data = nextHeld()) {
            exchange.offer(data);
            data.release();
        }
        if (bodyEnded) {
            exchange.end(trailers);
        }
        exchange.start();
    }

    private void pass(Upstream upstream) {
        armDeadline();
        Passage to = new Passage(this, upstream);
        passage = to;
        to.submit(length);
    }

    @Override
    final void reply(HttpResponse reply, Outcome outcome) {
        if (done) {
            return;
        }
        ResponseHead head = new ResponseHead(reply.status(), Fields.of(new Metadata(reply.headers())));
        HttpResponse instead = respond(head);
        if (instead == null) {
            instead = new HttpResponse(head.status(), head.headers(), reply.body());
        }
        Body.Bytes body = (Body.Bytes) instead.body();
        boolean bodiless = ResponseHead.isBodiless(instead.status());
        byte[] bytes = bodiless ? new byte[0] : body.bytes;
        whole(
                instead.status(),
                Fields.of(instead.headers()),
                bodiless ? -1 : bytes.length,
                Unpooled.wrappedBuffer(bytes),
                Fields.of(new Metadata(body.trailers())));
        finish(outcome);
    }

    /** Writes a response that is all there. */
    final void whole(int status, Fields headers, long bytes, ByteBuf body, Fields last) {
        headWritten = true;
        if (headOnly() || ResponseHead.isBodiless(status)) {
            body.release();
            writeWhole(status, headers, bytes, Unpooled.EMPTY_BUFFER, Fields.none());
        } else {
            sentBytes(body.readableBytes());
            writeWhole(status, headers, bytes, body, last);
        }
    }

    /** Writes the head of a response whose body follows. */
    final void head(int status, Fields headers, long bytes) {
        headWritten = true;
        writeHead(status, headers, bytes);
    }

    /** Switches protocols. */
    final boolean tunnel(Fields headers) {
        headWritten = true;
        return writeSwitch(headers);
    }

    /** The passage has failed: says so to the client, or breaks the response off. */
    final void failed(CallException reason) {
        if (headWritten) {
            writeAbort(reason);
            finish(Outcome.failed(reason));
        } else {
            reply(Problems.of(reason), Outcome.failed(reason));
        }
    }

    final void finish(Outcome outcome) {
        if (done) {
            return;
        }
        done = true;
        disarm();
        Passage to = passage;
        if (to != null) {
            to.over();
        }
        for (ByteBuf data = nextHeld(); data != null; data = nextHeld()) {
            data.release();
        }
        if (active) {
            active = false;
            server.active().decrementAndGet();
        }
        if (!bodyEnded) {
            reader.abandoned(new CallException(Code.CANCELLED, "the request was answered before its end"));
        }
        over(outcome);
        closed();
    }

    // ---- what the passage asks

    final boolean isHeadWritten() {
        return headWritten;
    }

    /** Bytes of the request that came before somebody took them, in their order; the caller's. */
    final @Nullable ByteBuf nextHeld() {
        ArrayDeque<ByteBuf> waiting = held;
        return waiting == null ? null : waiting.poll();
    }

    final boolean holdsBody() {
        ArrayDeque<ByteBuf> waiting = held;
        return waiting != null && !waiting.isEmpty();
    }

    /** The trailers of a request that has come to its end. */
    final Fields trailers() {
        return trailers;
    }

    /** These bytes of the request were given to the upstream, or dropped. */
    final void taken(int bytes) {
        if (!done) {
            reader.consumed(bytes);
        }
    }

    /** These bytes of the response are out, or dropped. */
    final void sent(int bytes) {
        Passage to = passage;
        if (to != null && !done) {
            to.sent(bytes);
        }
    }
}
