package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ConnectTimeoutException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way of a {@link Lane} to its upstream and back. Bytes pass as Netty's buffers; what the slower side has not taken is
 * not read from the faster one, by the same accounts ({@link ReceivedBody.Reader}, {@link ClientStream#consumed}) that
 * bound what a handler or a caller has not read. On the loop.
 */
final class Passage implements OutboundExchange {

    private final Lane lane;
    private final LoopQueue queue;
    private final Upstream upstream;
    private final HeadTimeouts timeouts;
    private @Nullable PassedHead passed;
    private @Nullable Origin origin;
    private @Nullable ClientStream stream;
    private boolean sentAgain;
    private boolean tunnel;
    private boolean submitting;
    // Given up; a connection says so once more when it resets a stream.
    private boolean stopped;

    // A response that has come, and the first of its body, until it is known whether that is all.
    private @Nullable Fields response;
    private @Nullable ByteBuf responseStart;
    private int responseStatus;
    private long responseLength;

    // The list of HeadTimeouts.
    @Nullable
    Passage before;

    @Nullable
    Passage behind;

    long waitsSince;
    boolean waits;

    Passage(Lane lane, Upstream upstream) {
        this.lane = lane;
        this.queue = lane.queue;
        this.upstream = upstream;
        this.timeouts = lane.server.upstreams().of(lane.loop).timeouts;
    }

    // ---- the lane's side

    /** {@code length}: of the body as declared, or -1. */
    void submit(long length) {
        Upstreams upstreams = lane.server.upstreams();
        try {
            Origin to = upstreams.of(lane.loop).origin(upstream);
            origin = to;
            passed = PassedHead.prepare(lane, upstream, upstreams.options().forwarded(), length, lane.upgrade());
            submitting = true;
            to.submit(this);
        } catch (RuntimeException e) {
            fail(CallException.from(e), false);
        } finally {
            submitting = false;
        }
    }

    /** Whether the request's body goes straight on. */
    boolean takesBody() {
        return stream != null;
    }

    /** Bytes of the request's body, taken over. */
    void data(ByteBuf data) {
        ClientStream on = Objects.requireNonNull(stream);
        if (tunnel) {
            on.writeRaw(data);
        } else {
            progressed();
            on.writeData(data);
        }
    }

    void end(Fields last) {
        progressed();
        Objects.requireNonNull(stream).writeEnd(last);
    }

    /** The upstream's time for its head begins anew: it was given more of the request. */
    private void progressed() {
        if (waits) {
            timeouts.restart(this);
        }
    }

    /** Closes the tunnel behind what was sent into it. False if there is none. */
    boolean leaveTunnel() {
        ClientStream on = stream;
        if (!tunnel || on == null) {
            return false;
        }
        stream = null;
        on.endRaw();
        return true;
    }

    /** It is over, whatever the upstream still sends. */
    void stop(CallException reason) {
        stopped = true;
        ClientStream on = stream;
        stream = null;
        if (on != null) {
            on.reset(reason);
        }
    }

    /** Nothing of it is needed any more. */
    void over() {
        timeouts.remove(this);
        response = null;
        ByteBuf begun = responseStart;
        responseStart = null;
        if (begun != null) {
            begun.release();
        }
    }

    /** These bytes of the response have gone to the client. */
    void sent(int bytes) {
        ClientStream on = stream;
        if (on != null) {
            on.consumed(bytes);
        }
    }

    // ---- OutboundExchange

    @Override
    public boolean isDone() {
        return stopped || lane.isFinished();
    }

    @Override
    public void begin() {
        timeouts.restart(this);
    }

    @Override
    public void sent(ClientStream on) {
        stream = on;
        Fields last = lane.trailers();
        boolean whole = lane.isBodyEnded() && !lane.holdsBody() && last.isEmpty();
        if (!submitting) {
            progressed(); // it has waited for a connection
        }
        on.writeHead(Objects.requireNonNull(passed), whole);
        // A head that is too large is refused at once, and the lane with it.
        while (!isDone() && lane.holdsBody()) {
            on.writeData(Objects.requireNonNull(lane.nextHeld()));
        }
        if (!isDone() && !whole && lane.isBodyEnded()) {
            on.writeEnd(last);
        }
    }

    @Override
    public void written(int bytes) {
        lane.touched(System.nanoTime());
        lane.taken(bytes);
    }

    @Override
    public void interim(int status, Fields headers) {
        if (!isDone() && !lane.isHeadWritten()) {
            queue.turn();
            HopByHop.removeNamed(headers);
            HopByHop.remove(headers);
            timeouts.restart(this);
            lane.writeInterim(status, headers);
        }
    }

    @Override
    public boolean switched(Fields headers) {
        if (isDone() || lane.upgrade().isEmpty()) {
            return false;
        }
        queue.turn();
        timeouts.remove(this);
        String protocol = headers.get(HopByHop.UPGRADE);
        HopByHop.removeNamed(headers);
        HopByHop.remove(headers);
        ResponseHead head = new ResponseHead(101, headers);
        HttpResponse instead = lane.respond(head);
        if (instead != null) {
            refuseInstead(instead);
            return true;
        }
        headers.set(HopByHop.CONNECTION, "Upgrade");
        headers.set(HopByHop.UPGRADE, protocol == null ? lane.upgrade() : protocol);
        tunnel = true;
        return lane.tunnel(headers);
    }

    @Override
    public void received(int status, Fields headers) {
        if (isDone()) {
            return;
        }
        queue.turn();
        timeouts.remove(this);
        lane.touched(System.nanoTime());
        if (lane.isHttp2()) {
            headers.metadata(); // refused here, if it cannot be said in HTTP/2, and not once half of it is sent
        }
        responseLength = ContentLength.of(headers);
        HopByHop.removeNamed(headers);
        HopByHop.remove(headers);
        ResponseHead head = new ResponseHead(status, headers);
        HttpResponse instead = lane.respond(head);
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
        lane.reply(instead, Outcome.OK); // no filter is left to be asked
    }

    @Override
    public boolean receivedData(ByteBuf data) {
        if (isDone()) {
            return false;
        }
        queue.turn();
        if (response == null) { // else the head, in the same read, has said so
            lane.touched(System.nanoTime());
        }
        if (tunnel) {
            lane.sentBytes(data.readableBytes());
            lane.writeRaw(data.retain());
            return true;
        }
        if (lane.headOnly() || ResponseHead.isBodiless(responseStatus)) {
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
        lane.sentBytes(data.readableBytes());
        lane.writeData(data);
    }

    /** Writes the head that waited for its body, and what has come of it. */
    private void writeHeld() {
        Fields head = response;
        if (head == null) {
            return;
        }
        response = null;
        lane.head(responseStatus, head, responseLength);
        ByteBuf begun = responseStart;
        responseStart = null;
        if (begun != null) {
            pass(begun);
        }
    }

    @Override
    public void wake() {
        if (!isDone() && response != null && !lane.headOnly() && !ResponseHead.isBodiless(responseStatus)) {
            queue.turn();
            writeHeld();
        }
    }

    @Override
    public void complete(Fields last) {
        if (isDone()) {
            return;
        }
        queue.turn();
        Fields head = response;
        if (head == null && !lane.isHeadWritten()) {
            fail(
                    Http2Names.remote(
                            Code.INTERNAL, "it sent the end of a response without its head", RetryAdvice.NEVER),
                    true);
            return;
        }
        if (!last.isEmpty()) {
            last = HopByHop.trailers(last);
        }
        stream = null;
        if (head == null) {
            lane.writeEnd(last);
        } else {
            response = null;
            ByteBuf body = responseStart == null ? Unpooled.EMPTY_BUFFER : responseStart;
            responseStart = null;
            lane.whole(responseStatus, head, responseLength, body, last);
        }
        lane.finish(Outcome.OK);
    }

    @Override
    public boolean sendAgain() {
        if (sentAgain || isDone() || !isReplayable()) {
            return false;
        }
        sentAgain = true;
        stream = null;
        return true;
    }

    private boolean isReplayable() {
        return hasNoBody()
                && switch (lane.method()) {
                    case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
                    default -> false;
                };
    }

    private boolean hasNoBody() {
        return lane.isBodyEnded() && lane.requestBytes() == 0 && lane.upgrade().isEmpty();
    }

    /** The head of the response has not come in time. */
    void upstreamTooSlow() {
        queue.submit(() -> fail(
                new CallException(
                        Code.DEADLINE_EXCEEDED,
                        "did not answer within "
                                + lane.server.upstreams().options().responseTimeout()),
                true));
    }

    @Override
    public void fail(CallException reason, boolean reset) {
        if (isDone()) {
            return;
        }
        queue.turn();
        ClientStream on = stream;
        stream = null;
        Origin to = origin;
        if (on != null
                && reason.retryAdvice().equals(RetryAdvice.NEVER_LEFT)
                && !sentAgain
                && hasNoBody()
                && to != null) {
            sentAgain = true; // refused, or the connection is going away: it was never looked at
            to.again(this);
            return;
        }
        stopped = true;
        if (on != null && reset) {
            on.reset(reason);
        }
        if (tunnel) {
            lane.finish(Outcome.OK); // closes behind what was written
        } else {
            lane.failed(told(reason));
        }
    }

    private CallException told(CallException reason) {
        if (reason instanceof HttpException own) {
            return own;
        }
        int status = switch (reason.code()) {
            case DEADLINE_EXCEEDED -> 504;
            case RESOURCE_EXHAUSTED -> reason.retryAdvice().equals(RetryAdvice.NEVER) ? 502 : 503;
            case CANCELLED -> reason.origin() == CallException.Origin.LOCAL ? 503 : 502;
            default -> reason.getCause() instanceof ConnectTimeoutException ? 504 : 502;
        };
        return new HttpException(status, reason.code(), "upstream " + upstream + ": " + reason.message());
    }
}
