package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.RetryAdvice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client and servers that are not there, leave, or misbehave. */
class ConnectionTest {

    private HttpClient client = HttpClient.create();

    @AfterEach
    void close() {
        client.close();
    }

    private CallException failure(HttpVersion version, String authority) {
        return Talk.failure(() -> {
            HttpResponse response = Talk.send(client, version, Talk.get(authority, "/"));
            return response.body().readAll();
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRefusedNeverLeft(HttpVersion version) throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        for (int i = 0; i < 3; i++) {
            CallException error = failure(version, "127.0.0.1:" + port);
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
            assertThat(error.message()).contains("127.0.0.1:" + port);
        }
    }

    @Test
    void connectingTakesNoLongerThanItsLimit() throws Exception {
        client = HttpClient.create(ClientLimits.defaults().withTimeouts(Duration.ofMillis(200), Duration.ofSeconds(9)));
        List<Socket> queued = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full, queued);
            CallException error = failure(HttpVersion.HTTP_1_1, "127.0.0.1:" + full.getLocalPort());
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
        } finally {
            for (Socket socket : queued) {
                socket.close();
            }
        }
    }

    /** Until one more connection gets no answer. */
    private static void fill(ServerSocket server, List<Socket> queued) throws IOException {
        while (true) {
            Socket socket = new Socket();
            queued.add(socket);
            try {
                socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 200);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                "HTTP/1.1 200 OK\r\nContent-",
                "",
            })
    void aServerThatLeavesIsUnavailable(String bytes) throws Exception {
        try (RawServer server = new RawServer(socket -> {
            RawServer.head(socket);
            socket.getOutputStream().write(Talk.bytes(bytes));
        })) {
            CallException error = failure(HttpVersion.HTTP_1_1, server.authority());
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
            assertThat(client.openConnections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\u0001b\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            })
    void whatIsNotHttpIsAnInternalError(String bytes) throws Exception {
        try (RawServer server = new RawServer(socket -> {
            RawServer.head(socket);
            socket.getOutputStream().write(Talk.bytes(bytes));
            socket.getInputStream().read();
        })) {
            assertThat(failure(HttpVersion.HTTP_1_1, server.authority()).code()).isEqualTo(Code.INTERNAL);
            assertThat(client.openConnections()).isZero();
        }
    }

    @Test
    void aBodyMayEndWithTheConnectionWhileItsReaderHasStopped() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (RawServer server = new RawServer(socket -> {
            RawServer.head(socket);
            socket.getOutputStream().write(Talk.bytes("HTTP/1.0 200 OK\r\n\r\n"));
            socket.getOutputStream().write(new byte[1 << 20]);
            socket.close();
            closed.countDown();
        })) {
            HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(server.authority(), "/"));
            Talk.await(closed);
            assertThat(response.body().readAll()).hasSize(1 << 20);
        }
    }

    @Test
    void interimResponsesArePassedOver() throws Exception {
        try (RawServer server = new RawServer(socket -> {
            RawServer.head(socket);
            socket.getOutputStream()
                    .write(Talk.bytes("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
                            + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
            socket.getInputStream().read();
        })) {
            HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(server.authority(), "/"));
            assertThat(Talk.text(response)).isEqualTo("ok");
        }
    }

    @Test
    void anAnswerBeforeTheUploadEndsIsReadThoughTheServerResets() throws Exception {
        try (RawServer server = new RawServer(socket -> {
            RawServer.head(socket);
            socket.getOutputStream()
                    .write(Talk.bytes("HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig"));
            // Closed with the upload unread: the client is sent a reset.
        })) {
            for (int i = 0; i < 20; i++) {
                CountDownLatch ended = new CountDownLatch(1);
                Body upload = Body.stream(Messages.produce(sink -> {
                    try {
                        while (true) {
                            sink.send(new byte[50_000]);
                        }
                    } finally {
                        ended.countDown();
                    }
                }));
                HttpResponse response =
                        Talk.send(client, HttpVersion.HTTP_1_1, Talk.post(server.authority(), "/", upload));
                assertThat(response.status()).isEqualTo(413);
                assertThat(Talk.text(response)).isEqualTo("big");
                Talk.await(ended);
            }
            assertThat(client.openConnections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "answer"})
    void aServerWithoutHttp2FailsTheCallsAndIsNotAskedForEver(String does) throws Exception {
        try (RawServer server = new RawServer(socket -> {
            if (does.equals("answer")) {
                socket.getInputStream().read();
                socket.getOutputStream().write(Talk.bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
                socket.getInputStream().read();
            }
        })) {
            CallException error = failure(HttpVersion.HTTP_2, server.authority());
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
            assertThat(server.accepted).hasValueLessThan(3);
        }
    }

    @Test
    void aServerThatSendsNoSettingsIsGivenUp() throws Exception {
        client = HttpClient.create(ClientLimits.defaults().withTimeouts(Duration.ofMillis(200), Duration.ofSeconds(9)));
        try (RawServer server = new RawServer(socket -> socket.getInputStream().readAllBytes())) {
            CallException error = failure(HttpVersion.HTTP_2, server.authority());
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
        }
    }

    @Test
    void whatTheServerHadNotSeenWhenItWentAwayNeverLeft() throws Exception {
        CountDownLatch three = new CountDownLatch(1);
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket).accept();
            int first = frames.await(Frames.HEADERS).stream();
            if (three.getCount() == 0) {
                frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, first, Frames.OK);
                frames.drain();
                return;
            }
            int second = frames.await(Frames.HEADERS).stream();
            frames.await(Frames.HEADERS);
            three.countDown();
            frames.write(Frames.GOAWAY, 0, 0, Frames.number(second, 0));
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, first, Frames.OK);
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, second, Frames.OK);
            frames.drain();
        })) {
            List<FutureTask<HttpResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                calls.add(Talk.start(() -> Talk.send(client, HttpVersion.HTTP_2, Talk.get(server.authority(), "/"))));
            }
            int answered = 0;
            List<CallException> failed = new ArrayList<>();
            for (FutureTask<HttpResponse> call : calls) {
                try {
                    assertThat(Talk.result(call).status()).isEqualTo(200);
                    answered++;
                } catch (CallException e) {
                    failed.add(e);
                }
            }
            assertThat(answered).isEqualTo(2);
            assertThat(failed).singleElement().satisfies(error -> {
                assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
                assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
            });
            assertThat(Talk.send(client, HttpVersion.HTTP_2, Talk.get(server.authority(), "/"))
                            .status())
                    .isEqualTo(200);
            assertThat(server.accepted).hasValue(2);
        }
    }

    @Test
    void aRefusedStreamNeverLeft() throws Exception {
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket).accept();
            while (true) {
                int stream = frames.await(Frames.HEADERS).stream();
                frames.write(Frames.RST_STREAM, 0, stream, Frames.number(7));
            }
        })) {
            CallException error = failure(HttpVersion.HTTP_2, server.authority());
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
        }
    }

    @Test
    void aResponseWithoutHeadIsAnErrorAndNotAWaitForEver() throws Exception {
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket).accept();
            while (true) {
                int stream = frames.await(Frames.HEADERS).stream();
                if (stream == 3) { // Netty's first
                    frames.write(Frames.DATA, Frames.END_STREAM, stream, new byte[3]);
                } else {
                    byte[] noStatus = {0, 1, 'x', 1, 'y'};
                    frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, stream, noStatus);
                }
            }
        })) {
            assertThat(failure(HttpVersion.HTTP_2, server.authority()).code()).isEqualTo(Code.INTERNAL);
            assertThat(failure(HttpVersion.HTTP_2, server.authority()).code()).isEqualTo(Code.INTERNAL);
            Talk.await("no stream is left over", () -> client.running() == 0);
        }
    }

    @Test
    void theRestOfAnUploadIsStoppedWhenTheAnswerIsWhole() throws Exception {
        java.util.concurrent.CompletableFuture<Frames.Frame> reset = new java.util.concurrent.CompletableFuture<>();
        CountDownLatch ended = new CountDownLatch(1);
        try (RawServer server = new RawServer(socket -> {
            Frames frames = new Frames(socket).accept();
            int stream = frames.await(Frames.HEADERS).stream();
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, stream, Frames.OK);
            reset.complete(frames.await(Frames.RST_STREAM));
            frames.drain();
        })) {
            Body endless = Body.stream(Messages.<byte[]>produce(sink -> {
                        sink.send(new byte[1]);
                        Talk.forever(new CountDownLatch(1));
                    })
                    .onClose(outcome -> ended.countDown()));
            HttpResponse response = Talk.send(client, HttpVersion.HTTP_2, Talk.post(server.authority(), "/", endless));
            assertThat(response.body().readAll()).isEmpty();
            assertThat(reset.get(20, java.util.concurrent.TimeUnit.SECONDS).code())
                    .isEqualTo(8);
            Talk.await(ended);
            Talk.await("no stream is left over", () -> client.running() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingTheClientCancelsWhatRuns(HttpVersion version) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        try (HttpServer server = Talk.serve((call, request) -> {
            started.countDown();
            return Talk.forever(interrupted);
        })) {
            FutureTask<CallException> running = Talk.start(() -> failure(version, Talk.at(server)));
            Talk.await(started);
            client.close();
            assertThat(Talk.result(running).code()).isEqualTo(Code.CANCELLED);
            Talk.await(interrupted);
            assertThat(failure(version, Talk.at(server)).code()).isEqualTo(Code.CANCELLED);
            Talk.await("nothing is open", () -> server.openConnections() == 0);
        }
    }

    @Test
    void manyFirstCallsShareOneHttp2Connection() throws Exception {
        try (HttpServer server = Talk.serve((call, request) -> HttpResponse.of(200))) {
            List<FutureTask<HttpResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                calls.add(Talk.start(() -> Talk.send(client, HttpVersion.HTTP_2, Talk.get(Talk.at(server), "/"))));
            }
            for (FutureTask<HttpResponse> call : calls) {
                assertThat(Talk.result(call).status()).isEqualTo(200);
            }
            assertThat(client.openConnections()).isOne();
            assertThat(server.openConnections()).isOne();
        }
    }

    @Test
    void pooledConnectionsAreUsedAgainAndNoMoreOpenedThanAllowed() throws Exception {
        client = HttpClient.create(ClientLimits.defaults().withConnections(3, 1, 1000));
        try (HttpServer server = Talk.serve((call, request) -> HttpResponse.of(200, "x/y", new byte[30_000]))) {
            List<FutureTask<byte[]>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(Talk.start(() -> Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/"))
                        .body()
                        .readAll()));
            }
            for (FutureTask<byte[]> call : calls) {
                assertThat(Talk.result(call)).hasSize(30_000);
            }
            assertThat(client.openConnections()).isBetween(1, 3);
        }
    }
}
