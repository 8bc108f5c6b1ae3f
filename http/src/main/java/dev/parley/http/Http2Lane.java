package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;

/** The raw lane of a client that speaks HTTP/2. */
final class Http2Lane extends Lane implements Http2Server.Idling {

    private final Http2Server connection;
    private final Http2Stream stream;
    private final ReceivedBody.Reader reader;
    private boolean waitsForReader;

    Http2Lane(
            Http2Server connection,
            Http2Stream stream,
            String method,
            String scheme,
            RequestParts.Where where,
            Fields fields,
            ReceivedBody.Reader reader) {
        super(
                connection.server(),
                connection.ctx().channel().eventLoop(),
                method,
                scheme,
                where,
                fields,
                reader,
                connection.peer(),
                "h2");
        this.connection = connection;
        this.stream = stream;
        this.reader = reader;
    }

    @Override
    String upgrade() {
        return "";
    }

    @Override
    ServerExchange handOver() {
        Metadata headers = requestHeaders();
        Http2Exchange exchange = new Http2Exchange(
                connection,
                stream,
                new HttpRequest(
                        method(),
                        scheme(),
                        authority(),
                        target(),
                        headers,
                        new ReceivedBody(
                                reader,
                                isBodyEnded() && requestBytes() == 0 ? 0 : ContentLength.of(headers),
                                server.limits().maxBodyBytes())),
                deadline());
        connection.takeOver(stream, exchange);
        return exchange;
    }

    @Override
    public void checkIdle(long now, long idle) {
        if (now - lastActivity() < idle) {
            return;
        }
        CallException reason = new CallException(
                Code.DEADLINE_EXCEEDED,
                "the stream was idle for " + server.limits().idleTimeout());
        if (!isFinished()) {
            cancel(reason);
        } else if (waitsForReader) {
            writeAbort(reason);
        } else {
            waitsForReader = true; // written, but not read yet: from now on
            touched(now);
        }
    }

    private void head(int status, Fields fields, long bytes, boolean end) {
        Metadata metadata = fields.metadata();
        Http2Headers headers = new DefaultHttp2Headers(false, metadata.size() + 2);
        headers.status(Integer.toString(status));
        metadata.forEach((name, value) -> {
            if (!name.equals("content-length")) {
                Http2Names.add(headers, name, value);
            }
        });
        if (bytes >= 0) {
            headers.set("content-length", Long.toString(bytes));
        }
        connection
                .encoder()
                .writeHeaders(
                        connection.ctx(),
                        stream.id(),
                        headers,
                        0,
                        end,
                        end ? connection.lastPromise(stream, isBodyEnded()) : connection.promise());
        queue.wrote(connection.connection);
    }

    @Override
    void writeInterim(int status, Fields headers) {
        head(status, headers, -1, false);
    }

    @Override
    void writeHead(int status, Fields headers, long bytes) {
        head(status, headers, bytes, false);
    }

    @Override
    void writeWhole(int status, Fields headers, long bytes, ByteBuf body, Fields last) {
        boolean bare = !body.isReadable();
        head(status, headers, bytes, bare && last.isEmpty());
        if (bare) {
            body.release();
        } else {
            data(body, last.isEmpty());
        }
        if (!last.isEmpty()) {
            writeEnd(last);
        }
    }

    private void data(ByteBuf data, boolean end) {
        int bytes = data.readableBytes();
        connection
                .encoder()
                .writeData(
                        connection.ctx(),
                        stream.id(),
                        data,
                        0,
                        end,
                        end ? connection.lastPromise(stream, isBodyEnded()) : connection.promise())
                .addListener(written -> {
                    touched(System.nanoTime()); // the client reads
                    sent(bytes);
                });
        queue.wrote(connection.connection);
    }

    @Override
    void writeData(ByteBuf data) {
        data(data, false);
    }

    @Override
    void writeEnd(Fields last) {
        if (last.isEmpty()) {
            data(Unpooled.EMPTY_BUFFER, true);
            return;
        }
        connection
                .encoder()
                .writeHeaders(
                        connection.ctx(),
                        stream.id(),
                        Http2Names.trailers(last.metadata()),
                        0,
                        true,
                        connection.lastPromise(stream, isBodyEnded()));
        queue.wrote(connection.connection);
    }

    @Override
    void writeAbort(CallException reason) {
        connection.resetStream(
                connection.ctx(), stream.id(), Http2Names.reset(reason).code(), connection.promise());
        queue.wrote(connection.connection);
    }

    @Override
    boolean writeSwitch(Fields headers) {
        return false; // not asked for: upgrade() is empty
    }

    @Override
    void writeRaw(ByteBuf data) {
        data.release();
        throw new IllegalStateException("a stream of HTTP/2 is never switched to another protocol");
    }

    @Override
    void closed() {}
}
