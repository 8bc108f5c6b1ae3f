package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Upstreams that fail, and clients that leave. */
class ProxyFailureTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private final HttpClient client = HttpClient.create();

    @AfterEach
    void close() {
        client.close();
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void whoRefusesIsNamedWith502(HttpVersion down, HttpVersion up) throws Exception {
        String nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "127.0.0.1:" + taken.getLocalPort();
        }
        try (HttpServer proxy = Proxies.to(up, nobody)) {
            for (int i = 0; i < 2; i++) {
                HttpResponse response = Talk.send(client, down, Talk.post(Talk.at(proxy), "/", Body.of(new byte[9])));
                assertThat(response.status()).isEqualTo(502);
                assertThat(response.headers().get("content-type")).contains("application/problem+json");
                assertThat(Talk.text(response)).contains("upstream " + nobody);
            }
        }
    }

    @Test
    void connectingTooLongIs504() throws Exception {
        List<Socket> queued = new ArrayList<>();
        ClientLimits limits = ClientLimits.defaults().withTimeouts(Duration.ofMillis(150), Duration.ofSeconds(9));
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpServer proxy = Proxies.with(
                        ProxyOptions.defaults().withConnections(limits),
                        Proxy.to("127.0.0.1:" + full.getLocalPort()))) {
            fill(full, queued);
            HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(proxy), "/"));
            assertThat(response.status()).isEqualTo(504);
            assertThat(Talk.text(response)).contains("upstream 127.0.0.1:" + full.getLocalPort());
        } finally {
            for (Socket socket : queued) {
                socket.close();
            }
        }
    }

    private static void fill(ServerSocket server, List<Socket> queued) throws IOException {
        while (true) {
            Socket socket = new Socket();
            queued.add(socket);
            try {
                socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 200);
            } catch (SocketTimeoutException full) {
                return;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void aSlowUpstreamIs504AndIsLeft(HttpVersion down, HttpVersion up) throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (HttpServer upstream = Talk.serve((call, request) -> Talk.forever(left));
                HttpServer proxy = Proxies.with(
                        ProxyOptions.defaults().withResponseTimeout(Duration.ofMillis(500)),
                        Proxy.to(new Upstream(Talk.at(upstream), up)))) {
            HttpResponse response = Talk.send(client, down, Talk.get(Talk.at(proxy), "/"));
            assertThat(response.status()).isEqualTo(504);
            assertThat(Talk.text(response)).contains("upstream " + Talk.at(upstream));
            Talk.await(left);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void theDeadlineIs504AndTravels(HttpVersion down, HttpVersion up) throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        AtomicReference<String> remaining = new AtomicReference<>("");
        try (HttpServer upstream = Talk.serve((call, request) -> {
                    remaining.set(request.headers().get("x-request-timeout-ms").orElse("none"));
                    return Talk.forever(left);
                });
                HttpServer proxy = Proxies.with(
                        ProxyOptions.defaults(),
                        exchange -> {
                            assertThat(exchange.deadline().remaining()).isLessThan(Duration.ofSeconds(60));
                            exchange.deadline(Deadline.after(Duration.ofMillis(800)));
                            return Verdict.proceed();
                        },
                        Proxy.to(new Upstream(Talk.at(upstream), up)))) {
            HttpRequest request = Talk.get(Talk.at(proxy), "/");
            request.headers().add("x-request-timeout-ms", "60000");
            HttpResponse response = Talk.send(client, down, request);
            assertThat(response.status()).isEqualTo(504);
            assertThat(Talk.text(response)).contains(Talk.at(upstream));
            Talk.await(left);
            assertThat(Integer.parseInt(remaining.get())).isBetween(1, 800);
        }
    }

    @Test
    void tooManyThatWaitAre503() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        ClientLimits one = ClientLimits.defaults().withConnections(1, 1, 1);
        try (HttpServer upstream = Talk.serve((call, request) -> {
                    go.await();
                    return HttpResponse.of(200);
                });
                HttpServer proxy =
                        Proxies.with(ProxyOptions.defaults().withConnections(one), Proxy.to(Talk.at(upstream)))) {
            // The limits hold for each event loop, so one more than all loops can carry and keep waiting.
            int loops = Runtime.getRuntime().availableProcessors();
            List<java.util.concurrent.FutureTask<HttpResponse>> tasks = new ArrayList<>();
            for (int i = 0; i < 8 * loops; i++) {
                tasks.add(Talk.start(() -> Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(proxy), "/"))));
            }
            Talk.await(
                    "those that found no place",
                    () -> tasks.stream()
                                    .filter(java.util.concurrent.Future::isDone)
                                    .count()
                            >= 8L * loops - 2L * loops);
            go.countDown();
            int refused = 0;
            for (var task : tasks) {
                HttpResponse response = Talk.result(task);
                if (response.status() == 503) {
                    refused++;
                    assertThat(Talk.text(response)).contains("upstream " + Talk.at(upstream));
                } else {
                    assertThat(response.status()).isEqualTo(200);
                }
            }
            assertThat(refused).isGreaterThanOrEqualTo(6 * loops);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoDiesBeforeItsHeadIs502(HttpVersion down) throws Exception {
        for (String sent : List.of("", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nX-Half: ", "nonsense\r\n\r\n")) {
            try (RawServer upstream = new RawServer(socket -> {
                        RawServer.head(socket);
                        socket.getOutputStream().write(Talk.bytes(sent));
                    });
                    HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority())) {
                HttpResponse response = Talk.send(client, down, Talk.get(Talk.at(proxy), "/"));
                assertThat(response.status()).as(sent).isEqualTo(502);
                assertThat(Talk.text(response)).contains("upstream " + upstream.authority());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoDiesInTheBodyLeavesABrokenAnswer(HttpVersion down) throws Exception {
        String[] answers = {
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n"
        };
        for (String answer : answers) {
            CountDownLatch read = new CountDownLatch(1);
            try (RawServer upstream = new RawServer(socket -> {
                        RawServer.head(socket);
                        socket.getOutputStream().write(Talk.bytes(answer));
                        Talk.await(read);
                    });
                    HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority())) {
                CallException broken = Talk.failure(() -> {
                    HttpResponse response = Talk.send(client, down, Talk.get(Talk.at(proxy), "/"));
                    read.countDown();
                    byte[] body = response.body().readAll();
                    assertThat(response.status()).as(answer).isEqualTo(502); // nothing had been sent on yet
                    assertThat(answer).contains("nonsense");
                    return body;
                });
                assertThat(broken != null || answer.contains("nonsense"))
                        .as(answer)
                        .isTrue();
            }
        }
    }

    @Test
    void aResetInABodyThatEndsWithTheConnectionIsNoEnd() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (RawServer upstream = new RawServer(socket -> {
                    RawServer.head(socket);
                    socket.getOutputStream().write(Talk.bytes("HTTP/1.1 200 OK\r\n\r\nhalf"));
                    Talk.await(read);
                    socket.setSoLinger(true, 0);
                });
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            raw.send(GET);
            byte[] head = raw.socket.getInputStream().readNBytes(12);
            assertThat(new String(head, java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200");
            read.countDown();
            assertThat(raw.rest()).contains("half").doesNotContain("\r\n0\r\n\r\n");
        }
    }

    @Test
    void aBodyThatEndsWithTheConnectionIsWhole() throws Exception {
        try (RawServer upstream = new RawServer(socket -> {
                    RawServer.head(socket);
                    socket.getOutputStream().write(Talk.bytes("HTTP/1.1 200 OK\r\n\r\nall of it"));
                });
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(raw.send(GET).response()).startsWith("HTTP/1.1 200").endsWith("all of it");
            }
        }
    }

    /** The upstream must never take what has come for all there is. */
    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void anAbortedUploadIsBrokenForTheUpstream(HttpVersion down, HttpVersion up) throws Exception {
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        try (HttpServer upstream = Talk.serve((call, request) -> {
                    try (Messages<byte[]> chunks = request.body().chunks()) {
                        chunks.drain(chunk -> begun.countDown());
                        seen.add("whole");
                    } catch (CallException e) {
                        seen.add(e.code());
                    }
                    return HttpResponse.of(200);
                });
                HttpServer proxy = Proxies.to(up, upstream)) {
            HttpClient leaving = HttpClient.create();
            var task = Talk.start(() ->
                    Talk.send(leaving, down, Talk.post(Talk.at(proxy), "/", Body.stream(Messages.produce(sink -> {
                        sink.send(new byte[1000]);
                        Talk.await(begun);
                        new CountDownLatch(1).await();
                    })))));
            Talk.await(begun);
            leaving.close();
            assertThat(seen.poll(20, TimeUnit.SECONDS)).isInstanceOf(Code.class);
            assertThat(Talk.failure(() -> Talk.result(task))).isNotNull();
            Talk.await("nothing is left", () -> proxy.activeRequests() == 0 && upstream.activeRequests() == 0);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void aClientThatLeavesCancelsTheUpstream(HttpVersion down, HttpVersion up) throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
        try (HttpServer upstream = Talk.serve((call, request) -> {
                    arrived.countDown();
                    return Talk.forever(cancelled);
                });
                HttpServer proxy = Proxies.with(
                        ProxyOptions.defaults(),
                        new ExchangeFilter() {
                            @Override
                            public Verdict request(Exchange exchange) {
                                return Verdict.proceed();
                            }

                            @Override
                            public void ended(Exchange exchange, Outcome outcome) {
                                ends.add(outcome);
                            }
                        },
                        Proxy.to(new Upstream(Talk.at(upstream), up)))) {
            HttpClient leaving = HttpClient.create();
            var task = Talk.start(() -> Talk.send(leaving, down, Talk.get(Talk.at(proxy), "/")));
            Talk.await(arrived);
            leaving.close();
            Talk.await(cancelled);
            assertThat(Talk.failure(() -> Talk.result(task))).isNotNull();
            Outcome end = ends.poll(20, TimeUnit.SECONDS);
            assertThat(end).isNotNull();
            assertThat(end.code()).contains(Code.CANCELLED);
        }
        assertThat(ends).isEmpty();
    }

    /** The answer comes while the request is still being sent: it must reach a client that goes on sending. */
    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void anEarlyReplyPasses(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> HttpResponse.text(413, "no more"));
                HttpServer proxy = Proxies.to(up, upstream)) {
            for (int i = 0; i < 3; i++) {
                CountDownLatch answered = new CountDownLatch(1);
                HttpResponse response =
                        Talk.send(client, down, Talk.post(Talk.at(proxy), "/", Body.stream(Messages.produce(sink -> {
                            sink.send(new byte[1000]);
                            Talk.await(answered);
                        }))));
                assertThat(response.status()).isEqualTo(413);
                assertThat(Talk.text(response)).isEqualTo("no more");
                answered.countDown();
            }
            Talk.await("nothing is left", () -> proxy.activeRequests() == 0);
        }
    }

    @Test
    void aShutdownWaitsForWhatIsPassedOn() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (HttpServer upstream = Talk.serve((call, request) -> {
            arrived.countDown();
            go.await();
            return new HttpResponse(200, new Metadata(), Body.of(new byte[100_000]));
        })) {
            HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream);
            var task = Talk.start(() -> Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(proxy), "/"))
                    .body()
                    .readAll());
            Talk.await(arrived);
            var closed = Talk.start(() -> proxy.shutdown(Duration.ofSeconds(20)));
            go.countDown();
            assertThat(Talk.result(task)).hasSize(100_000);
            assertThat(Talk.result(closed)).isTrue();
            Talk.await("the upstream is free", () -> upstream.openConnections() == 0);
        }
    }
}
