package dev.parley.http;

import dev.parley.Metadata;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;

/** The head of a request as it is passed on. */
final class PassedHead {

    static final AsciiString TIMEOUT = AsciiString.cached("x-request-timeout-ms");

    private static final AsciiString VIA = AsciiString.cached("via");
    private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
    private static final String TRAILERS = "trailers";

    private final FilteredExchange exchange;
    private final Upstream upstream;
    private final Fields fields;
    private final long length;
    private final String upgrade;

    /** {@code length}: of the body, -1 if it is not declared. {@code upgrade}: the protocol to change to, or empty. */
    private PassedHead(FilteredExchange exchange, Upstream upstream, long length, String upgrade) {
        this.exchange = exchange;
        this.upstream = upstream;
        this.fields = exchange.fields;
        this.length = length;
        this.upgrade = upgrade;
    }

    /** Changes the headers of {@code exchange} into those that the upstream gets. */
    static PassedHead prepare(
            FilteredExchange exchange, Upstream upstream, ProxyOptions.Forwarded rule, long length, String upgrade) {
        Fields fields = exchange.fields;
        boolean trailers = HopByHop.hasToken(fields.get(HopByHop.TE), TRAILERS);
        HopByHop.remove(fields);
        if (trailers) {
            fields.set(HopByHop.TE, TRAILERS);
        }
        String received = exchange.isHttp2() ? "2 parley" : "1.1 parley";
        String via = fields.get(VIA);
        fields.set(VIA, via == null ? received : String.join(", ", fields.getAll(VIA)) + ", " + received);
        forwarded(exchange, rule);
        return new PassedHead(exchange, upstream, length, upgrade);
    }

    private static void forwarded(FilteredExchange exchange, ProxyOptions.Forwarded rule) {
        Fields fields = exchange.fields;
        if (rule == ProxyOptions.Forwarded.REMOVE) {
            fields.remove(FORWARDED_FOR);
            fields.remove(FORWARDED_PROTO);
            fields.remove(FORWARDED_HOST);
            return;
        }
        boolean append = rule == ProxyOptions.Forwarded.APPEND;
        String address = exchange.address();
        int port = address.lastIndexOf(':');
        String client = port < 0 ? address : address.substring(0, port);
        boolean more = append && fields.contains(FORWARDED_FOR);
        fields.set(FORWARDED_FOR, more ? String.join(", ", fields.getAll(FORWARDED_FOR)) + ", " + client : client);
        if (!append || !fields.contains(FORWARDED_PROTO)) {
            fields.set(FORWARDED_PROTO, exchange.scheme());
        }
        if (!append || !fields.contains(FORWARDED_HOST)) {
            fields.set(FORWARDED_HOST, exchange.originalAuthority());
        }
    }

    /** What the body was declared to have, or -1. */
    long length() {
        return length;
    }

    /** Where it goes to, for people. */
    String upstream() {
        return upstream.authority();
    }

    /** HTTP/1.0 need not say it. */
    private String authority() {
        return exchange.authority().isEmpty() ? upstream.authority() : exchange.authority();
    }

    private void remaining() {
        long nanos = exchange.deadline().remainingNanos();
        if (nanos != Long.MAX_VALUE) {
            fields.set(TIMEOUT, Long.toString(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos))));
        }
    }

    /** For Netty's HTTP/1.1 codec. */
    HttpRequest http1(boolean end) {
        remaining();
        HttpMethod method = HttpMethod.valueOf(exchange.method());
        HttpHeaders headers = fields.http1();
        headers.set(HttpHeaderNames.HOST, authority());
        joinCookies(headers);
        if (!upgrade.isEmpty()) {
            headers.set(HopByHop.CONNECTION, HopByHop.UPGRADE);
            headers.set(HopByHop.UPGRADE, upgrade);
        } else if (headers.contains(HopByHop.TE)) {
            headers.set(HopByHop.CONNECTION, HopByHop.TE);
        }
        if (end) {
            boolean expectsBody =
                    method.equals(HttpMethod.POST) || method.equals(HttpMethod.PUT) || method.equals(HttpMethod.PATCH);
            if (expectsBody || length == 0) {
                headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
            } else {
                headers.remove(HttpHeaderNames.CONTENT_LENGTH);
            }
            return new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1,
                    method,
                    exchange.target(),
                    Unpooled.EMPTY_BUFFER,
                    headers,
                    EmptyHttpHeaders.INSTANCE);
        }
        if (length >= 0) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
        } else {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, exchange.target(), headers);
    }

    /** HTTP/2 may divide them, HTTP/1.1 may not (RFC 9113, 8.2.3). */
    private void joinCookies(HttpHeaders headers) {
        if (exchange.isHttp2() && headers.contains(HttpHeaderNames.COOKIE)) {
            headers.set(HttpHeaderNames.COOKIE, String.join("; ", headers.getAll(HttpHeaderNames.COOKIE)));
        }
    }

    /** For Netty's HTTP/2 handler. */
    Http2Headers http2() {
        remaining();
        Metadata metadata = fields.metadata();
        Http2Headers headers = new DefaultHttp2Headers(false, metadata.size() + 8);
        headers.method(exchange.method()).scheme("http").authority(authority()).path(exchange.target());
        metadata.forEach((name, value) -> {
            if (!name.equals("host") && !name.equals("content-length")) {
                Http2Names.add(headers, name, value);
            }
        });
        if (length >= 0) {
            headers.set("content-length", Long.toString(length));
        }
        return headers;
    }
}
