package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The raw lane: an exchange that goes through filters and, if they say so, to an upstream and back, with no other thread
 * than the event loop that its connections share. Bytes pass as Netty's buffers; what the slower side has not taken is
 * not read from the faster one, by the same accounts ({@link ReceivedBody.Reader}, {@link ClientStream#consumed}) that
 * bound what a handler or a caller has not read. The protocols of the client's side differ in the write methods only.
 */
abstract sealed class Lane extends FilteredExchange implements Answer, OutboundExchange permits Http1Lane, Http2Lane {

    final LoopQueue queue;
    private final ReceivedBody.Reader reader;
    private final long length;

    // The request's body before there is somebody to take it: what came with its head.
    private @Nullable ArrayDeque<ByteBuf> held;
    private @Nullable Fields trailers;
    private boolean bodyEnded;

    private @Nullable Upstream passedTo;
    private @Nullable PassedHead passed;
    private @Nullable Origin origin;
    private @Nullable ClientStream stream;
    private boolean sentAgain;

    // A response that has come, and the first of its body, until it is known whether that is all.
    private @Nullable Fields response;
    private @Nullable ByteBuf responseStart;
    private int responseStatus;
    private long responseLength;
    private boolean headWritten;
    private boolean tunnel;

    private boolean active;
    private boolean done;
    private long lastActivity = System.nanoTime();
    private Deadline armed = Deadline.NONE;
    private @Nullable ScheduledFuture<?> deadlineTask;

    // The list of HeadTimeouts.
    @Nullable Lane before;
    @Nullable Lane behind;
    long waitsSince;
    boolean waits;

    Lane(
            ServerContext server,
            EventLoop loop,
            String method,
            String scheme,
            RequestParts.Where where,
            Fields fields,
            ReceivedBody.Reader reader,
            String address,
            String protocol) {
        super(server, loop, method, scheme, where.authority(), where.target(), fields, address, protocol);
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
            if (text != null && !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
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
        String what = passedTo == null ? "while a filter decided" : "while waiting for upstream " + passedTo;
        queue.submit(() -> cancel(new CallException(
                Code.DEADLINE_EXCEEDED,
                "the deadline of " + method() + " passed "
                        + (headWritten ? "while the response was passed on from " + passedTo : what))));
    }

    @Override
    final void waitsForFilter() {
        armDeadline();
    }

    @Override
    public boolean data(ByteBuf data) {
        int bytes = data.readableBytes();
        receivedBytes(bytes);
        ClientStream on = stream;
        if (done) {
            return false;
        }
        queue.turn();
        if (on == null) {
            ArrayDeque<ByteBuf> waiting = held;
            if (waiting == null) {
                waiting = new ArrayDeque<>();
                held = waiting;
            }
            waiting.add(data.retain());
        } else if (tunnel) {
            on.writeRaw(data.retain());
        } else {
            progressed();
            on.writeData(data.retain());
        }
        return true;
    }

    /** The upstream's time for its head begins anew: it was given more of the request. */
    private void progressed() {
        if (waits) {
            timeouts().restart(this);
        }
    }

    private HeadTimeouts timeouts() {
        return server.upstreams().of(loop).timeouts;
    }

    @Override
    public final void end(Fields last) {
        bodyEnded = true;
        if (done) {
            return;
        }
        if (!last.isEmpty()) {
            last = HopByHop.trailers(last);
        }
        ClientStream on = stream;
        if (on == null) {
            trailers = last;
        } else {
            queue.turn();
            progressed();
            on.writeEnd(last);
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
        if (done) {
            return;
        }
        ClientStream on = stream;
        if (tunnel && on != null) {
            stream = null;
            on.endRaw(); // behind what was sent into it
            finish(Outcome.OK);
        } else {
            stop(reason);
            finish(Outcome.failed(reason));
        }
    }

    /** The upstream's side is over, whatever it still sends. */
    private void stop(CallException reason) {
        ClientStream on = stream;
        stream = null;
        if (on != null) {
            on.reset(reason);
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
        ArrayDeque<ByteBuf> waiting = held;
        held = null;
        if (waiting != null) {
            receivedBytes(-requestBytes()); // counted again by the exchange
            for (ByteBuf data = waiting.poll(); data != null; data = waiting.poll()) {
                exchange.data(data);
                data.release();
            }
        }
        Fields last = trailers;
        if (bodyEnded && last != null) {
            exchange.end(last);
        }
        exchange.start();
    }

    private void pass(Upstream upstream) {
        passedTo = upstream;
        armDeadline();
        Upstreams.OfLoop here = server.upstreams().of(loop);
        try {
            Origin to = here.origin(upstream);
            origin = to;
            passed = PassedHead.prepare(
                    this, upstream, server.upstreams().options().forwarded(), length, upgrade());
            to.submit(this);
        } catch (RuntimeException e) {
            fail(CallException.from(e), false);
        }
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

    private void whole(int status, Fields headers, long bytes, ByteBuf body, Fields last) {
        headWritten = true;
        if (headOnly() || ResponseHead.isBodiless(status)) {
            body.release();
            writeWhole(status, headers, bytes, Unpooled.EMPTY_BUFFER, Fields.none());
        } else {
            sentBytes(body.readableBytes());
            writeWhole(status, headers, bytes, body, last);
        }
    }

    private void finish(Outcome outcome) {
        if (done) {
            return;
        }
        done = true;
        disarm();
        timeouts().remove(this);
        release();
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

    private void release() {
        ArrayDeque<ByteBuf> waiting = held;
        held = null;
        if (waiting != null) {
            waiting.forEach(ByteBuf::release);
        }
        ByteBuf begun = responseStart;
        responseStart = null;
        if (begun != null) {
            begun.release();
        }
    }

    // ---- OutboundExchange: to the upstream and back

    @Override
    public final boolean isDone() {
        return done;
    }

    @Override
    public final void begin() {
        timeouts().restart(this);
    }

    @Override
    public final void sent(ClientStream on) {
        stream = on;
        PassedHead head = Objects.requireNonNull(passed);
        ArrayDeque<ByteBuf> waiting = held;
        held = null;
        Fields last = trailers == null ? Fields.none() : trailers;
        boolean whole = bodyEnded && waiting == null && last.isEmpty();
        progressed();
        on.writeHead(head, whole);
        if (waiting != null) {
            for (ByteBuf data = waiting.poll(); data != null; data = waiting.poll()) {
                if (done) {
                    data.release(); // the head was refused
                } else {
                    on.writeData(data);
                }
            }
        }
        if (bodyEnded && !whole && !done) {
            on.writeEnd(last);
        }
    }

    @Override
    public final void written(int bytes) {
        lastActivity = System.nanoTime();
        if (!done) {
            reader.consumed(bytes);
        }
    }

    /** These bytes of the response are out, or dropped. */
    final void sent(int bytes) {
        ClientStream on = stream;
        if (on != null && !done) {
            on.consumed(bytes);
        }
    }

    @Override
    public final void interim(int status, Fields headers) {
        if (!done && !headWritten) {
            queue.turn();
            HopByHop.removeNamed(headers);
            HopByHop.remove(headers);
            timeouts().restart(this);
            writeInterim(status, headers);
        }
    }

    @Override
    public final boolean switched(Fields headers) {
        if (done || upgrade().isEmpty()) {
            return false;
        }
        queue.turn();
        timeouts().remove(this);
        String protocol = headers.get(HopByHop.UPGRADE);
        HopByHop.removeNamed(headers);
        HopByHop.remove(headers);
        ResponseHead head = new ResponseHead(101, headers);
        HttpResponse instead = respond(head);
        if (instead != null) {
            refuseInstead(instead);
            return true;
        }
        headers.set(HopByHop.CONNECTION, "Upgrade");
        headers.set(HopByHop.UPGRADE, protocol == null ? upgrade() : protocol);
        headWritten = true;
        tunnel = true;
        return writeSwitch(headers);
    }

    @Override
    public final void received(int status, Fields headers) {
        if (done) {
            return;
        }
        queue.turn();
        timeouts().remove(this);
        lastActivity = System.nanoTime();
        responseLength = ContentLength.of(headers);
        HopByHop.removeNamed(headers);
        HopByHop.remove(headers);
        ResponseHead head = new ResponseHead(status, headers);
        HttpResponse instead = respond(head);
        if (instead != null) {
            refuseInstead(instead);
            return;
        }
        responseStatus = head.status();
        response = headers;
    }

    /** A filter replies in the place of the upstream, whose answer is given up. */
    private void refuseInstead(HttpResponse instead) {
        stop(new CallException(Code.CANCELLED, "a filter has answered instead of the upstream"));
        reply(instead, Outcome.OK); // no filter is left to be asked
    }

    @Override
    public final boolean receivedData(ByteBuf data) {
        if (done) {
            return false;
        }
        queue.turn();
        lastActivity = System.nanoTime();
        if (tunnel) {
            sentBytes(data.readableBytes());
            writeRaw(data.retain());
            return true;
        }
        if (headOnly() || ResponseHead.isBodiless(responseStatus)) {
            return false;
        }
        if (response != null && responseStart == null) {
            responseStart = data.retain(); // it may be all there is, and go out with its head
            return true;
        }
        writeHeld();
        pass(data.retain());
        return true;
    }

    private void pass(ByteBuf data) {
        sentBytes(data.readableBytes());
        writeData(data);
    }

    /** Writes the head that waited for its body, and what has come of it. */
    private void writeHeld() {
        Fields head = response;
        if (head == null) {
            return;
        }
        response = null;
        headWritten = true;
        writeHead(responseStatus, head, responseLength);
        ByteBuf begun = responseStart;
        responseStart = null;
        if (begun != null) {
            pass(begun);
        }
    }

    @Override
    public final void wake() {
        if (!done && response != null && !headOnly() && !ResponseHead.isBodiless(responseStatus)) {
            queue.turn();
            writeHeld();
        }
    }

    @Override
    public final void complete(Fields last) {
        if (done) {
            return;
        }
        queue.turn();
        Fields head = response;
        if (head == null && !headWritten) {
            fail(
                    Http2Names.remote(Code.INTERNAL, "it sent the end of a response without its head", RetryAdvice.NEVER),
                    true);
            return;
        }
        if (!last.isEmpty()) {
            last = HopByHop.trailers(last);
        }
        stream = null;
        if (head == null) {
            writeEnd(last);
        } else {
            response = null;
            ByteBuf body = responseStart == null ? Unpooled.EMPTY_BUFFER : responseStart;
            responseStart = null;
            whole(responseStatus, head, responseLength, body, last);
        }
        finish(Outcome.OK);
    }

    @Override
    public final boolean sendAgain() {
        if (sentAgain || done || !isReplayable()) {
            return false;
        }
        sentAgain = true;
        stream = null;
        return true;
    }

    private boolean isReplayable() {
        return hasNoBody() && switch (method()) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
            default -> false;
        };
    }

    private boolean hasNoBody() {
        return bodyEnded && requestBytes() == 0 && upgrade().isEmpty();
    }

    /** The head of the response has not come in time. */
    final void upstreamTooSlow() {
        queue.submit(() -> fail(
                new CallException(
                        Code.DEADLINE_EXCEEDED,
                        "did not answer within " + server.upstreams().options().responseTimeout()),
                true));
    }

    @Override
    public final void fail(CallException reason, boolean reset) {
        if (done) {
            return;
        }
        queue.turn();
        ClientStream on = stream;
        stream = null;
        Origin to = origin;
        if (on != null && reason.retryAdvice() == RetryAdvice.NEVER_LEFT && !sentAgain && hasNoBody() && to != null) {
            sentAgain = true; // refused, or the connection is going away: it was never looked at
            to.again(this);
            return;
        }
        if (on != null && reset) {
            on.reset(reason);
        }
        if (tunnel) {
            finish(Outcome.OK); // closes behind what was written
        } else if (headWritten) {
            writeAbort(reason);
            finish(Outcome.failed(reason));
        } else {
            release();
            response = null;
            CallException told = told(reason);
            reply(Problems.of(told), Outcome.failed(told));
        }
    }

    private CallException told(CallException reason) {
        if (reason instanceof HttpException own) {
            return own;
        }
        int status =
                switch (reason.code()) {
                    case DEADLINE_EXCEEDED -> 504;
                    case RESOURCE_EXHAUSTED -> reason.retryAdvice() == RetryAdvice.NEVER ? 502 : 503;
                    case CANCELLED -> reason.origin() == CallException.Origin.LOCAL ? 503 : 502;
                    default -> reason.getCause() instanceof ConnectTimeoutException ? 504 : 502;
                };
        return new HttpException(status, reason.code(), "upstream " + passedTo + ": " + reason.message());
    }
}
