package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server that fails at each point there is. Each time the caller is told what happened, nothing is left behind, and the
 * next request is served.
 */
@ExtendWith(LeakCheck.class)
class ServerFaultsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String FINE = OK + "Content-Length: 4\r\n\r\nfine";
    private static final int PUSH_PROMISE = 5;
    private static final int CONTINUATION = 9;

    private final HttpClient client = HttpClient.create();

    @AfterEach
    void close() {
        client.close();
    }

    private CallException failure(HttpVersion version, String authority) {
        return Talk.failure(() -> client.over(version)
                .handle(Talk.call(Duration.ofSeconds(10)), Talk.get(authority, "/"))
                .body()
                .readAll());
    }

    private void isServed(HttpVersion version, RawServer server) throws Exception {
        HttpResponse next =
                client.over(version).handle(Talk.call(Duration.ofSeconds(10)), Talk.get(server.authority(), "/"));
        assertThat(next.status()).isEqualTo(200);
        next.body().readAll();
        Talk.await("nothing runs", () -> client.running() == 0);
        Talk.await("one connection is open", () -> client.openConnections() == 1);
    }

    // ---- HTTP/1.1

    private enum End {
        CLOSE,
        RESET,
        STAY
    }

    /** {@code answer}: what is sent for the first request, and {@code end} what is done behind it. */
    private record Fault1(String name, String answer, End end, Code code, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Fault1> http1() {
        String before = "was lost before a response";
        String middle = "was lost in the middle of the response";
        String broken = "sent what is not HTTP/1.1";
        return Stream.of(
                new Fault1("closed", "", End.CLOSE, Code.UNAVAILABLE, before),
                new Fault1("reset", "", End.RESET, Code.UNAVAILABLE, before),
                new Fault1("closed in the status line", "HTTP/1.1 2", End.CLOSE, Code.UNAVAILABLE, before),
                new Fault1("closed in a header", OK + "Content-", End.CLOSE, Code.UNAVAILABLE, before),
                new Fault1("reset in a header", OK + "Content-", End.RESET, Code.UNAVAILABLE, before),
                new Fault1(
                        "closed in a body", OK + "Content-Length: 9\r\n\r\nhalf", End.CLOSE, Code.UNAVAILABLE, middle),
                new Fault1(
                        "reset in a body", OK + "Content-Length: 9\r\n\r\nhalf", End.RESET, Code.UNAVAILABLE, middle),
                new Fault1("reset in a body without length", OK + "\r\nhalf", End.RESET, Code.UNAVAILABLE, middle),
                new Fault1("closed before a chunk", CHUNKED, End.CLOSE, Code.UNAVAILABLE, middle),
                new Fault1("closed in a chunk's size", CHUNKED + "1", End.CLOSE, Code.UNAVAILABLE, middle),
                new Fault1("closed in a chunk", CHUNKED + "9\r\nhalf", End.CLOSE, Code.UNAVAILABLE, middle),
                new Fault1("closed behind a chunk", CHUNKED + "4\r\nhalf\r\n", End.CLOSE, Code.UNAVAILABLE, middle),
                new Fault1("closed in the last chunk", CHUNKED + "0\r\n", End.CLOSE, Code.UNAVAILABLE, middle),
                new Fault1("closed in the trailers", CHUNKED + "0\r\nx: y\r\n", End.CLOSE, Code.UNAVAILABLE, middle),
                new Fault1("not HTTP", "220 mail.test ESMTP\r\n\r\n", End.STAY, Code.INTERNAL, broken),
                new Fault1("no status", "HTTP/1.1 abc OK\r\n\r\n", End.STAY, Code.INTERNAL, broken),
                new Fault1(
                        "an endless status line", "HTTP/1.1 200 " + "x".repeat(9000), End.STAY, Code.INTERNAL, broken),
                new Fault1("an endless header", OK + "x: " + "y".repeat(17 << 10), End.STAY, Code.INTERNAL, broken),
                new Fault1("headers without end", OK + "x: yyyyyyyy\r\n".repeat(2000), End.STAY, Code.INTERNAL, broken),
                new Fault1("a control character", OK + "x: a\u0001\r\n\r\n", End.STAY, Code.INTERNAL, broken),
                new Fault1("a negative length", OK + "Content-Length: -1\r\n\r\n", End.STAY, Code.INTERNAL, broken),
                new Fault1(
                        "two lengths",
                        OK + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                        End.STAY,
                        Code.INTERNAL,
                        broken),
                new Fault1("no chunk size", CHUNKED + "zz\r\n", End.STAY, Code.INTERNAL, broken),
                new Fault1("a huge chunk size", CHUNKED + "f".repeat(17) + "\r\n", End.STAY, Code.INTERNAL, broken),
                new Fault1(
                        "an endless chunk size", CHUNKED + "1;" + "x".repeat(20_000), End.STAY, Code.INTERNAL, broken),
                new Fault1(
                        "trailers without end",
                        CHUNKED + "0\r\n" + "x: yyyyyyyy\r\n".repeat(2000),
                        End.STAY,
                        Code.INTERNAL,
                        broken),
                new Fault1(
                        "interim responses for ever",
                        "HTTP/1.1 102 Processing\r\n\r\n".repeat(500),
                        End.STAY,
                        Code.INTERNAL,
                        "sent more than 100 interim responses (1xx)"),
                new Fault1(
                        "a switch of protocols",
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
                        End.STAY,
                        Code.INTERNAL,
                        "status 101 that nobody asked for"));
    }

    private static void fine1(Socket socket) throws IOException {
        while (true) {
            RawServer.head(socket);
            socket.getOutputStream().write(Talk.bytes(FINE));
        }
    }

    @ParameterizedTest
    @MethodSource("http1")
    void aFaultInHttp1(Fault1 fault) throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = new RawServer(socket -> {
            if (connections.incrementAndGet() > 1) {
                fine1(socket);
            }
            RawServer.head(socket);
            socket.getOutputStream().write(Talk.bytes(fault.answer));
            if (fault.end == End.RESET) {
                socket.setSoLinger(true, 0);
            } else if (fault.end == End.STAY) {
                socket.getInputStream().readAllBytes();
            }
        })) {
            CallException error = failure(HttpVersion.HTTP_1_1, server.authority());
            assertThat(error.code()).isEqualTo(fault.code);
            assertThat(error.message()).contains(fault.message).contains(server.authority());
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
            assertThat(error.origin()).isEqualTo(CallException.Origin.REMOTE);
            Talk.await("it is closed", () -> client.openConnections() == 0);
            isServed(HttpVersion.HTTP_1_1, server);
            assertThat(connections).hasValue(2);
        }
    }

    @Test
    void whatComesBehindAnAnswerIsNotTheNextOnes() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (HttpClient one = HttpClient.create(ClientLimits.defaults().withConnections(1, 1, 10));
                RawServer server = new RawServer(socket -> {
                    if (connections.incrementAndGet() > 1) {
                        fine1(socket);
                    }
                    RawServer.head(socket);
                    socket.getOutputStream().write(Talk.bytes(FINE + OK + "Content-Length: 4\r\n\r\nevil"));
                    socket.getInputStream().readAllBytes();
                })) {
            List<FutureTask<String>> calls = Stream.generate(() -> Talk.start(
                            () -> Talk.text(Talk.send(one, HttpVersion.HTTP_1_1, Talk.get(server.authority(), "/")))))
                    .limit(5)
                    .toList();
            for (FutureTask<String> call : calls) {
                assertThat(Talk.result(call)).isEqualTo("fine");
            }
            assertThat(connections).hasValue(2);
        }
    }

    @Test
    void anAnswerWithoutARequestClosesTheIdleConnection() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = new RawServer(socket -> {
            if (connections.incrementAndGet() > 1) {
                fine1(socket);
            }
            RawServer.head(socket);
            socket.getOutputStream().write(Talk.bytes(FINE));
            Talk.await("the client has its answer", () -> client.running() == 0);
            socket.getOutputStream().write(Talk.bytes(FINE));
            socket.getInputStream().readAllBytes();
        })) {
            Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(server.authority(), "/"));
            Talk.await("it is closed", () -> client.openConnections() == 0);
            isServed(HttpVersion.HTTP_1_1, server);
        }
    }

    @Test
    void aRequestThatLeftOnAConnectionUsedBeforeIsNotSentTwice() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (RawServer server = new RawServer(socket -> {
            RawServer.head(socket);
            requests.incrementAndGet();
            socket.getOutputStream().write(Talk.bytes(FINE));
            RawServer.head(socket);
            requests.incrementAndGet();
        })) {
            Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(server.authority(), "/"));
            CallException error = failure(HttpVersion.HTTP_1_1, server.authority());
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
            assertThat(requests).hasValue(2);
            assertThat(server.accepted).hasValue(1);
        }
    }

    @Test
    void aServerThatClosesBehindEachAnswerAsItSaysLosesNone() throws Exception {
        try (RawServer server = new RawServer(socket -> {
            RawServer.head(socket);
            socket.getOutputStream().write(Talk.bytes(FINE.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")));
        })) {
            for (int i = 0; i < 50; i++) {
                assertThat(Talk.text(Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(server.authority(), "/"))))
                        .isEqualTo("fine");
            }
            assertThat(client.openConnections()).isZero();
            assertThat(server.accepted).hasValue(50);
        }
    }

    // ---- HTTP/2

    private interface Script {
        void play(Frames frames, int stream) throws IOException;
    }

    /** {@code whole}: it costs the connection, not only the stream. */
    private record Fault2(String name, boolean whole, Script script, Code code, RetryAdvice advice, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Fault2 ends(String name, Code code, RetryAdvice advice, String message, Script script) {
        return new Fault2(name, true, script, code, advice, message);
    }

    /** A violation of the protocol: the client says so and closes. */
    private static Fault2 violates(String name, int type, int flags, int onStream, byte[] payload) {
        return ends(
                name,
                Code.INTERNAL,
                RetryAdvice.UNSTATED,
                "sent what is not HTTP/2",
                (frames, stream) -> frames.write(type, flags, onStream, payload).drain());
    }

    private static Fault2 resets(int code) {
        Code expected = switch (code) {
            case 7 -> Code.UNAVAILABLE;
            case 8 -> Code.CANCELLED;
            case 11 -> Code.RESOURCE_EXHAUSTED;
            case 12 -> Code.PERMISSION_DENIED;
            case 13 -> Code.UNKNOWN;
            default -> Code.INTERNAL;
        };
        RetryAdvice advice = switch (code) {
            case 7 -> RetryAdvice.NEVER_LEFT;
            case 12, 13 -> RetryAdvice.NEVER;
            default -> RetryAdvice.UNSTATED;
        };
        return new Fault2(
                "RST_STREAM " + code,
                false,
                (frames, stream) -> frames.write(Frames.RST_STREAM, 0, stream, Frames.number(code)),
                expected,
                advice,
                "the stream was reset by the peer");
    }

    private static byte[] bomb() {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(0x88);
        block.writeBytes(new byte[] {0x40, 1, 'a', 0x7f, (byte) 0xa1, 0x1e}); // "a", indexed, a value of 4000 bytes
        byte[] value = new byte[4000];
        Arrays.fill(value, (byte) 'b');
        block.writeBytes(value);
        for (int i = 0; i < 8000; i++) {
            block.write(0xbe); // and again
        }
        return block.toByteArray();
    }

    static Stream<Fault2> http2() {
        String lost = "was lost";
        RetryAdvice unstated = RetryAdvice.UNSTATED;
        return Stream.concat(
                IntStream.concat(IntStream.rangeClosed(0, 13), IntStream.of(99)).mapToObj(ServerFaultsTest::resets),
                Stream.of(
                        ends("closed", Code.UNAVAILABLE, unstated, lost, (frames, stream) -> {}),
                        ends(
                                "reset",
                                Code.UNAVAILABLE,
                                unstated,
                                lost,
                                (frames, stream) -> frames.socket.setSoLinger(true, 0)),
                        ends(
                                "closed in a frame",
                                Code.UNAVAILABLE,
                                unstated,
                                lost,
                                (frames, stream) ->
                                        frames.socket.getOutputStream().write(new byte[] {0, 0, 9, 0})),
                        ends(
                                "closed behind the head",
                                Code.UNAVAILABLE,
                                unstated,
                                lost,
                                (frames, stream) ->
                                        frames.write(Frames.HEADERS, Frames.END_HEADERS, stream, Frames.OK)),
                        ends(
                                "closed in the body",
                                Code.UNAVAILABLE,
                                unstated,
                                lost,
                                (frames, stream) -> frames.write(Frames.HEADERS, Frames.END_HEADERS, stream, Frames.OK)
                                        .write(Frames.DATA, 0, stream, new byte[9])),
                        ends(
                                "GOAWAY that has not seen it",
                                Code.UNAVAILABLE,
                                RetryAdvice.NEVER_LEFT,
                                "did not see the request",
                                (frames, stream) -> frames.write(Frames.GOAWAY, 0, 0, Frames.number(0, 0))
                                        .drain()),
                        ends(
                                "GOAWAY that has, and closed",
                                Code.UNAVAILABLE,
                                unstated,
                                lost,
                                (frames, stream) -> frames.write(Frames.GOAWAY, 0, 0, Frames.number(stream, 0))),
                        ends(
                                "GOAWAY in the body, and closed",
                                Code.UNAVAILABLE,
                                unstated,
                                lost,
                                (frames, stream) -> frames.write(Frames.HEADERS, Frames.END_HEADERS, stream, Frames.OK)
                                        .write(Frames.DATA, 0, stream, new byte[9])
                                        .write(Frames.GOAWAY, 0, 0, Frames.number(stream, 2))),
                        new Fault2(
                                "a status that is none",
                                false,
                                (frames, stream) -> frames.write(
                                        Frames.HEADERS, Frames.END_HEADERS, stream, new byte[] {0x08, 3, '9', '9', '9'
                                        }),
                                Code.UNKNOWN,
                                unstated,
                                "status 999"),
                        new Fault2(
                                "interim responses for ever",
                                false,
                                (frames, stream) -> {
                                    for (int i = 0; i < 150; i++) {
                                        frames.write(Frames.HEADERS, Frames.END_HEADERS, stream, new byte[] {
                                            0x08, 3, '1', '0', '3'
                                        });
                                    }
                                },
                                Code.INTERNAL,
                                unstated,
                                "sent more than 100 interim responses (1xx)"),
                        violates("HEADERS of no stream", Frames.HEADERS, Frames.END_HEADERS, 0, Frames.OK),
                        violates("HEADERS of a stream that is not open", Frames.HEADERS, 4, 99, Frames.OK),
                        violates("DATA of a stream that is not open", Frames.DATA, 0, 99, new byte[1]),
                        violates("a push", PUSH_PROMISE, 4, 3, new byte[] {0, 0, 0, 2, (byte) 0x82}),
                        violates("broken HPACK", Frames.HEADERS, Frames.END_HEADERS, 3, new byte[] {(byte) 0xff, 99}),
                        violates("CONTINUATION of nothing", CONTINUATION, 4, 3, Frames.OK),
                        violates("a frame that is too large", Frames.DATA, 0, 3, new byte[17 << 10]),
                        violates("SETTINGS of an odd length", Frames.SETTINGS, 0, 0, new byte[5]),
                        violates("a window of 4 GiB", Frames.WINDOW_UPDATE, 0, 0, Frames.number(Integer.MAX_VALUE)),
                        violates("PING of an odd length", Frames.PING, 0, 0, new byte[7]),
                        violates("garbage", 'x', 'y', 0x7fffffff, new byte[20_000])));
    }

    private static void fine2(Frames frames) throws IOException {
        while (true) {
            int stream = frames.await(Frames.HEADERS).stream();
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, stream, Frames.OK);
        }
    }

    @ParameterizedTest
    @MethodSource("http2")
    void aFaultInHttp2(Fault2 fault) throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket).accept();
            if (connections.incrementAndGet() == 1) {
                fault.script.play(frames, frames.await(Frames.HEADERS).stream());
                if (fault.whole) {
                    return;
                }
            }
            fine2(frames);
        })) {
            CallException error = failure(HttpVersion.HTTP_2, server.authority());
            assertThat(error.message()).contains(fault.message);
            assertThat(error.code()).isEqualTo(fault.code);
            assertThat(error.retryAdvice()).isEqualTo(fault.advice);
            assertThat(error.origin()).isEqualTo(CallException.Origin.REMOTE);
            isServed(HttpVersion.HTTP_2, server);
            assertThat(connections).hasValue(fault.whole ? 2 : 1);
        }
    }

    @Test
    void aGoAwayBeforeTheRequestCostsNothing() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket).accept();
            if (connections.incrementAndGet() == 1) {
                fine2Once(frames);
                frames.write(Frames.GOAWAY, 0, 0, Frames.number(3, 0)).drain();
                return;
            }
            fine2(frames);
        })) {
            Talk.send(client, HttpVersion.HTTP_2, Talk.get(server.authority(), "/"));
            Talk.await("it is closed", () -> client.openConnections() == 0);
            isServed(HttpVersion.HTTP_2, server);
        }
    }

    private static void fine2Once(Frames frames) throws IOException {
        int stream = frames.await(Frames.HEADERS).stream();
        frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, stream, Frames.OK);
    }

    @Test
    void headersThatUnpackToMoreThanTheLimitAreRefused() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket).accept();
            if (connections.incrementAndGet() == 1) {
                int stream = frames.await(Frames.HEADERS).stream();
                frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, stream, bomb());
            }
            fine2(frames);
        })) {
            CallException error = failure(HttpVersion.HTTP_2, server.authority());
            assertThat(error.code()).isEqualTo(Code.INTERNAL);
            assertThat(error.message()).contains("over a limit");
            isServed(HttpVersion.HTTP_2, server);
        }
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(ints = {Frames.PING, Frames.SETTINGS, CONTINUATION})
    void aFloodEndsWithTheConnection(int type) throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket).accept();
            if (connections.incrementAndGet() > 1) {
                fine2(frames);
            }
            int stream = frames.await(Frames.HEADERS).stream();
            if (type == CONTINUATION) {
                frames.write(Frames.HEADERS, 0, stream, Frames.OK);
            }
            java.nio.ByteBuffer many = java.nio.ByteBuffer.allocate(64 << 10);
            int length = type == Frames.PING ? 8 : 0;
            while (many.remaining() >= 9 + length) {
                many.putInt(length << 8 | type).put((byte) 0).putInt(type == CONTINUATION ? stream : 0);
                many.put(new byte[length]);
            }
            // Nothing of what the client sends for them is read.
            while (true) {
                socket.getOutputStream().write(many.array(), 0, many.position());
            }
        })) {
            CallException error = failure(HttpVersion.HTTP_2, server.authority());
            assertThat(error.code()).isEqualTo(Code.INTERNAL);
            assertThat(error.message()).contains("over a limit");
            isServed(HttpVersion.HTTP_2, server);
            assertThat(connections).hasValue(2);
        }
    }

    @Test
    void aServerThatAllowsNoStreamIsNotWaitedForBeyondTheDeadline() throws Exception {
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket);
            socket.getInputStream().readNBytes(24);
            frames.write(Frames.SETTINGS, 0, 0, new byte[] {0, 3, 0, 0, 0, 0}).drain();
        })) {
            CallException error = Talk.failure(() -> client.over(HttpVersion.HTTP_2)
                    .handle(Talk.call(Duration.ofMillis(300)), Talk.get(server.authority(), "/")));
            assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(error.message()).contains("waiting for a connection to " + server.authority());
            assertThat(client.running()).isZero();
            assertThat(client.openConnections())
                    .isLessThanOrEqualTo(ClientLimits.defaults().maxHttp2Connections());
        }
    }
}
