package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;

/** An exchange on a stream of an HTTP/2 connection. */
final class Http2Exchange extends ServerExchange implements Http2Server.Idling {

    private final Http2Server connection;
    private final Http2Stream stream;
    private final boolean headOnly;
    private boolean waitsForReader;

    Http2Exchange(Http2Server connection, Http2Stream stream, HttpRequest request, Deadline most) {
        super(connection.server(), connection.ctx().channel().eventLoop(), request, connection.peer(), most);
        this.connection = connection;
        this.stream = stream;
        this.headOnly = request.method().equals("HEAD");
    }

    /** Answers without a handler. On the loop. */
    void refuse(int status, String detail) {
        HttpResponse response = Problems.of(status, detail);
        writeWhole(response, response.body().readAll(), new Metadata());
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
            if (!cancel(reason)) {
                breakOff(reason); // the handler has not heeded an earlier cancellation
            }
        } else if (waitsForReader) {
            writeAbort(reason);
        } else {
            waitsForReader = true; // written, but not read yet: from now on
            touched(now);
        }
    }

    private Http2Headers head(HttpResponse response, int length) {
        Http2Headers headers = new DefaultHttp2Headers(false, response.headers().size() + 4);
        headers.status(HttpResponseStatus.valueOf(response.status()).codeAsText());
        Http2Names.addTo(headers, response.headers());
        if (length >= 0 && !headers.contains("content-length") && !isGrpc(response)) {
            headers.add("content-length", Integer.toString(length));
        }
        return headers;
    }

    // gRPC's answers have trailers behind them and, by custom, no declared length.
    private static boolean isGrpc(HttpResponse response) {
        return response.headers().get("content-type").orElse("").startsWith("application/grpc");
    }

    @Override
    void writeHead(HttpResponse response, boolean end) {
        if (!end) {
            connection.sendContinue(
                    stream); // a streamed answer may follow the request's body, and 100 cannot come behind it
        }
        connection.encoder().writeHeaders(connection.ctx(), stream.id(), head(response, -1), 0, end, promise(end));
        queue.wrote(connection.connection);
    }

    @Override
    void writeData(byte[] bytes) {
        ChannelPromise promise = connection.promise();
        promise.addListener(written -> window.release(bytes.length));
        Http2Bytes.write(connection, stream, bytes, false, promise);
        queue.wrote(connection.connection);
    }

    @Override
    void writeWhole(HttpResponse response, byte[] bytes, Metadata trailers) {
        boolean bodiless = isBodiless(response);
        boolean bare = bytes.length == 0 || headOnly || bodiless;
        boolean last = trailers.isEmpty() || headOnly;
        Http2Headers head = head(response, bodiless ? -1 : bytes.length);
        connection.encoder().writeHeaders(connection.ctx(), stream.id(), head, 0, bare && last, promise(bare && last));
        if (!bare) {
            Http2Bytes.write(connection, stream, bytes, last, promise(last));
        }
        if (!last) {
            writeEnd(trailers);
        }
        queue.wrote(connection.connection);
    }

    @Override
    void writeEnd(Metadata trailers) {
        if (trailers.isEmpty()) {
            connection
                    .encoder()
                    .writeData(connection.ctx(), stream.id(), Unpooled.EMPTY_BUFFER, 0, true, promise(true));
        } else {
            connection
                    .encoder()
                    .writeHeaders(connection.ctx(), stream.id(), Http2Names.trailers(trailers), 0, true, promise(true));
        }
        queue.wrote(connection.connection);
    }

    @Override
    void writeAbort(CallException reason) {
        connection.resetStream(
                connection.ctx(), stream.id(), Http2Names.reset(reason).code(), connection.promise());
        queue.wrote(connection.connection);
    }

    @Override
    void writeUpgrade(Metadata headers, Takeover takeover) {
        throw new IllegalStateException("HTTP/2 has no Upgrade (RFC 9113, 8.6)");
    }

    @Override
    void closed() {}

    private ChannelPromise promise(boolean last) {
        return last ? connection.lastPromise(stream, body().isEnded()) : connection.promise();
    }
}
