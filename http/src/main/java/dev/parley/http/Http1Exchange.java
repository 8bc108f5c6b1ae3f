package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.atomic.AtomicInteger;

/** An exchange on an HTTP/1.1 connection. */
final class Http1Exchange extends ServerExchange implements Answer.OnHttp1 {

    private final Http1Server connection;
    private final boolean http11;
    private final boolean headOnly;
    private volatile boolean keepAlive;
    private boolean chunked;
    // What a declared length still wants; -1 without one.
    private long owed = -1;
    private boolean answered;
    private boolean upgraded;

    Http1Exchange(
            Http1Server connection,
            io.netty.handler.codec.http.HttpRequest received,
            RequestParts.Where where,
            Metadata headers,
            Http1Reader reader,
            Deadline most) {
        super(
                connection.server(),
                connection.ctx().channel().eventLoop(),
                new HttpRequest(
                        received.method().name(),
                        connection.scheme(),
                        where.authority(),
                        where.target(),
                        headers,
                        new ReceivedBody(
                                reader,
                                ContentLength.of(headers),
                                connection.server().limits().maxBodyBytes())),
                connection.peer(),
                most);
        this.connection = connection;
        this.http11 = received.protocolVersion().minorVersion() > 0;
        this.headOnly = received.method().equals(io.netty.handler.codec.http.HttpMethod.HEAD);
        this.keepAlive = Http1Server.keepsAlive(received);
    }

    /** Bounds what is buffered for a handler that does not read: the connection is read again as it does. */
    static final class Http1Reader implements ReceivedBody.Reader {
        private final Http1Server connection;
        private final AtomicInteger buffered = new AtomicInteger();
        private final int most;
        private final boolean expectsContinue;

        Http1Reader(Http1Server connection, boolean expectsContinue) {
            this.connection = connection;
            this.expectsContinue = expectsContinue;
            this.most = connection.server().limits().streamWindowBytes();
        }

        @Override
        public void firstRead() {
            if (expectsContinue) {
                onLoop(connection::sendContinue);
            }
        }

        void buffered(int bytes) {
            if (buffered.addAndGet(bytes) > most) {
                connection.ctx().channel().config().setAutoRead(false);
                if (buffered.get() <= most / 2) {
                    resume(); // it was read meanwhile, and the reader did not see that reading had stopped
                }
            }
        }

        @Override
        public void consumed(int bytes) {
            int left = buffered.addAndGet(-bytes);
            if (left <= most / 2 && left + bytes > most / 2) {
                onLoop(this::resume);
            }
        }

        @Override
        public void abandoned(CallException reason) {
            onLoop(this::resume);
        }

        private void resume() {
            connection.ctx().channel().config().setAutoRead(true);
        }

        private void onLoop(Runnable task) {
            connection.ctx().channel().eventLoop().execute(task);
        }
    }

    @Override
    public boolean data(ByteBuf data) {
        int length = data.readableBytes();
        boolean kept = offer(data);
        if (kept) {
            ((Http1Reader) body().reader()).buffered(length);
        }
        return kept;
    }

    @Override
    public void closeAfter() {
        keepAlive = false;
    }

    @Override
    public boolean closes() {
        return !keepAlive;
    }

    @Override
    public boolean isAnswered() {
        return answered;
    }

    private void fill(HttpHeaders to, HttpResponse response) {
        copy(response.headers(), to);
        if (!body().isEnded()) {
            // Nothing tells the client to stop sending but the end of the connection.
            keepAlive = false;
        }
        finishHead(to, keepAlive, http11);
    }

    private static void copy(Metadata from, HttpHeaders to) {
        from.forEach((name, value) -> {
            if (!HopByHop.isForbidden(name)) {
                to.add(name, value);
            }
        });
    }

    static void finishHead(HttpHeaders headers, boolean keepAlive, boolean http11) {
        if (!headers.contains(HttpHeaderNames.DATE)) {
            headers.set(HttpHeaderNames.DATE, HttpDate.now());
        }
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (!http11) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /** A whole response for a connection that is closed behind it. */
    static FullHttpResponse whole(HttpResponse response, byte[] bytes, boolean close) {
        FullHttpResponse whole = full(response, Unpooled.wrappedBuffer(bytes));
        copy(response.headers(), whole.headers());
        whole.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        finishHead(whole.headers(), !close, true);
        return whole;
    }

    private static FullHttpResponse full(HttpResponse response, ByteBuf content) {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()), content);
    }

    @Override
    void writeHead(HttpResponse response, boolean end) {
        DefaultHttpResponse head =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
        owed = end ? -1 : ContentLength.of(response.headers());
        boolean sized = owed >= 0;
        if (!end) {
            connection.sendContinue(); // a streamed answer may follow the request's body, and 100 cannot come behind it
        }
        chunked = !sized && http11 && !end;
        if (!sized && !http11) {
            keepAlive = false; // HTTP/1.0 knows the end of a body by the end of the connection
        }
        fill(head.headers(), response);
        if (!sized && !end) {
            head.headers().remove(HttpHeaderNames.CONTENT_LENGTH); // it was no number
        }
        if (chunked) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        connection.ctx().write(head);
        if (end) {
            connection.ctx().write(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        queue.wrote(connection.connection);
    }

    @Override
    void writeData(byte[] bytes) {
        if (owed >= 0) {
            owed -= bytes.length;
            if (owed < 0) {
                // More would be taken for the next response.
                breakOff(new CallException(Code.INTERNAL, "the response is longer than its content-length"));
                return;
            }
        }
        writeContent(bytes).addListener(written -> window.release(bytes.length));
        queue.wrote(connection.connection);
    }

    private ChannelFuture writeContent(byte[] bytes) {
        if (!isLarge(bytes)) {
            return connection.ctx().write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
        }
        int at = 0;
        for (; bytes.length - at > HeapRegion.MOST; at += HeapRegion.MOST) {
            connection.ctx().write(new HeapRegion(bytes, at, HeapRegion.MOST));
        }
        return connection.ctx().write(new HeapRegion(bytes, at, bytes.length - at));
    }

    /** TLS makes its own copy, record by record. */
    private boolean isLarge(byte[] bytes) {
        return bytes.length > HeapRegion.LARGE && connection.scheme().equals("http");
    }

    @Override
    void writeWhole(HttpResponse response, byte[] bytes, Metadata trailers) {
        if (!trailers.isEmpty() && !headOnly && http11) {
            writeHead(response, false);
            if (bytes.length > 0) {
                window.acquire(bytes.length);
                writeData(bytes);
            }
            writeEnd(trailers);
            return;
        }
        boolean bodiless = isBodiless(response);
        if (!headOnly && !bodiless && isLarge(bytes)) {
            writeLarge(response, bytes);
            return;
        }
        FullHttpResponse whole =
                full(response, headOnly || bodiless ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes));
        fill(whole.headers(), response);
        if (!bodiless && !(headOnly && whole.headers().contains(HttpHeaderNames.CONTENT_LENGTH))) {
            whole.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        }
        connection.ctx().write(whole);
        queue.wrote(connection.connection);
    }

    private void writeLarge(HttpResponse response, byte[] bytes) {
        DefaultHttpResponse head =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
        fill(head.headers(), response);
        head.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        connection.ctx().write(head);
        writeContent(bytes);
        connection.ctx().write(LastHttpContent.EMPTY_LAST_CONTENT);
        queue.wrote(connection.connection);
    }

    @Override
    void writeEnd(Metadata trailers) {
        if (owed > 0) {
            throw new IllegalStateException("the response is " + owed + " bytes shorter than its content-length");
        }
        if (trailers.isEmpty() || !chunked) {
            connection.ctx().write(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            DefaultLastHttpContent last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
            copy(trailers, last.trailingHeaders());
            connection.ctx().write(last);
        }
        queue.wrote(connection.connection);
    }

    @Override
    void writeAbort(CallException reason) {
        keepAlive = false;
        connection.abort(!chunked && owed < 0);
    }

    @Override
    void writeUpgrade(Metadata headers, Takeover takeover) {
        FullHttpResponse switching = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        copy(headers, switching.headers());
        switching.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        switching.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        upgraded = true;
        connection.upgrade(switching, takeover, this);
    }

    @Override
    void closed() {
        answered = true;
        if (!upgraded) {
            connection.answered(this);
        }
    }
}
