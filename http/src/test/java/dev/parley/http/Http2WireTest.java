package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Messages;
import dev.parley.Metadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 as frames on a socket: what RFC 9113 asks of a server beyond what a well-behaved client makes it show. */
@ExtendWith(LeakCheck.class)
class Http2WireTest {

    private static final int END = Frames.END_HEADERS | Frames.END_STREAM;
    private static final int PADDED = 8;
    private static final int CONTINUATION = 9;
    private static final int PROTOCOL_ERROR = 1;
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int ENHANCE_YOUR_CALM = 11;

    private final AtomicInteger handled = new AtomicInteger();
    private HttpServer server = Talk.serve((call, request) -> {
        byte[] body = request.body().readAll();
        handled.incrementAndGet();
        return HttpResponse.text(200, request.target() + " " + body.length);
    });

    @AfterEach
    void close() throws Exception {
        try (Frames next = Frames.connect(server.port())) {
            next.request(1, false, true);
            assertThat(next.await(Frames.HEADERS).payload()[0]).isEqualTo((byte) 0x88);
        }
        server.close();
    }

    private void serve(HttpLimits limits, dev.parley.Handler<HttpRequest, HttpResponse> handler) {
        server.close();
        server = Talk.serve(limits, handler);
    }

    /** Literal fields without indexing, names and values as they are. */
    private static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            block.write(fields[i].length());
            block.writeBytes(Talk.bytes(fields[i]));
        }
        return block.toByteArray();
    }

    private static byte[] post(String... more) {
        byte[] fixed = {(byte) 0x83, (byte) 0x84, (byte) 0x86};
        byte[] others = block(more);
        byte[] all = Arrays.copyOf(fixed, 3 + others.length);
        System.arraycopy(others, 0, all, 3, others.length);
        return all;
    }

    /** The status of a block that begins with it, be it from the static table or a literal. */
    private static int status(Frames.Frame headers) {
        byte[] block = headers.payload();
        int at = 0;
        while ((block[at] & 0xe0) == 0x20) { // updates of the table's size
            at += (block[at] & 0x1f) == 0x1f ? lengthOfNumber(block, at) : 1;
        }
        int[] known = {200, 204, 206, 304, 400, 404, 500};
        int first = block[at] & 0xff;
        if (first >= 0x88 && first <= 0x8e) {
            return known[first - 0x88];
        }
        assertThat(block[at + 1]).as("a literal of three octets").isEqualTo((byte) 3);
        return Integer.parseInt(new String(block, at + 2, 3, StandardCharsets.US_ASCII));
    }

    private static int lengthOfNumber(byte[] block, int at) {
        int length = 2;
        while ((block[at + length - 1] & 0x80) != 0) {
            length++;
        }
        return length;
    }

    /** What ends a stream or the connection in error, answers aside. */
    private static int error(Frames frames) throws Exception {
        for (Frames.Frame frame = frames.read(); frame != null; frame = frames.read()) {
            if (frame.type() == Frames.GOAWAY || frame.type() == Frames.RST_STREAM) {
                return frame.code();
            }
        }
        return -1;
    }

    /** The text of an answer on this stream; its head must have been read. */
    private static String body(Frames frames, int stream) throws Exception {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (true) {
            Frames.Frame frame = frames.await(Frames.DATA);
            if (frame.stream() == stream) {
                text.writeBytes(frame.payload());
                if (frame.ends()) {
                    return text.toString(StandardCharsets.UTF_8);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {":path=/x", ":status=200", ":odd=1", "connection=close", "X=y"})
    void trailersThatBreakTheRulesResetTheStream(String field) throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, true, false).write(Frames.DATA, 0, 1, new byte[3]);
            frames.write(Frames.HEADERS, END, 1, block(field.split("=", -1)));
            assertThat(error(frames)).isEqualTo(PROTOCOL_ERROR);
        }
        assertThat(handled).as("requests whose body ended well").hasValue(0);
    }

    @Test
    void trailersThatDoNotEndTheStreamAreAnError() throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, true, false);
            frames.write(Frames.HEADERS, Frames.END_HEADERS, 1, block("x", "y"));
            assertThat(error(frames)).isEqualTo(PROTOCOL_ERROR);
        }
        assertThat(handled).hasValue(0);
    }

    @Test
    void trailersThatKeepTheRulesEndTheBody() throws Exception {
        serve(
                Talk.LIMITS,
                (call, request) -> HttpResponse.text(
                        200,
                        request.body().readAll().length
                                + request.body().trailers().get("x-t").orElse("-")));
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, true, false).write(Frames.DATA, 0, 1, new byte[3]);
            frames.write(Frames.HEADERS, END, 1, block("x-t", "v"));
            frames.await(Frames.HEADERS);
            assertThat(body(frames, 1)).isEqualTo("3v");
        }
    }

    /** A megabyte and a half of padding through windows of less: it is not the body, and is given back (6.1). */
    @Test
    void paddingIsNoBodyAndItsWindowIsGivenBack() throws Exception {
        byte[] data = new byte[1 + 1 + 255];
        data[0] = (byte) 255;
        try (Frames frames = Frames.connect(server.port())) {
            byte[] head = new byte[1 + 3 + 10];
            head[0] = 10;
            System.arraycopy(new byte[] {(byte) 0x83, (byte) 0x84, (byte) 0x86}, 0, head, 1, 3);
            frames.write(Frames.HEADERS, Frames.END_HEADERS | PADDED, 1, head);
            for (int i = 0; i < 100; i++) {
                for (int j = 0; j < 60; j++) {
                    frames.write(Frames.DATA, PADDED, 1, data);
                }
                frames.write(Frames.PING, 0, 0, new byte[8]);
                Frames.Frame answer = frames.await(Frames.PING);
                assertThat(answer.flags()).isEqualTo(Frames.ACK);
            }
            frames.write(Frames.DATA, Frames.END_STREAM, 1, new byte[0]);
            assertThat(status(frames.await(Frames.HEADERS))).isEqualTo(200);
            assertThat(body(frames, 1)).isEqualTo("/ 6000");
        }
    }

    @Test
    void paddingLongerThanItsFrameIsAnError() throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, true, false).write(Frames.DATA, PADDED, 1, new byte[] {9, 1, 2, 3});
            assertThat(error(frames)).isIn(PROTOCOL_ERROR, FRAME_SIZE_ERROR);
        }
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, END | PADDED, 1, new byte[] {9, (byte) 0x82, (byte) 0x84, (byte) 0x86});
            assertThat(error(frames)).isIn(PROTOCOL_ERROR, FRAME_SIZE_ERROR);
        }
        assertThat(handled).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5|6", "5, 6", "-5", "+5", "five", "99999999999999999999"})
    void aLengthThatIsNotOneResetsTheStream(String lengths) throws Exception {
        String[] each = lengths.split("\\|", -1);
        byte[] head = each.length == 1
                ? post("content-length", each[0])
                : post("content-length", each[0], "content-length", each[1]);
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, Frames.END_HEADERS, 1, head)
                    .write(Frames.DATA, Frames.END_STREAM, 1, new byte[5]);
            assertThat(error(frames)).isEqualTo(PROTOCOL_ERROR);
        }
        assertThat(handled).hasValue(0);
    }

    @Test
    void aLengthWithoutABodyResetsTheStream() throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, END, 1, post("content-length", "5"));
            assertThat(error(frames)).isEqualTo(PROTOCOL_ERROR);
        }
        assertThat(handled).hasValue(0);
    }

    @Test
    void fiveGigabytesThatAreDeclaredAreRefusedAtOnce() throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, Frames.END_HEADERS, 1, post("content-length", "5368709120"));
            assertThat(status(frames.await(Frames.HEADERS))).isEqualTo(413);
            assertThat(body(frames, 1)).contains("declares 5368709120 bytes").contains("the limit is 10485760 bytes");
            assertThat(frames.await(Frames.RST_STREAM).code())
                    .as("stop sending")
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD /", "GET /204", "GET /304", "HEAD /stream", "GET /204stream"})
    void answersWithoutABodyEndWithTheirHead(String request) throws Exception {
        serve(Talk.LIMITS, (call, received) -> {
            int status =
                    received.target().contains("204") ? 204 : received.target().contains("304") ? 304 : 200;
            Body body =
                    received.target().endsWith("stream") ? Body.stream(Messages.of(new byte[3])) : Body.of(new byte[3]);
            return new HttpResponse(status, new Metadata(), body);
        });
        String[] parts = request.split(" ", -1);
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, END, 1, block(":method", parts[0], ":scheme", "http", ":path", parts[1]));
            assertThat(frames.await(Frames.HEADERS).ends()).isTrue();
            frames.request(3, false, true);
            for (Frames.Frame frame = frames.read(); frame != null && frame.stream() != 3; frame = frames.read()) {
                assertThat(frame.type()).isNotEqualTo(Frames.DATA);
            }
        }
    }

    @Test
    void continuesWhoeverWaitsAndIsRead() throws Exception {
        serve(
                Talk.LIMITS,
                (call, request) -> request.target().equals("/refused")
                        ? HttpResponse.of(403)
                        : HttpResponse.text(200, "" + request.body().readAll().length));
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, Frames.END_HEADERS, 1, post("expect", "100-continue", "content-length", "3"));
            Frames.Frame interim = frames.await(Frames.HEADERS);
            assertThat(status(interim)).isEqualTo(100);
            assertThat(interim.ends()).isFalse();
            frames.write(Frames.DATA, Frames.END_STREAM, 1, new byte[3]);
            assertThat(status(frames.await(Frames.HEADERS))).isEqualTo(200);
            assertThat(body(frames, 1)).isEqualTo("3");
            frames.write(
                    Frames.HEADERS,
                    Frames.END_HEADERS,
                    3,
                    block(":method", "POST", ":scheme", "http", ":path", "/refused", "expect", "100-continue"));
            assertThat(status(frames.await(Frames.HEADERS))).isEqualTo(403);
        }
    }

    @Test
    void aStreamedAnswerContinuesBeforeItsHead() throws Exception {
        serve(Talk.LIMITS, (call, request) -> Talk.echo(request));
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, Frames.END_HEADERS, 1, post("expect", "100-continue"));
            assertThat(status(frames.await(Frames.HEADERS))).isEqualTo(100);
            frames.write(Frames.DATA, Frames.END_STREAM, 1, Talk.bytes("abc"));
            assertThat(status(frames.await(Frames.HEADERS))).isEqualTo(200);
            assertThat(body(frames, 1)).isEqualTo("abc");
        }
    }

    @Test
    void otherExpectationsFail() throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, END, 1, post("expect", "the-unexpected"));
            assertThat(status(frames.await(Frames.HEADERS))).isEqualTo(417);
            assertThat(body(frames, 1)).contains("Expect").contains("the-unexpected");
        }
        assertThat(handled).hasValue(0);
    }

    /** With a table as large as the client asks for, each answer's headers would stay in it. */
    @Test
    void theClientDoesNotSayHowLargeTheTableOfHeadersGrows() throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.SETTINGS, 0, 0, new byte[] {0, 1, (byte) 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
            frames.request(1, false, true);
            byte[] answer = frames.await(Frames.HEADERS).payload();
            long size = 4096;
            for (int at = 0; (answer[at] & 0xe0) == 0x20; ) {
                size = answer[at] & 0x1f;
                int shift = 0;
                if (size == 0x1f) {
                    do {
                        at++;
                        size += (long) (answer[at] & 0x7f) << shift;
                        shift += 7;
                    } while ((answer[at] & 0x80) != 0);
                }
                at++;
            }
            assertThat(size).as("bytes of the table").isLessThanOrEqualTo(4096);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBlockOfHeadersThatTakesTooLongEndsTheConnection(boolean drip) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        serve(Talk.LIMITS.withTimeouts(Duration.ofMinutes(5), Duration.ofMillis(300)), (call, request) -> {
            if (request.method().equals("POST")) {
                Talk.await(release);
            }
            return HttpResponse.of(200);
        });
        try (Frames frames = Frames.connect(server.port())) {
            frames.await(Frames.SETTINGS); // answered: a frame of settings inside a block would be an error of its own
            frames.request(1, true, true); // what runs does not keep the half block
            frames.write(Frames.HEADERS, Frames.END_STREAM, 3, new byte[] {(byte) 0x82, (byte) 0x84, (byte) 0x86});
            FutureTask<Integer> code = Talk.start(() -> error(frames));
            if (drip) {
                OutputStream out = frames.socket.getOutputStream();
                try {
                    out.write(new byte[] {0, 16, 0, CONTINUATION, 0, 0, 0, 0, 3});
                    for (int i = 0; i < 2000 && !code.isDone(); i++) {
                        out.write(0);
                        Thread.sleep(20);
                    }
                } catch (IOException closed) {
                    // what the server may do
                }
            }
            assertThat(Talk.result(code)).isIn(ENHANCE_YOUR_CALM, -1);
        } finally {
            release.countDown();
        }
        Talk.await("it is closed", () -> server.openConnections() == 0);
    }

    @Test
    void aFirstFrameThatTakesTooLongEndsTheConnection() throws Exception {
        serve(
                Talk.LIMITS.withTimeouts(Duration.ofMinutes(5), Duration.ofMillis(200)),
                (call, request) -> HttpResponse.of(200));
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4");
            raw.rest();
        }
        Talk.await("it is closed", () -> server.openConnections() == 0);
    }

    @Test
    void aConnectionBetweenRequestsHasNoBlockThatIsLate() throws Exception {
        serve(
                Talk.LIMITS.withTimeouts(Duration.ofMinutes(5), Duration.ofMillis(50)),
                (call, request) -> HttpResponse.of(200));
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, false, true);
            frames.await(Frames.HEADERS);
            frames.socket.setSoTimeout(300);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> frames.await(Frames.GOAWAY))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
            frames.request(3, false, true);
            assertThat(frames.await(Frames.HEADERS).stream()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ht tp", "http:", "http\r\nx: y", "ftp", "1", "http, https"})
    void aSchemeThatIsNotOfHttpIsRefused(String scheme) throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, END, 1, block(":method", "GET", ":scheme", scheme, ":path", "/"));
            Frames.Frame answer = frames.awaitStream(1);
            if (answer.type() == Frames.HEADERS) {
                assertThat(status(answer)).isEqualTo(400);
            } else {
                assertThat(answer.type()).isEqualTo(Frames.RST_STREAM);
                assertThat(answer.code()).isEqualTo(PROTOCOL_ERROR);
            }
        }
        assertThat(handled).hasValue(0);
    }

    /** A client that says https on a plain connection is not believed, by the handler or the next hop. */
    @Test
    void theSchemeIsTheConnections() throws Exception {
        serve(
                Talk.LIMITS,
                (call, request) -> HttpResponse.text(
                        200,
                        request.scheme() + " "
                                + request.headers().get("x-forwarded-proto").orElse("-")));
        try (HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, server)) {
            for (HttpServer at : List.of(server, proxy)) {
                try (Frames frames = Frames.connect(at.port())) {
                    frames.write(Frames.HEADERS, END, 1, block(":method", "GET", ":scheme", "https", ":path", "/"));
                    frames.await(Frames.HEADERS);
                    assertThat(body(frames, 1)).isEqualTo(at.equals(proxy) ? "http http" : "http -");
                }
            }
        }
    }

    /** Netty's own limit behind a GOAWAY is 30 seconds. */
    @Test
    @Tag("long")
    void aStreamOutlivesTheAgeOfItsConnection() throws Exception {
        serve(
                Talk.LIMITS.withMaxConnectionAge(Duration.ofSeconds(1)),
                (call, request) -> request.method().equals("GET")
                        ? HttpResponse.of(200)
                        : new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                            for (int i = 0; i < 36; i++) {
                                sink.send(new byte[1]);
                                Thread.sleep(1000);
                            }
                        }))));
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, true, true);
            frames.await(Frames.GOAWAY);
            int seconds = 0;
            for (Frames.Frame frame = frames.await(Frames.DATA); !frame.ends(); frame = frames.await(Frames.DATA)) {
                seconds++;
            }
            assertThat(seconds).isGreaterThan(30);
            frames.drain(); // and then it closes
        }
    }

    /** Frames of one byte each, on streams that nobody reads: not an object for each. */
    @Test
    void bodiesInPiecesOfOneByteTakeLittleMore() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        serve(Talk.LIMITS, (call, request) -> {
            if (request.method().equals("POST")) {
                Talk.await(release);
                return HttpResponse.text(200, "" + request.body().readAll().length);
            }
            return HttpResponse.of(200);
        });
        int each = 60_000; // the leak detector follows each frame
        byte[] piece = {0, 0, 1, 0, 0, 0, 0, 0, 0, 'x'};
        try (Frames frames = Frames.connect(server.port())) {
            frames.await(Frames.SETTINGS); // acknowledged: only then does the stream's window count
            frames.write(Frames.PING, 0, 0, new byte[8]).await(Frames.PING);
            long before = used();
            for (int stream = 1; stream <= 3; stream += 2) {
                frames.request(stream, true, false);
                byte[] all = new byte[each * piece.length];
                for (int at = 0; at < all.length; at += piece.length) {
                    System.arraycopy(piece, 0, all, at, piece.length);
                    all[at + 8] = (byte) stream;
                }
                frames.socket.getOutputStream().write(all);
            }
            frames.write(Frames.PING, 0, 0, new byte[8]);
            Frames.Frame answer = frames.await(Frames.PING);
            assertThat(answer.flags()).isEqualTo(Frames.ACK); // all has come
            assertThat(used() - before).as("for %d bytes", 2 * each).isLessThan(2L << 20);
            release.countDown();
            for (int stream = 1; stream <= 3; stream += 2) {
                frames.write(Frames.DATA, Frames.END_STREAM, stream, new byte[0]);
                frames.await(Frames.HEADERS);
            }
        }
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Endless streams to windows of nothing: their producers stop, and others are served. */
    @Test
    void windowsThatNeverOpenStopTheProducers() throws Exception {
        AtomicLong produced = new AtomicLong();
        serve(
                Talk.LIMITS,
                (call, request) -> request.method().equals("GET")
                        ? HttpResponse.of(200)
                        : new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                            while (true) {
                                sink.send(new byte[10_000]);
                                produced.addAndGet(10_000);
                            }
                        }))));
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
            for (int i = 0; i < 100; i++) {
                frames.request(1 + 2 * i, true, true);
            }
            Talk.await("all have begun", () -> server.activeRequests() == 100);
            assertThat(Talk.awaitStall(produced::get)).isLessThan(100 * 100_000L);
            try (RawClient next = new RawClient(server.port())) {
                assertThat(next.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response())
                        .startsWith("HTTP/1.1 200");
            }
        }
        Talk.await("all is given up", () -> server.openStreams() == 0 && server.activeRequests() == 0);
    }

    /** Nothing between the socket and a handler decodes or resolves a path: whoever does it, does it once. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../etc/passwd",
                "/a/./b/../c",
                "/a%2Fb",
                "/%2e%2e/x",
                "/a%00b",
                "/a%zz",
                "/a%",
                "//a///b",
                "/a?../b"
            })
    void pathsArriveAsTheyAre(String path) throws Exception {
        try (HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, server);
                HttpServer proxy2 = Proxies.to(HttpVersion.HTTP_2, server)) {
            for (HttpServer at : List.of(server, proxy, proxy2)) {
                try (RawClient raw = new RawClient(at.port())) {
                    assertThat(raw.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
                                    .response())
                            .startsWith("HTTP/1.1 200")
                            .endsWith("\r\n\r\n" + path + " 0");
                }
                try (Frames frames = Frames.connect(at.port())) {
                    frames.write(Frames.HEADERS, END, 1, block(":method", "GET", ":scheme", "http", ":path", path));
                    assertThat(status(frames.await(Frames.HEADERS))).isEqualTo(200);
                    assertThat(body(frames, 1)).isEqualTo(path + " 0");
                }
            }
        }
    }
}
