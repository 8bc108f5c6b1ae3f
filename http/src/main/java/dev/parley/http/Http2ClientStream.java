package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;

/** A stream of a client's HTTP/2 connection, for one exchange. */
final class Http2ClientStream implements ClientStream {

    private final Http2Client connection;
    private final OutboundExchange exchange;
    private final int id;
    private final long begun;
    private final Http2Windows.Reader reader;

    Http2ClientStream(
            Http2Client connection, OutboundExchange exchange, int id, long begun, Http2Windows.Reader reader) {
        this.connection = connection;
        this.exchange = exchange;
        this.id = id;
        this.begun = begun;
        this.reader = reader;
    }

    private ChannelHandlerContext ctx() {
        return connection.ctx();
    }

    private void head(HttpRequest request, boolean end) {
        Http2Headers headers = new DefaultHttp2Headers(false, request.headers().size() + 8);
        headers.method(request.method())
                .scheme(request.scheme())
                .authority(request.authority())
                .path(request.target());
        Http2Names.addTo(headers, request.headers());
        head(headers, request.authority(), end);
    }

    private void head(Http2Headers headers, String authority, boolean end) {
        connection
                .encoder()
                .writeHeaders(ctx(), id, headers, 0, end, ctx().newPromise())
                .addListener(written -> {
                    if (!written.isSuccess()) {
                        notWritten(authority, written.cause());
                    }
                });
        connection.opened(id, exchange);
        connection.wrote();
    }

    private void notWritten(String authority, Throwable cause) {
        String message = "the request could not be sent to " + authority + ": " + cause.getMessage();
        boolean tooLarge = cause instanceof Http2Exception.HeaderListSizeException;
        exchange.fail(
                new CallException(
                        tooLarge ? Code.RESOURCE_EXHAUSTED : Code.UNAVAILABLE,
                        message,
                        cause,
                        List.of(),
                        new Metadata(),
                        CallException.Origin.LOCAL,
                        tooLarge ? RetryAdvice.NEVER : RetryAdvice.NEVER_LEFT),
                false);
    }

    @Override
    public void writeHead(HttpRequest request) {
        head(request, false);
    }

    @Override
    public void writeHead(PassedHead request, boolean end) {
        head(request.http2(), request.upstream(), end);
    }

    @Override
    public void writeWhole(HttpRequest request, byte[] body, Metadata trailers) {
        if (body.length == 0 && trailers.isEmpty()) {
            head(request, true);
            return;
        }
        head(request, false);
        if (exchange.isDone()) {
            return; // the head was refused
        }
        if (body.length > 0) {
            connection
                    .encoder()
                    .writeData(ctx(), id, Unpooled.wrappedBuffer(body), 0, trailers.isEmpty(), ctx().newPromise());
        }
        if (!trailers.isEmpty()) {
            writeEnd(Fields.of(trailers));
        }
    }

    @Override
    public void writeData(ByteBuf data) {
        int bytes = data.readableBytes();
        connection
                .encoder()
                .writeData(ctx(), id, data, 0, false, ctx().newPromise())
                .addListener(written -> exchange.written(bytes));
        connection.wrote();
    }

    @Override
    public void writeRaw(ByteBuf data) {
        data.release();
        throw new IllegalStateException("a stream of HTTP/2 is never switched to another protocol");
    }

    @Override
    public void endRaw() {
        throw new IllegalStateException("a stream of HTTP/2 is never switched to another protocol");
    }

    @Override
    public void writeEnd(Fields trailers) {
        if (trailers.isEmpty()) {
            connection.encoder().writeData(ctx(), id, Unpooled.EMPTY_BUFFER, 0, true, ctx().newPromise());
        } else {
            connection
                    .encoder()
                    .writeHeaders(ctx(), id, Http2Names.trailers(trailers.metadata()), 0, true, ctx().newPromise());
        }
        connection.wrote();
    }

    @Override
    public void reset(CallException reason) {
        connection.reset(id, Http2Names.reset(reason));
        if (reason.code() == Code.DEADLINE_EXCEEDED) {
            connection.expired(begun);
        }
    }

    @Override
    public void consumed(int bytes) {
        reader.consumed(bytes);
    }

    @Override
    public void waits() {
        reader.waits();
    }
}
