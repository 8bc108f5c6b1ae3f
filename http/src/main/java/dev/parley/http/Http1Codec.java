package dev.parley.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Netty's codec for the server's side of HTTP/1.1, with a request line read as RFC 9112 has it: Netty's own takes tabs and
 * runs of white space for the one space, and a version in small letters. Folded headers (5.2) are refused: Netty's own drops
 * whatever control characters stand around the continued part. So is a trailer that would say how a message is framed (RFC
 * 9110, 6.5.1): Netty's own leaves it out without a look at its value, a bare carriage return in it included. A proxy in front
 * that reads these otherwise could be made to disagree with us about where a request ends.
 */
final class Http1Codec extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {

    private static final List<AsciiString> FRAMING =
            List.of(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderNames.TRAILER);

    // Of each request that has no answer yet, whether the answer is without a body. Http1Server stops reading behind
    // the
    // first request that has to wait, so there are few.
    private final ArrayDeque<Boolean> bodiless = new ArrayDeque<>(4);

    Http1Codec(HttpDecoderConfig config) {
        init(new Decoder(config), new Encoder());
    }

    private final class Decoder extends HttpRequestDecoder {
        private boolean betweenRequests = true;
        private boolean broken;
        private boolean inHead;
        private boolean headRead; // of a request whose end has not been read
        private int lineStart; // from the reader index; of the first line of the head that was not looked at whole
        private int end;

        Decoder(HttpDecoderConfig config) {
            super(config);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
            if (broken) {
                buffer.skipBytes(buffer.readableBytes());
                return;
            }
            if (betweenRequests && !begin(buffer, out)) {
                return;
            }
            if (inHead && isFolded(buffer)) {
                refuse(buffer, out, "a line of its head begins with white space: folded headers are not taken");
                return;
            }
            int before = out.size();
            int unread = buffer.readableBytes();
            super.decode(ctx, buffer, out);
            lineStart = Math.max(0, lineStart - (unread - buffer.readableBytes()));
            for (int i = before; i < out.size(); i++) {
                if (out.get(i) instanceof io.netty.handler.codec.http.HttpRequest request) {
                    bodiless.add(HttpMethod.HEAD.equals(request.method()));
                    inHead = false; // whole, or given up
                    headRead = true;
                }
                if (out.get(i) instanceof LastHttpContent) {
                    betweenRequests = true;
                    headRead = false;
                }
            }
        }

        /** Passes over empty lines (2.2), and only those: Netty would pass over any control characters and white space. */
        private boolean begin(ByteBuf buffer, List<Object> out) {
            while (buffer.isReadable()) {
                byte first = buffer.getByte(buffer.readerIndex());
                if (first > ' ') {
                    betweenRequests = false;
                    inHead = true;
                    lineStart = 0;
                    return true;
                }
                if (first == '\r' && buffer.readableBytes() == 1) {
                    return false; // the line feed is on its way
                }
                if (first != '\r' || buffer.getByte(buffer.readerIndex() + 1) != '\n') {
                    refuse(
                            buffer,
                            out,
                            String.format("it begins with the byte 0x%02X, which no method does", first & 0xff));
                    return false;
                }
                buffer.skipBytes(2);
            }
            return false;
        }

        /** Looks at how each line of a head begins, as far as the head has come; to its end and no further. */
        private boolean isFolded(ByteBuf buffer) {
            int start = buffer.readerIndex() + lineStart;
            while (start < buffer.writerIndex()) {
                byte first = buffer.getByte(start);
                if (first == ' ' || first == '\t') {
                    return true;
                }
                int lineFeed = buffer.indexOf(start, buffer.writerIndex(), (byte) '\n');
                if (lineFeed < 0) {
                    break;
                }
                if (lineFeed == start || (first == '\r' && lineFeed == start + 1)) {
                    inHead = false;
                    return false;
                }
                start = lineFeed + 1;
            }
            lineStart = start - buffer.readerIndex();
            return false;
        }

        private void refuse(ByteBuf buffer, List<Object> out, String reason) {
            broken = true;
            buffer.skipBytes(buffer.readableBytes());
            DefaultFullHttpRequest request =
                    new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER);
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(reason)));
            bodiless.add(false);
            out.add(request);
        }

        @Override
        protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
            end = start + length;
            return super.splitFirstWordInitialLine(line, start, length);
        }

        @Override
        protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
            checkSpace(line, start);
            end = start + length;
            return super.splitSecondWordInitialLine(line, start, length);
        }

        @Override
        protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
            checkSpace(line, start);
            String version = super.splitThirdWordInitialLine(line, start, length);
            if (!version.startsWith("HTTP/")) {
                throw new IllegalArgumentException("the request line ends with no version of HTTP");
            }
            return version;
        }

        @Override
        protected AsciiString splitHeaderName(byte[] line, int start, int length) {
            AsciiString name = super.splitHeaderName(line, start, length);
            if (headRead && FRAMING.stream().anyMatch(name::contentEqualsIgnoreCase)) {
                throw new IllegalArgumentException("a trailer is named " + name + ", which only a header can be");
            }
            return name;
        }

        private void checkSpace(byte[] line, int start) {
            if (start != end + 1 || line[end] != ' ') {
                throw new IllegalArgumentException("the parts of a request line are not separated by one space each");
            }
        }
    }

    private final class Encoder extends HttpResponseEncoder {

        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                return super.isContentAlwaysEmpty(response); // the final one follows
            }
            boolean head = Boolean.TRUE.equals(bodiless.poll());
            return head || super.isContentAlwaysEmpty(response);
        }
    }
}
