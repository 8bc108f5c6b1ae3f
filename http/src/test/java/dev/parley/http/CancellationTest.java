package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deadlines, cancellation, interrupts and idle time-outs: each stops the exchange on both sides. */
class CancellationTest {

    /** Longer than it takes a busy machine to begin what is to be stopped. */
    private static final Duration SOON = Duration.ofMillis(400);

    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private HttpClient client = HttpClient.create();
    private HttpServer server = Talk.serve((call, request) -> {
        started.countDown();
        return Talk.forever(interrupted);
    });

    @AfterEach
    void close() throws Exception {
        client.close();
        Talk.await("no request is left over", () -> server.activeRequests() == 0);
        assertThat(server.shutdown(Duration.ofSeconds(5))).isTrue();
    }

    private void serve(HttpLimits limits, dev.parley.Handler<HttpRequest, HttpResponse> handler) {
        server.close();
        server = Talk.serve(limits, handler);
    }

    /** What is left of the exchange: nothing, and of HTTP/2's connection all. */
    private void assertStopped(HttpVersion version) throws Exception {
        Talk.await(interrupted);
        Talk.await("the exchange is over", () -> client.running() == 0);
        assertThat(client.openConnections()).isEqualTo(version == HttpVersion.HTTP_2 ? 1 : 0);
    }

    @ParameterizedTest
    @EnumSource
    void theServersDeadlineInterruptsTheHandlerAndAnswers504(HttpVersion version) throws Exception {
        server.close();
        server = HttpServer.builder()
                .handler((call, request) -> Talk.forever(interrupted))
                .timeout(request -> Optional.of(SOON))
                .start();
        HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
        assertThat(response.status()).isEqualTo(504);
        assertThat(Talk.text(response)).contains("deadline");
        Talk.await(interrupted);
        assertThat(client.openConnections()).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void theServersDeadlineBreaksAStream(HttpVersion version) throws Exception {
        server.close();
        server = HttpServer.builder()
                .handler((call, request) -> new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                    sink.send(new byte[10]);
                    Talk.forever(interrupted);
                }))))
                .timeout(request -> Optional.of(SOON))
                .start();
        HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
        assertThat(Talk.failure(() -> response.body().readAll())).isNotNull();
        Talk.await(interrupted);
    }

    @ParameterizedTest
    @EnumSource
    void theClientsDeadlineStopsTheExchange(HttpVersion version) throws Exception {
        HttpRequest request = Talk.get(Talk.at(server), "/");
        CallException error = Talk.failure(() -> client.over(version).handle(Talk.call(SOON), request));
        assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(error.message()).contains("waiting for the response").contains(Talk.at(server));
        assertStopped(version);
    }

    @ParameterizedTest
    @EnumSource
    void theClientsDeadlineStopsABodyThatIsBeingRead(HttpVersion version) throws Exception {
        serve(
                Talk.LIMITS,
                (call, request) -> new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                    sink.send(new byte[10]);
                    Talk.forever(interrupted);
                }))));
        HttpResponse response = client.over(version).handle(Talk.call(SOON), Talk.get(Talk.at(server), "/"));
        assertThat(Talk.failure(() -> response.body().readAll()).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertStopped(version);
    }

    @Test
    void theDeadlinePassesForThoseWhoWaitForAConnection() throws Exception {
        client = HttpClient.create(ClientLimits.defaults().withConnections(1, 1, 1));
        CallScope first = Talk.call();
        FutureTask<CallException> running =
                Talk.start(() -> Talk.failure(() -> client.handle(first, Talk.get(Talk.at(server), "/"))));
        Talk.await(started);
        for (int i = 0; i < 3; i++) {
            // More than may wait at a time: one whose time is up takes no place.
            CallException error = Talk.failure(() -> client.handle(Talk.call(SOON), Talk.get(Talk.at(server), "/")));
            assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(error.message()).contains("waiting for a connection");
        }
        first.cancel(new CallException(Code.CANCELLED, "enough"));
        assertThat(Talk.result(running).message()).isEqualTo("enough");
    }

    @ParameterizedTest
    @EnumSource
    void aCallIsCancelledFromAnotherThread(HttpVersion version) throws Exception {
        CallScope call = Talk.call();
        FutureTask<CallException> waiting =
                Talk.start(() -> Talk.failure(() -> client.over(version).handle(call, Talk.get(Talk.at(server), "/"))));
        Talk.await(started);
        CallException reason = new CallException(Code.ABORTED, "not needed any more");
        call.cancel(reason);
        assertThat(Talk.result(waiting)).isSameAs(reason);
        assertStopped(version);
        assertThat(Talk.failure(() -> client.over(version).handle(call, Talk.get(Talk.at(server), "/"))))
                .isSameAs(reason);
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfTheCallerStopsTheExchange(HttpVersion version) throws Exception {
        CompletableFuture<CallException> seen = new CompletableFuture<>();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            seen.complete(Talk.failure(() -> Talk.send(client, version, Talk.get(Talk.at(server), "/"))));
            flag.complete(Thread.currentThread().isInterrupted());
        });
        Talk.await(started);
        caller.interrupt();
        assertThat(seen.get(20, TimeUnit.SECONDS).code()).isEqualTo(Code.CANCELLED);
        assertThat(flag.get(20, TimeUnit.SECONDS)).isTrue();
        assertStopped(version);
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatIsClosedEarlyStopsItsProducer(HttpVersion version) throws Exception {
        serve(
                Talk.LIMITS,
                (call, request) -> new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                    try {
                        while (true) {
                            sink.send(new byte[10_000]);
                        }
                    } finally {
                        interrupted.countDown();
                    }
                }))));
        HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
        response.body().chunks().receive();
        response.body().close();
        assertStopped(version);
    }

    @ParameterizedTest
    @EnumSource
    void anUploadThatStallsIsIdle(HttpVersion version) throws Exception {
        CompletableFuture<Code> seen = new CompletableFuture<>();
        serve(LIMITED, (call, request) -> {
            CallException error = Talk.failure(() -> request.body().readAll());
            seen.complete(error.code());
            throw error;
        });
        CountDownLatch senderEnded = new CountDownLatch(1);
        Body stalled = Body.stream(Messages.produce(sink -> {
            sink.send(new byte[10]);
            Talk.forever(senderEnded);
        }));
        assertThat(Talk.send(client, version, Talk.post(Talk.at(server), "/", stalled))
                        .status())
                .isEqualTo(504);
        assertThat(seen.get(20, TimeUnit.SECONDS)).isEqualTo(Code.DEADLINE_EXCEEDED);
        Talk.await(senderEnded);
    }

    private static final HttpLimits LIMITED = HttpLimits.defaults().withTimeouts(SOON, Duration.ofSeconds(5));

    @ParameterizedTest
    @EnumSource
    void aStreamThatNobodyReadsIsIdle(HttpVersion version) throws Exception {
        AtomicLong sent = new AtomicLong();
        serve(
                LIMITED,
                (call, request) -> new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                    while (true) {
                        sink.send(new byte[10_000]);
                        sent.addAndGet(10_000);
                    }
                }))));
        HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
        Talk.awaitStall(sent::get);
        Talk.await("the handler has been stopped", () -> server.activeRequests() == 0);
        assertThat(Talk.failure(() -> response.body().readAll())).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void awholeAnswerThatNobodyReadsIsIdle(HttpVersion version) throws Exception {
        serve(LIMITED, (call, request) -> HttpResponse.of(200, "x/y", new byte[30 << 20]));
        HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
        Talk.await("the connection is given up", () -> server.openConnections() == 0);
        assertThat(Talk.failure(() -> response.body().readAll())).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void connectionsThatDoNothingAreClosedOnEitherSide(HttpVersion version) throws Exception {
        serve(LIMITED, (call, request) -> HttpResponse.of(200));
        Talk.send(client, version, Talk.get(Talk.at(server), "/"));
        Talk.await("the server closes", () -> server.openConnections() == 0 && client.openConnections() == 0);

        serve(Talk.LIMITS, (call, request) -> HttpResponse.of(200));
        client.close();
        client = HttpClient.create(ClientLimits.defaults().withTimeouts(Duration.ofSeconds(3), SOON));
        Talk.send(client, version, Talk.get(Talk.at(server), "/"));
        Talk.await("the client closes", () -> server.openConnections() == 0 && client.openConnections() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void aStreamWithNowAndThenAByteIsNotIdle(HttpVersion version) throws Exception {
        serve(
                HttpLimits.defaults().withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(5)),
                (call, request) -> Talk.echo(request));
        Body slow = Body.stream(Messages.produce(sink -> {
            for (int i = 0; i < 10; i++) {
                Thread.sleep(150); // the time that passes is what is tested
                sink.send(new byte[1]);
            }
        }));
        HttpResponse response = Talk.send(client, version, Talk.post(Talk.at(server), "/", slow));
        assertThat(response.body().readAll()).hasSize(10);
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatHeedsNoCancellationDoesNotKeepItsClient(HttpVersion version) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        serve(LIMITED, (call, request) -> {
            while (release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException ignored) {
                    // what is tested
                }
            }
            return HttpResponse.of(200);
        });
        assertThat(Talk.failure(() -> Talk.send(client, version, Talk.get(Talk.at(server), "/"))))
                .isNotNull();
        assertThat(server.activeRequests()).isOne();
        release.countDown();
    }
}
