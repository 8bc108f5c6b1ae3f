package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a proxy changes in a head, what it keeps, and what it never passes on. */
class ProxyHeadersTest {

    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    /** Keeps the heads of requests that come, and all bytes behind a body. */
    private static RawServer recorder(BlockingQueue<String> heads, String answer) throws Exception {
        return new RawServer(socket -> {
            while (true) {
                String head = RawServer.head(socket);
                heads.add(head);
                int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
                if (at >= 0) {
                    int from = at + 16;
                    socket.getInputStream()
                            .readNBytes(Integer.parseInt(head.substring(from, head.indexOf('\r', from))));
                }
                socket.getOutputStream().write(Talk.bytes(answer));
            }
        });
    }

    private static String next(BlockingQueue<String> heads) throws InterruptedException {
        String head = heads.poll(20, TimeUnit.SECONDS);
        assertThat(head).as("a request at the upstream").isNotNull();
        return head;
    }

    @Test
    void stripsWhatIsOfOneConnection() throws Exception {
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        String answer = "HTTP/1.1 200 OK\r\nConnection: x-private, keep-alive\r\nKeep-Alive: timeout=5\r\n"
                + "X-Private: 1\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nX-End: 2\r\ncontent-length: 2\r\n\r\nok";
        try (RawServer upstream = recorder(heads, answer);
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            String response = raw.send(
                            "GET /x HTTP/1.1\r\nHost: front.example\r\nConnection: keep-alive, X-Hop, Content-Length"
                                    + "\r\nKeep-Alive: 5\r\nX-Hop: 1\r\nTE: trailers, gzip\r\nProxy-Connection: x\r\n"
                                    + "Upgrade: h2c\r\nHTTP2-Settings: AAA\r\nX-End: 1\r\n\r\n")
                    .response();
            String head = next(heads);
            assertThat(head)
                    .startsWith("GET /x HTTP/1.1\r\n")
                    .containsIgnoringCase("host: front.example\r\n")
                    .containsIgnoringCase("x-end: 1\r\n")
                    .containsIgnoringCase("\r\nte: trailers\r\n")
                    .containsIgnoringCase("\r\nconnection: te\r\n")
                    .containsIgnoringCase("\r\nvia: 1.1 parley\r\n")
                    .doesNotContainIgnoringCase("x-hop")
                    .doesNotContainIgnoringCase("keep-alive")
                    .doesNotContainIgnoringCase("gzip")
                    .doesNotContainIgnoringCase("upgrade")
                    .doesNotContainIgnoringCase("settings");
            assertThat(response)
                    .containsIgnoringCase("x-end: 2\r\n")
                    .doesNotContainIgnoringCase("x-private")
                    .doesNotContainIgnoringCase("keep-alive")
                    .doesNotContainIgnoringCase("upgrade")
                    .endsWith("ok");
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhoCame(ProxyOptions.Forwarded rule) throws Exception {
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        try (RawServer upstream = recorder(heads, OK);
                HttpServer proxy =
                        Proxies.with(ProxyOptions.defaults().withForwarded(rule), Proxy.to(upstream.authority()));
                RawClient raw = new RawClient(proxy.port())) {
            raw.send("GET / HTTP/1.1\r\nHost: front\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 8.8.8.8\r\n"
                            + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nVia: 1.0 other\r\n\r\n")
                    .response();
            String head = next(heads).toLowerCase(java.util.Locale.ROOT);
            assertThat(head).contains("via: 1.0 other, 1.1 parley\r\n");
            switch (rule) {
                case REPLACE ->
                    assertThat(head)
                            .contains("x-forwarded-for: 127.0.0.1\r\n")
                            .contains("x-forwarded-proto: http\r\n")
                            .contains("x-forwarded-host: front\r\n")
                            .doesNotContain("9.9.9.9")
                            .doesNotContain("evil");
                case APPEND ->
                    assertThat(head)
                            .contains("x-forwarded-for: 9.9.9.9, 8.8.8.8, 127.0.0.1\r\n")
                            .contains("x-forwarded-proto: https\r\n")
                            .contains("x-forwarded-host: evil\r\n");
                case REMOVE -> assertThat(head).doesNotContain("x-forwarded");
            }
        }
    }

    @Test
    void frames() throws Exception {
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        try (RawServer upstream = recorder(heads, OK);
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
                    .response();
            assertThat(next(heads))
                    .containsIgnoringCase("content-length: 3\r\n")
                    .doesNotContain("chunked");
            raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").response();
            assertThat(next(heads)).containsIgnoringCase("content-length: 0\r\n");
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").response();
            assertThat(next(heads)).doesNotContainIgnoringCase("content-length").doesNotContain("chunked");
            raw.send("GET http://other.example:81/abs?q HTTP/1.1\r\nHost: x\r\n\r\n")
                    .response();
            assertThat(next(heads))
                    .startsWith("GET /abs?q HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nhost: other.example:81\r\n");
            raw.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").response();
            assertThat(next(heads)).startsWith("OPTIONS * HTTP/1.1\r\n");
            // Of HTTP/1.0 the connection ends with the answer.
            raw.send("GET / HTTP/1.0\r\n\r\n");
            assertThat(raw.response()).endsWith("ok");
            assertThat(next(heads))
                    .startsWith("GET / HTTP/1.1\r\n")
                    .containsIgnoringCase("host: " + upstream.authority());
            assertThat(raw.ends()).isTrue();
        }
    }

    @Test
    void interimResponsesPass() throws Exception {
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        try (RawServer upstream = new RawServer(socket -> {
                    heads.add(RawServer.head(socket));
                    socket.getOutputStream().write(Talk.bytes("HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n"));
                    socket.getOutputStream().write(Talk.bytes("HTTP/1.1 100 Continue\r\n\r\n"));
                    heads.add(new String(
                            socket.getInputStream().readNBytes(3), java.nio.charset.StandardCharsets.US_ASCII));
                    socket.getOutputStream().write(Talk.bytes(OK));
                });
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(next(heads)).containsIgnoringCase("expect: 100-continue");
            assertThat(raw.response()).startsWith("HTTP/1.1 103 ").contains("link: </a.css>");
            assertThat(raw.response()).startsWith("HTTP/1.1 100 ");
            raw.send("abc");
            assertThat(next(heads)).isEqualTo("abc");
            assertThat(raw.response()).startsWith("HTTP/1.1 200").endsWith("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
                "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nX-Bad: a\u0001b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nX Bad: a\r\n\r\n",
                "GET relative HTTP/1.1\r\nHost: x\r\n\r\n",
                "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: y\r\n\r\n"
            })
    void refusesWhatTwoServersCouldReadDifferently(String request) throws Exception {
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        try (RawServer upstream = recorder(heads, OK);
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            raw.send(request);
            assertThat(raw.response()).matches("(?s)HTTP/1.1 (400|501) .*");
            assertThat(raw.ends()).isTrue();
            assertThat(heads).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                        + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n23\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n\r\n"
                        + "0\r\n\r\n"
            })
    void aBodyIsNeverTheNextRequest(String request) throws Exception {
        BlockingQueue<String> targets = new LinkedBlockingQueue<>();
        try (HttpServer upstream = Talk.serve((call, received) -> {
                    received.body().readAll();
                    targets.add(received.target());
                    return HttpResponse.text(200, received.target());
                });
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream);
                RawClient raw = new RawClient(proxy.port())) {
            raw.send(request);
            String first = raw.response();
            if (request.contains("Content-Length: 40")) {
                assertThat(first).startsWith("HTTP/1.1 400");
                assertThat(raw.ends()).isTrue();
                assertThat(targets).isEmpty();
            } else {
                assertThat(first).startsWith("HTTP/1.1 200").endsWith("/");
                assertThat(next(targets)).isEqualTo("/");
                raw.send("GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(raw.response()).endsWith("/last");
                assertThat(next(targets)).isEqualTo("/last");
            }
        }
    }

    /** HTTP/2 can carry in its fields what would end a line of HTTP/1.1. */
    @ParameterizedTest
    @MethodSource("smuggling")
    void http2FieldsAreNeverMoreThanFields(String name, String value) throws Exception {
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        try (RawServer upstream = recorder(heads, OK);
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                Frames frames = Frames.connect(proxy.port())) {
            java.io.ByteArrayOutputStream block = new java.io.ByteArrayOutputStream();
            block.write(name.equals(":method") ? new byte[] {(byte) 0x86} : new byte[] {(byte) 0x82, (byte) 0x86});
            if (!name.equals(":path")) {
                block.write(0x84);
            }
            literal(block, name, value);
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, block.toByteArray());
            for (Frames.Frame frame = frames.read(); frame != null; frame = frames.read()) {
                if (frame.stream() == 1 || frame.type() == Frames.GOAWAY) {
                    if (frame.type() == Frames.HEADERS) {
                        assertThat(frame.payload()[0])
                                .as("status by the static table")
                                .isNotEqualTo((byte) 0x88);
                    }
                    break;
                }
            }
            assertThat(heads.poll(50, TimeUnit.MILLISECONDS)).isNull();
        }
    }

    private static void literal(java.io.ByteArrayOutputStream block, String name, String value) throws Exception {
        block.write(0);
        block.write(name.length());
        block.write(Talk.bytes(name));
        block.write(value.length());
        block.write(Talk.bytes(value));
    }

    static List<org.junit.jupiter.params.provider.Arguments> smuggling() {
        return List.of(
                org.junit.jupiter.params.provider.Arguments.of(":path", "/ HTTP/1.1\r\nX: y\r\n\r\nGET /b"),
                org.junit.jupiter.params.provider.Arguments.of(":path", "/a b"),
                org.junit.jupiter.params.provider.Arguments.of(":path", "http"),
                org.junit.jupiter.params.provider.Arguments.of(":method", "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"),
                org.junit.jupiter.params.provider.Arguments.of(":authority", "a\r\nX: y"),
                org.junit.jupiter.params.provider.Arguments.of(":authority", "a/b?"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-evil=a\r\nTransfer-Encoding: chunked",
                "x-evil=a\nb",
                "x-evil=a\u0000b",
                "x-evil\r\ny=a",
                "transfer-encoding=chunked",
                "connection=x",
                "upgrade=x",
                "host=x\r\ny: z"
            })
    void http2HeadersThatEndALineOrFrameABodyAreRefused(String header) throws Exception {
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        try (RawServer upstream = recorder(heads, OK);
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                Frames frames = Frames.connect(proxy.port())) {
            java.io.ByteArrayOutputStream block = new java.io.ByteArrayOutputStream();
            block.write(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84});
            String[] parts = header.split("=", -1);
            literal(block, parts[0], parts[1]);
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, block.toByteArray());
            Frames.Frame answer = frames.awaitStream(1);
            assertThat(answer.type()).isEqualTo(Frames.RST_STREAM);
            assertThat(answer.code()).as("PROTOCOL_ERROR").isOne();
            frames.request(3, false, true);
            frames.awaitStream(3);
            assertThat(next(heads)).startsWith("GET / HTTP/1.1\r\n").doesNotContain("evil");
            assertThat(heads).isEmpty();
        }
    }

    @Test
    void http2CookiesBecomeOne() throws Exception {
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        try (RawServer upstream = recorder(heads, OK);
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                Frames frames = Frames.connect(proxy.port())) {
            java.io.ByteArrayOutputStream block = new java.io.ByteArrayOutputStream();
            block.write(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84});
            literal(block, "cookie", "a=1");
            literal(block, "cookie", "b=2");
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, block.toByteArray());
            assertThat(next(heads)).containsIgnoringCase("cookie: a=1; b=2\r\n");
        }
    }

    /** Octets beyond ASCII are allowed in a value (RFC 9110, 5.5), and no way to hang an exchange or lose a connection. */
    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void valuesBeyondAsciiAreAnswered(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) ->
                        HttpResponse.text(200, request.headers().get("x-last").orElse("-")));
                HttpServer proxy = Proxies.to(up, upstream)) {
            if (down == HttpVersion.HTTP_1_1) {
                try (RawClient raw = new RawClient(proxy.port())) {
                    raw.send("GET / HTTP/1.1\r\nHost: x\r\nX-Odd: a\u00e4b\r\nX-Last: y\r\n\r\n");
                    assertThat(raw.response()).matches("(?s)HTTP/1\\.1 (200|400) .*");
                }
            } else {
                try (Frames frames = Frames.connect(proxy.port())) {
                    java.io.ByteArrayOutputStream block = new java.io.ByteArrayOutputStream();
                    block.write(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84});
                    literal(block, "x-odd", "a\u00e4b");
                    literal(block, "x-last", "y");
                    frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, block.toByteArray());
                    Frames.Frame answer = frames.awaitStream(1);
                    assertThat(answer.type()).isEqualTo(Frames.HEADERS);
                    assertThat(answer.payload()[0]).as("200 or 400").isIn((byte) 0x88, (byte) 0x8c);
                }
            }
            try (HttpClient next = HttpClient.create()) {
                assertThat(Talk.send(next, down, Talk.get(Talk.at(proxy), "/")).status())
                        .isEqualTo(200);
            }
        }
    }

    /** The same of an upstream's answer: whatever the proxy makes of it, the client hears of it. */
    @ParameterizedTest
    @EnumSource
    void valuesBeyondAsciiInAnAnswerArePassedOrRefused(HttpVersion down) throws Exception {
        try (RawServer upstream = recorder(
                        new LinkedBlockingQueue<>(),
                        "HTTP/1.1 200 OK\r\nx-odd: a\u00e4b\r\ncontent-length: 2\r\n\r\nok");
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                HttpClient client = HttpClient.create()) {
            if (down == HttpVersion.HTTP_1_1) {
                try (RawClient raw = new RawClient(proxy.port())) {
                    assertThat(raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").response())
                            .matches("(?s)HTTP/1\\.1 (200|502) .*");
                }
            } else {
                assertThat(Talk.send(client, down, Talk.get(Talk.at(proxy), "/"))
                                .status())
                        .isIn(200, 502);
            }
        }
    }
}
