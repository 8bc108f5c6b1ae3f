package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that stops loses no request that it has accepted, and does not wait for ever. */
class ShutdownTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void noAcceptedRequestIsLostWhileClientsGoOn() throws Exception {
        shutDownUnderLoad(HttpVersion.HTTP_1_1);
    }

    @Test
    void noAcceptedRequestIsLostWhileClientsGoOnOverHttp2() throws Exception {
        shutDownUnderLoad(HttpVersion.HTTP_2);
    }

    private static void shutDownUnderLoad(HttpVersion version) throws Exception {
        for (int round = 0; round < 10; round++) {
            AtomicInteger accepted = new AtomicInteger();
            AtomicInteger answered = new AtomicInteger();
            HttpServer server = Talk.serve((call, request) -> {
                accepted.incrementAndGet();
                return HttpResponse.of(200, "x/y", request.body().readAll());
            });
            List<FutureTask<Object>> callers = new ArrayList<>();
            try (HttpClient client = HttpClient.create()) {
                for (int i = 0; i < 16; i++) {
                    callers.add(Talk.start(() -> {
                        while (true) {
                            HttpRequest request = Talk.post(Talk.at(server), "/", Body.of(new byte[2000]));
                            try {
                                Talk.send(client, version, request).body().readAll();
                                answered.incrementAndGet();
                            } catch (CallException e) {
                                assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
                                return answered;
                            }
                        }
                    }));
                }
                Talk.await("calls are under way", () -> answered.get() > 200);
                assertThat(server.shutdown(LONG)).isTrue();
                for (FutureTask<Object> caller : callers) {
                    Talk.result(caller);
                }
            }
            assertThat(answered).hasValue(accepted.get());
            assertThat(server.activeRequests()).isZero();
            assertThat(server.openStreams()).isZero();
            assertThat(server.openConnections()).isZero();
        }
    }

    private static boolean isRefused(HttpServer server) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            return false;
        } catch (java.io.IOException refused) {
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatRunsIsAnsweredAndTheClientToldToGo(HttpVersion version) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        HttpServer server = Talk.serve((call, request) -> {
            started.countDown();
            Talk.await(release);
            return HttpResponse.text(200, "in time");
        });
        try (HttpClient client = HttpClient.create()) {
            FutureTask<String> call =
                    Talk.start(() -> Talk.text(Talk.send(client, version, Talk.get(Talk.at(server), "/"))));
            Talk.await(started);
            FutureTask<Boolean> shutdown = Talk.start(() -> server.shutdown(LONG));
            Talk.await("no more are accepted", () -> isRefused(server));
            release.countDown();
            assertThat(Talk.result(call)).isEqualTo("in time");
            assertThat(Talk.result(shutdown)).isTrue();
            Talk.await("the client has let go", () -> client.openConnections() == 0);
        }
    }

    @Test
    void anAnswerThatIsStillBeingSentIsFinished() throws Exception {
        HttpServer server = Talk.serve((call, request) -> HttpResponse.of(200, "x/y", new byte[20 << 20]));
        try (HttpClient client = HttpClient.create()) {
            HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/"));
            Talk.await("the handler has returned", () -> server.activeRequests() == 0);
            FutureTask<Boolean> shutdown = Talk.start(() -> server.shutdown(LONG));
            Talk.await("shutdown has begun", () -> isRefused(server));
            assertThat(response.body().readAll()).hasSize(20 << 20);
            assertThat(Talk.result(shutdown)).isTrue();
        }
    }

    @Test
    void aStreamUnderWayMayEndAndHttp2SaysGoaway() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        HttpServer server = Talk.serve((call, request) ->
                new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                    sink.send(new byte[3]);
                    Talk.await(release);
                    sink.send(new byte[4]);
                }))));
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, false, true);
            frames.await(Frames.HEADERS);
            FutureTask<Boolean> shutdown = Talk.start(() -> server.shutdown(LONG));
            Frames.Frame first = frames.await(Frames.GOAWAY);
            assertThat(java.nio.ByteBuffer.wrap(first.payload()).getInt()).isEqualTo(Integer.MAX_VALUE);
            Frames.Frame goAway = frames.await(Frames.GOAWAY);
            assertThat(java.nio.ByteBuffer.wrap(goAway.payload()).getInt()).isOne();
            assertThat(goAway.code()).isZero();
            release.countDown();
            int received = 0;
            for (Frames.Frame frame = frames.read(); frame != null; frame = frames.read()) {
                received += frame.type() == Frames.DATA ? frame.payload().length : 0;
            }
            assertThat(received).isGreaterThanOrEqualTo(4); // the first may have come before GOAWAY
            assertThat(Talk.result(shutdown)).isTrue();
        }
    }

    @Test
    void aRequestThatCrossesTheGoawayIsAnswered() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        HttpServer server = Talk.serve((call, request) -> {
            Talk.await(release);
            return HttpResponse.of(200, "x/y", request.body().readAll());
        });
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, false, true);
            Talk.await("the first has begun", () -> server.activeRequests() == 1);
            FutureTask<Boolean> shutdown = Talk.start(() -> server.shutdown(LONG));
            frames.await(Frames.GOAWAY);
            frames.request(3, true, false).write(Frames.DATA, Frames.END_STREAM, 3, new byte[500]);
            Talk.await("the second has begun", () -> server.activeRequests() == 2);
            assertThat(server.openStreams()).isEqualTo(2);
            Frames.Frame last = frames.await(Frames.GOAWAY);
            assertThat(java.nio.ByteBuffer.wrap(last.payload()).getInt()).isEqualTo(3);
            release.countDown();
            int ends = 0;
            for (Frames.Frame frame = frames.read(); frame != null; frame = frames.read()) {
                ends += (frame.type() == Frames.DATA || frame.type() == Frames.HEADERS) && frame.ends() ? 1 : 0;
            }
            assertThat(ends).isEqualTo(2);
            assertThat(Talk.result(shutdown)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatDoesNotEndInTimeIsCancelledWithUnavailable(HttpVersion version) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        HttpServer server = Talk.serve((call, request) -> {
            started.countDown();
            return Talk.forever(interrupted);
        });
        try (HttpClient client = HttpClient.create()) {
            FutureTask<HttpResponse> call =
                    Talk.start(() -> Talk.send(client, version, Talk.get(Talk.at(server), "/")));
            Talk.await(started);
            assertThat(server.shutdown(Duration.ofMillis(50))).isFalse();
            HttpResponse response = Talk.result(call);
            assertThat(response.status()).isEqualTo(503);
            assertThat(Talk.text(response)).contains("shutting down");
            Talk.await(interrupted);
            Talk.await("the handler has ended", () -> server.activeRequests() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatHasStoppedDoesNotHoldTheShutdownUp(HttpVersion version) throws Exception {
        AtomicLong sent = new AtomicLong();
        HttpServer server = Talk.serve((call, request) ->
                new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                    while (true) {
                        sink.send(new byte[10_000]);
                        sent.addAndGet(10_000);
                    }
                }))));
        try (HttpClient client = HttpClient.create()) {
            HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
            Talk.awaitStall(sent::get);
            long before = System.nanoTime();
            assertThat(server.shutdown(Duration.ofMillis(50))).isFalse();
            assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(5));
            Talk.await("the handler has ended", () -> server.activeRequests() == 0);
            assertThat(Talk.failure(() -> response.body().readAll())).isNotNull();
            Talk.await("all is closed", () -> server.openConnections() == 0);
        }
    }

    @Test
    void anIdleServerStopsAtOnce() throws Exception {
        for (HttpVersion version : HttpVersion.values()) {
            HttpServer server = Talk.serve((call, request) -> HttpResponse.of(200));
            try (HttpClient client = HttpClient.create();
                    RawClient silent = new RawClient(server.port())) {
                Talk.send(client, version, Talk.get(Talk.at(server), "/"));
                Talk.await("both are there", () -> server.openConnections() == 2);
                assertThat(server.shutdown(LONG)).isTrue();
                assertThat(silent.ends()).isTrue();
                assertThat(server.shutdown(LONG)).isTrue(); // once more does no harm
            }
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        HttpServer server = Talk.serve((call, request) -> HttpResponse.of(200));
        HttpServer.Builder second =
                HttpServer.builder().port(server.port()).handler((call, request) -> HttpResponse.of(200));
        org.assertj.core.api.Assertions.assertThatThrownBy(second::start)
                .hasMessageContaining("127.0.0.1:" + server.port());
        server.close();
    }
}
