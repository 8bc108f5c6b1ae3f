package dev.parley.http;

import dev.parley.CallException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Map;

/** The raw lane of a client that speaks HTTP/1.1. */
final class Http1Lane extends Lane implements Answer.OnHttp1 {

    private final Http1Server connection;
    private final HttpRequest received;
    private final Http1Exchange.Http1Reader reader;
    private final boolean http11;
    private final String upgrade;
    private boolean keepAlive;
    private boolean chunked;
    private boolean sized;
    private boolean answered;

    Http1Lane(Http1Server connection, HttpRequest received, Fields fields, Http1Exchange.Http1Reader reader) {
        super(
                connection.server(),
                connection.ctx().channel().eventLoop(),
                received.method().name(),
                connection.scheme(),
                where(received, fields),
                fields,
                reader,
                connection.peer());
        this.connection = connection;
        this.received = received;
        this.reader = reader;
        this.http11 = received.protocolVersion().minorVersion() > 0;
        this.keepAlive = Http1Server.keepsAlive(received);
        this.upgrade = upgrade(fields);
        if (!http11) {
            fields.remove(HttpHeaderNames.EXPECT); // nobody could tell the client to go on
        }
    }

    private static RequestParts.Where where(HttpRequest received, Fields fields) {
        String host = fields.get(HttpHeaderNames.HOST);
        return RequestParts.check(received.method().name(), host == null ? "" : host, received.uri());
    }

    private String upgrade(Fields fields) {
        String protocol = http11 ? fields.get(HopByHop.UPGRADE) : null;
        if (protocol == null
                || HopByHop.hasToken(protocol, "h2c")
                || !HopByHop.hasToken(String.join(",", fields.getAll(HopByHop.CONNECTION)), "upgrade")
                || fields.contains(HopByHop.TRANSFER_ENCODING)
                || ContentLength.of(fields) > 0) {
            return "";
        }
        return protocol;
    }

    @Override
    String upgrade() {
        return upstream()
                        .filter(to -> to.version() == dev.parley.http.HttpVersion.HTTP_1_1)
                        .isPresent()
                ? upgrade
                : "";
    }

    @Override
    public boolean data(ByteBuf data) {
        int bytes = data.readableBytes();
        boolean kept = super.data(data);
        if (kept) {
            reader.buffered(bytes);
        }
        return kept;
    }

    @Override
    ServerExchange handOver() {
        received.setUri(target());
        if (!authority().isEmpty()) {
            requestHeaders().put("host", authority());
        }
        Http1Exchange exchange = new Http1Exchange(
                connection,
                received,
                new RequestParts.Where(authority(), target()),
                fields.metadata(),
                reader,
                deadline());
        if (!keepAlive) {
            exchange.closeAfter();
        }
        connection.takeOver(exchange);
        return exchange;
    }

    @Override
    void writeInterim(int status, Fields headers) {
        if (!http11) {
            return;
        }
        if (status == 100) {
            connection.sendContinue();
            return;
        }
        StringBuilder head = new StringBuilder(128).append("HTTP/1.1 ").append(HttpResponseStatus.valueOf(status));
        for (Map.Entry<String, String> header : headers.http1()) {
            head.append("\r\n").append(header.getKey()).append(": ").append(header.getValue());
        }
        connection.sendPastCodec(ByteBufUtil.writeAscii(connection.ctx().alloc(), head.append("\r\n\r\n")));
    }

    private void finishHead(HttpHeaders headers) {
        if (!isBodyEnded()) {
            keepAlive = false; // nothing tells the client to stop sending but the end of the connection
        }
        Http1Exchange.finishHead(headers, keepAlive, http11);
    }

    @Override
    void writeHead(int status, Fields fields, long bytes) {
        HttpHeaders headers = fields.http1();
        sized = bytes >= 0;
        chunked = !sized && http11;
        if (sized) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(bytes));
        } else {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
            if (chunked) {
                headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            } else {
                keepAlive = false; // HTTP/1.0 knows the end of a body by the end of the connection
            }
        }
        finishHead(headers);
        write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), headers));
    }

    private void write(Object message) {
        connection.ctx().write(message);
        queue.wrote(connection.connection);
    }

    @Override
    void writeWhole(int status, Fields fields, long bytes, ByteBuf body, Fields last) {
        if (!last.isEmpty() && http11) {
            writeHead(status, fields, -1);
            write(new DefaultHttpContent(body));
            writeEnd(last);
            return;
        }
        HttpHeaders headers = fields.http1();
        if (!headOnly() && !ResponseHead.isBodiless(status)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.readableBytes()));
        } else if (bytes >= 0) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(bytes));
        } else {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        }
        finishHead(headers);
        write(new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), body, headers, EmptyHttpHeaders.INSTANCE));
    }

    @Override
    void writeData(ByteBuf data) {
        int bytes = data.readableBytes();
        connection.ctx().write(new DefaultHttpContent(data)).addListener(written -> sent(bytes));
        queue.wrote(connection.connection);
    }

    @Override
    void writeEnd(Fields last) {
        write(
                last.isEmpty() || !chunked
                        ? LastHttpContent.EMPTY_LAST_CONTENT
                        : new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER, last.http1()));
    }

    @Override
    void writeAbort(CallException reason) {
        keepAlive = false;
        connection.abort(!chunked && !sized);
    }

    @Override
    boolean writeSwitch(Fields headers) {
        keepAlive = false;
        return connection.switchProtocols(new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.SWITCHING_PROTOCOLS,
                Unpooled.EMPTY_BUFFER,
                headers.http1(),
                EmptyHttpHeaders.INSTANCE));
    }

    @Override
    void writeRaw(ByteBuf data) {
        int bytes = data.readableBytes();
        connection.ctx().write(data).addListener(written -> sent(bytes));
        queue.wrote(connection.connection);
    }

    @Override
    void closed() {
        answered = true;
        connection.answered(this);
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
}
