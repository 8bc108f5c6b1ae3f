package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSockets between our own server and client, with the JDK's client, and with peers that break the rules. */
@ExtendWith(LeakCheck.class)
class WebSocketTest {

    private static final WebSocketOptions OPTIONS = WebSocketOptions.defaults();

    private final HttpClient client = HttpClient.create();
    private HttpServer server = Talk.serve((call, request) -> WebSocket.accept(request, WebSocketTest::echo));

    @AfterEach
    void close() {
        client.close();
        server.shutdown(Duration.ofSeconds(10));
    }

    private void serve(WebSocketOptions options, WebSocket.SocketHandler handler) {
        server.close();
        server = Talk.serve((call, request) -> WebSocket.accept(request, options, handler));
    }

    private static void echo(WebSocket socket) {
        for (WebSocket.Message message : socket.messages()) {
            socket.send(message);
        }
    }

    private static byte[] bytes(Messages<WebSocket.Message> messages) {
        return messages.receive() instanceof WebSocket.Binary binary ? binary.bytes() : new byte[0];
    }

    private static String text(Messages<WebSocket.Message> messages) {
        return messages.receive() instanceof WebSocket.Text text ? text.text() : "";
    }

    private String url() {
        return "ws://" + Talk.at(server) + "/chat";
    }

    private WebSocket connect() {
        return WebSocket.connect(client, Talk.call(), url());
    }

    @Test
    void messagesGoBothWays() throws Exception {
        try (WebSocket socket = connect()) {
            socket.send("hello \u00e4\u20ac\ud83d\ude00");
            socket.send(new byte[] {1, 2, 3});
            socket.send("");
            Messages<WebSocket.Message> messages = socket.messages();
            assertThat(messages.receive()).isEqualTo(new WebSocket.Text("hello \u00e4\u20ac\ud83d\ude00"));
            assertThat(bytes(messages)).containsExactly(1, 2, 3);
            assertThat(messages.receive()).isEqualTo(new WebSocket.Text(""));
            assertThat(server.activeRequests()).isOne();
            socket.close(3001, "enough");
        }
        Talk.await("the handler has ended", () -> server.activeRequests() == 0 && server.openConnections() == 0);
    }

    @Test
    void theHandlerSeesHowThePeerHasClosed() throws Exception {
        CompletableFuture<WebSocket.CloseStatus> seen = new CompletableFuture<>();
        serve(OPTIONS, socket -> {
            assertThat(socket.messages().receive()).isNull();
            seen.complete(socket.closedByPeer().orElseThrow());
        });
        connect().close(3001, "enough");
        assertThat(seen.get(20, TimeUnit.SECONDS)).isEqualTo(new WebSocket.CloseStatus(3001, "enough"));
    }

    @Test
    void theServerClosesBehindItsHandler() {
        serve(OPTIONS, socket -> socket.send("one"));
        try (WebSocket socket = connect()) {
            assertThat(socket.messages().toList(5)).containsExactly(new WebSocket.Text("one"));
            assertThat(socket.closedByPeer()).contains(new WebSocket.CloseStatus(1000, ""));
            assertThatThrownBy(() -> {
                        while (true) {
                            socket.send("too late");
                        }
                    })
                    .isInstanceOf(CallException.class);
        }
    }

    @Test
    void aHandlerThatFailsClosesWith1011() {
        serve(OPTIONS, socket -> {
            throw new IllegalStateException("thrown on purpose; that it is logged is right");
        });
        try (WebSocket socket = connect()) {
            assertThat(socket.messages().receive()).isNull();
            assertThat(socket.closedByPeer().orElseThrow().code()).isEqualTo(1011);
        }
    }

    @Test
    void aClientThatLeavesWithoutACloseInterruptsTheHandler() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<String> ended = new CompletableFuture<>();
        serve(OPTIONS, socket -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                ended.complete(
                        dev.parley.Call.current().cancellation().orElseThrow().message());
            }
        });
        try (RawClient raw = new RawClient(server.port())) {
            handshake(raw);
            Talk.await(started);
        }
        assertThat(ended.get(20, TimeUnit.SECONDS)).contains("without a close");
        Talk.await("all have ended", () -> server.activeRequests() == 0);
    }

    @Test
    void aServerThatStopsSaysSoAndWaitsForTheHandler() throws Exception {
        CountDownLatch saidGoodbye = new CountDownLatch(1);
        serve(OPTIONS, socket -> {
            echo(socket);
            saidGoodbye.countDown();
        });
        WebSocket socket = connect();
        socket.send("here");
        assertThat(socket.messages().receive()).isEqualTo(new WebSocket.Text("here"));
        FutureTask<Boolean> shutdown = Talk.start(() -> server.shutdown(Duration.ofSeconds(20)));
        assertThat(socket.messages().receive()).isNull();
        assertThat(socket.closedByPeer().orElseThrow().code()).isEqualTo(1001);
        assertThat(Talk.result(shutdown)).isTrue();
        Talk.await(saidGoodbye);
    }

    @Test
    void sendingWaitsForAReaderThatDoesNotRead() throws Exception {
        AtomicLong sent = new AtomicLong();
        serve(OPTIONS, socket -> {
            while (true) {
                socket.send(new byte[10_000]);
                sent.incrementAndGet();
            }
        });
        try (WebSocket socket = connect()) {
            long stalled = Talk.awaitStall(sent::get);
            assertThat(stalled * 10_000).isLessThan(20 << 20);
            for (int i = 0; i < stalled + 1000; i++) {
                assertThat(bytes(socket.messages())).hasSize(10_000);
            }
            assertThat(sent.get()).isGreaterThan(stalled);
        }
    }

    @Test
    void manyThreadsMaySend() throws Exception {
        try (WebSocket socket = connect()) {
            List<FutureTask<Boolean>> senders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                senders.add(Talk.start(() -> {
                    for (int j = 0; j < 500; j++) {
                        socket.send("x".repeat(1000));
                    }
                    return true;
                }));
            }
            for (int i = 0; i < 4000; i++) {
                assertThat(text(socket.messages())).hasSize(1000);
            }
            for (FutureTask<Boolean> sender : senders) {
                Talk.result(sender);
            }
        }
    }

    @Test
    void aSilentPeerIsGivenUp() throws Exception {
        CompletableFuture<CallException> seen = new CompletableFuture<>();
        serve(OPTIONS.withTimes(Duration.ofMillis(50), Duration.ofMillis(50)), socket -> {
            seen.complete(Talk.failure(() -> socket.messages().receive()));
        });
        try (RawClient raw = new RawClient(server.port())) {
            handshake(raw);
            CallException lost = seen.get(20, TimeUnit.SECONDS);
            assertThat(lost.message()).contains("ping");
            assertThat(raw.rest()).startsWith("\u0089\u0000"); // the ping
        }
    }

    @Test
    void pingsKeepALivingPeer() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        serve(OPTIONS.withTimes(Duration.ofMillis(20), Duration.ofSeconds(5)), socket -> {
            Talk.await(release);
            socket.send("still here");
        });
        AtomicInteger pings = new AtomicInteger();
        Listener listener = new Listener() {
            @Override
            public CompletionStage<?> onPing(java.net.http.WebSocket socket, ByteBuffer message) {
                pings.incrementAndGet();
                return super.onPing(socket, message);
            }
        };
        try (java.net.http.HttpClient jdk = java.net.http.HttpClient.newHttpClient()) {
            jdk.newWebSocketBuilder().buildAsync(URI.create(url()), listener).get(10, TimeUnit.SECONDS);
            Talk.await("ten pings were answered", () -> pings.get() > 10);
            release.countDown();
            assertThat(listener.texts.poll(10, TimeUnit.SECONDS)).isEqualTo("still here");
        }
    }

    private static class Listener implements java.net.http.WebSocket.Listener {
        final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(java.net.http.WebSocket socket, CharSequence data, boolean last) {
            parts.append(data);
            if (last) {
                texts.add(parts.toString());
                parts.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(java.net.http.WebSocket socket, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedStage(null);
        }
    }

    @Test
    void theJdksClientTalksToUs() throws Exception {
        serve(OPTIONS.withSubprotocols("v2", "v1"), WebSocketTest::echo);
        Listener listener = new Listener();
        try (java.net.http.HttpClient jdk = java.net.http.HttpClient.newHttpClient()) {
            java.net.http.WebSocket socket = jdk.newWebSocketBuilder()
                    .subprotocols("v1", "other")
                    .buildAsync(URI.create(url()), listener)
                    .get(10, TimeUnit.SECONDS);
            assertThat(socket.getSubprotocol()).isEqualTo("v1");
            socket.sendText("in ", false).get(10, TimeUnit.SECONDS);
            socket.sendPing(ByteBuffer.wrap(new byte[2])).get(10, TimeUnit.SECONDS); // between the fragments
            socket.sendText("parts", true).get(10, TimeUnit.SECONDS);
            assertThat(listener.texts.poll(10, TimeUnit.SECONDS)).isEqualTo("in parts");
            socket.sendClose(java.net.http.WebSocket.NORMAL_CLOSURE, "bye").get(10, TimeUnit.SECONDS);
            assertThat(listener.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
        }
    }

    private static void handshake(RawClient raw) throws Exception {
        raw.send("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        // The example of RFC 6455, 1.3.
        assertThat(raw.response())
                .startsWith("HTTP/1.1 101 ")
                .containsIgnoringCase("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    /** What breaks a rule, as the masked frame's bytes in hexadecimal (mask 0), and the code that it is closed with. */
    @ParameterizedTest
    @CsvSource({
        "'unmasked text', 810161, 1002",
        "'reserved bit', C18100000000, 1002",
        "'unknown opcode', 838000000000, 1002",
        "'fragmented ping', 098000000000, 1002",
        "'ping of 126 bytes', 89FE007E00000000, 1002",
        "'continuation of nothing', 808100000000AA, 1002",
        "'text within a text', 018100000000618181000000 0062, 1002",
        "'not UTF-8', 818200000000C328, 1007",
        "'close of one byte', 88810000000003, 1002",
        "'close with 1005', 88820000000003ED, 1002",
        "'a frame over the limit', 82FE080100000000, 1009",
        "'fragments over the limit', FRAGMENTS, 1009",
    })
    void whatBreaksARuleIsClosedWithItsCode(String what, String hex, int code) throws Exception {
        serve(OPTIONS.withMaxMessageBytes(2048), WebSocketTest::echo);
        try (RawClient raw = new RawClient(server.port())) {
            handshake(raw);
            if (hex.equals("FRAGMENTS")) {
                for (int i = 0; i < 3; i++) {
                    byte[] frame = new byte[8 + 1000];
                    frame[0] = (byte) (i == 0 ? 0x02 : 0x00);
                    frame[1] = (byte) (0x80 | 126);
                    frame[2] = 1000 >> 8;
                    frame[3] = (byte) 1000;
                    raw.send(frame);
                }
            } else {
                raw.send(java.util.HexFormat.of().parseHex(hex.replace(" ", "")));
            }
            String answer = raw.rest();
            assertThat(answer).as(what).hasSizeGreaterThanOrEqualTo(4).startsWith("\u0088");
            assertThat(answer.charAt(2) << 8 | answer.charAt(3)).as(what).isEqualTo(code);
        }
        Talk.await("the handler has ended", () -> server.activeRequests() == 0);
        try (WebSocket next = connect()) {
            next.send("next");
            assertThat(next.messages().receive()).isEqualTo(new WebSocket.Text("next"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "426, 'Upgrade: h2c', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='",
        "426, 'Upgrade: websocket', 'Sec-WebSocket-Version: 8', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='",
        "400, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: short'",
        "400, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'X: y'",
        "403, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://evil.example'",
        "101, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://friend.example'",
        "101, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://a'",
    })
    void handshakes(int status, String upgrade, String version, String key) throws Exception {
        serve(OPTIONS.withAllowedOrigins("https://friend.example"), WebSocketTest::echo);
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n" + upgrade + "\r\n" + version + "\r\n"
                    + key.replace("\\r\\n", "\r\n") + "\r\n\r\n");
            String answer = raw.response();
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            if (status == 426) {
                assertThat(answer).containsIgnoringCase("sec-websocket-version: 13");
            }
        }
    }

    @Test
    void aServerThatSpeaksNoWebSocketIsNamed() {
        server = Talk.serve((call, request) -> HttpResponse.text(404, "nothing here"));
        CallException refused = Talk.failure(this::connect);
        assertThat(refused.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.message()).contains(url()).contains("404").contains("nothing here");
        assertThat(Talk.failure(() -> WebSocket.connect(client, Talk.call(), "http://a/"))
                        .code())
                .isEqualTo(Code.INVALID_ARGUMENT);
    }

    @Test
    void overTls(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        server = HttpServer.builder()
                .tls(ServerTls.of(TestCertificates.identity(certificates.server("server"))))
                .handler((call, request) -> WebSocket.accept(request, WebSocketTest::echo))
                .start();
        try (HttpClient trusting = HttpClient.create(ClientLimits.defaults(), certificates.client());
                WebSocket socket = WebSocket.connect(trusting, Talk.call(), "wss://" + Talk.at(server) + "/")) {
            socket.send("secret");
            assertThat(socket.messages().receive()).isEqualTo(new WebSocket.Text("secret"));
        }
    }
}
