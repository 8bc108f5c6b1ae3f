package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.testing.Direction;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.Fixture;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server that is fine behind a network that is not. Each time the caller is told what happened in time, the network is
 * healed, and the next request is served with nothing left of the last.
 */
@ExtendWith(LeakCheck.class)
@Timeout(30)
class NetworkFaultsTest {

    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int BODY = 1 << 20;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final byte[] body = new byte[BODY];
    private HttpServer server;
    private FaultProxy network;
    private HttpClient client;

    @BeforeEach
    void open() throws Exception {
        new Random(3).nextBytes(body);
        server = fixture.open(Talk.serve((call, request) -> switch (request.target()) {
            case "/body" -> HttpResponse.of(200, "x/y", body);
            case "/echo" -> HttpResponse.of(200, "x/y", request.body().readAll());
            default -> HttpResponse.text(200, "fine");
        }));
        network = fixture.proxy(server.port());
        client = fixture.open(HttpClient.create());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        Talk.await("the client runs nothing", () -> client.running() == 0);
        client.close();
        Talk.await("the server's connections are closed", () -> server.openConnections() == 0);
        Talk.await("so are the network's", () -> network.traffic().open() == 0);
    }

    private byte[] get(HttpVersion version, Duration deadline, String target) throws Exception {
        return client.over(version)
                .handle(Talk.call(deadline), Talk.get(network.authority(), target))
                .body()
                .readAll();
    }

    /** The error of a request that fails; it is always the network's, so nothing says whether a repeat is safe. */
    private CallException failure(HttpVersion version, Duration deadline, String target, Code code) {
        CallException error = Talk.failure(() -> get(version, deadline, target));
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.message()).contains(network.authority());
        return error;
    }

    private void isServedWhenHealed(HttpVersion version) throws Exception {
        network.heal();
        // Before that HTTP/2 passes over a connection which took no answer.
        Talk.await("those that are open can be used", () -> client.connectionsWithRoom() == client.openConnections());
        assertThat(get(version, LONG, "/")).asString().isEqualTo("fine");
        Talk.await("one connection is open", () -> client.openConnections() == 1);
    }

    @ParameterizedTest
    @EnumSource
    void latencyBeyondTheDeadline(HttpVersion version) throws Exception {
        get(version, LONG, "/");
        network.inject(Direction.DOWNSTREAM, new Fault.Latency(Duration.ofMinutes(5)));
        CallException error = failure(version, SOON, "/", Code.DEADLINE_EXCEEDED);
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
        assertThat(error.origin()).isEqualTo(CallException.Origin.LOCAL);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void latencyWithinTheDeadline(HttpVersion version) throws Exception {
        network.inject(new Fault.Latency(Duration.ofMillis(30), Duration.ofMillis(30), 5));
        long start = System.nanoTime();
        assertThat(get(version, LONG, "/body")).isEqualTo(body);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(60_000_000);
    }

    @ParameterizedTest
    @EnumSource
    void aBlackholedConnectionIsNotUsedAgain(HttpVersion version) throws Exception {
        client = fixture.open(
                HttpClient.create(ClientLimits.defaults().withConnectionLife(LONG, LONG, Duration.ofMillis(200))));
        get(version, LONG, "/");
        network.inject(new Fault.Blackhole(true));
        CallException error = failure(version, SOON, "/", Code.DEADLINE_EXCEEDED);
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
        // HTTP/1.1 gives it up with the exchange, HTTP/2 when the ping that follows is not answered.
        Talk.await("it is given up", () -> client.openConnections() == 0);
        isServedWhenHealed(version);
        assertThat(network.traffic().accepted()).isEqualTo(2);
    }

    /** Before the ping's time is over, too: what took no answer takes no other exchange until it shows life. */
    @Test
    void aSilentConnectionIsPassedOver() throws Exception {
        get(HttpVersion.HTTP_2, LONG, "/");
        network.inject(new Fault.Blackhole(false));
        failure(HttpVersion.HTTP_2, SOON, "/", Code.DEADLINE_EXCEEDED);
        FutureTask<byte[]> next = Talk.start(() -> get(HttpVersion.HTTP_2, LONG, "/"));
        Talk.await("it has its own connection", () -> network.traffic().accepted() == 2);
        // The first one was not dead after all: both are used again.
        network.heal();
        assertThat(Talk.result(next)).asString().isEqualTo("fine");
        assertThat(get(HttpVersion.HTTP_2, LONG, "/")).asString().isEqualTo("fine");
        Talk.await("both are open", () -> client.openConnections() == 2);
    }

    /** A handler that takes its time behind a good network is no reason for another connection. */
    @Test
    void aServerThatAnswersPingsIsUsedAgain() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        HttpServer slow = fixture.open(Talk.serve((call, request) -> {
            if (request.target().equals("/slow")) {
                never.await();
            }
            return HttpResponse.text(200, "fine");
        }));
        FaultProxy good = fixture.proxy(slow.port());
        for (int i = 0; i < 5; i++) {
            CallException error = Talk.failure(() -> client.over(HttpVersion.HTTP_2)
                    .handle(Talk.call(Duration.ofMillis(100)), Talk.get(good.authority(), "/slow")));
            assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(Talk.text(
                            client.over(HttpVersion.HTTP_2).handle(Talk.call(LONG), Talk.get(good.authority(), "/"))))
                    .isEqualTo("fine");
        }
        assertThat(good.traffic().accepted()).isLessThanOrEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void anUploadIntoABlackholeStopsAtTheDeadline(HttpVersion version) throws Exception {
        network.inject(new Fault.Blackhole(false));
        CountDownLatch ended = new CountDownLatch(1);
        Messages<byte[]> endless = Messages.<byte[]>produce(sink -> {
                    while (true) {
                        sink.send(new byte[10_000]);
                    }
                })
                .onClose(outcome -> ended.countDown());
        CallException error = Talk.failure(() -> client.over(version)
                .handle(Talk.call(SOON), Talk.post(network.authority(), "/echo", Body.stream(endless))));
        assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        Talk.await(ended);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void aResetInTheBody(HttpVersion version) throws Exception {
        network.inject(Direction.DOWNSTREAM, new Fault.Reset(BODY / 2));
        CallException error = failure(version, LONG, "/body", Code.UNAVAILABLE);
        assertThat(error.message()).contains("lost");
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
        assertThat(error.origin()).isEqualTo(CallException.Origin.REMOTE);
        Talk.await("none is open", () -> client.openConnections() == 0);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void aResetBeforeTheAnswer(HttpVersion version) throws Exception {
        get(version, LONG, "/");
        network.inject(Direction.UPSTREAM, new Fault.Reset(1));
        CallException error = failure(version, LONG, "/", Code.UNAVAILABLE);
        // The request may have been handled, for all that anybody knows.
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void connectionsThatAreResetAtOnce(HttpVersion version) throws Exception {
        network.inject(new Fault.ResetOnConnect());
        failure(version, LONG, "/", Code.UNAVAILABLE);
        Talk.await("none is open", () -> client.openConnections() == 0);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void connectionsThatAreRefused(HttpVersion version) throws Exception {
        network.inject(new Fault.Refuse());
        assertThat(failure(version, LONG, "/", Code.UNAVAILABLE).retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatIsHalfClosedInItsMiddle(HttpVersion version) throws Exception {
        network.inject(Direction.DOWNSTREAM, new Fault.Truncate(BODY / 2));
        CallException error = failure(version, LONG, "/body", Code.UNAVAILABLE);
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
        Talk.await("it is closed", () -> client.openConnections() == 0);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void anUploadThatIsHalfClosedInItsMiddle(HttpVersion version) throws Exception {
        network.inject(Direction.UPSTREAM, new Fault.Truncate(BODY / 2));
        CallException error = Talk.failure(() -> client.over(version)
                .handle(Talk.call(LONG), Talk.post(network.authority(), "/echo", Body.of(body)))
                .body()
                .readAll());
        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
        Talk.await("it is closed", () -> client.openConnections() == 0);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenByteInTheHead(HttpVersion version) throws Exception {
        network.inject(Direction.DOWNSTREAM, new Fault.Corrupt(3));
        CallException error = Talk.failure(() -> get(version, LONG, "/"));
        assertThat(error.code()).isIn(Code.INTERNAL, Code.UNAVAILABLE);
        Talk.await("it is closed", () -> client.openConnections() == 0);
        isServedWhenHealed(version);
    }

    @ParameterizedTest
    @EnumSource
    void aNarrowNetworkInSmallPieces(HttpVersion version) throws Exception {
        network.inject(new Fault.Bandwidth(2_000_000));
        network.inject(Direction.DOWNSTREAM, new Fault.Slice(1_000, Duration.ZERO));
        HttpRequest request = Talk.post(network.authority(), "/echo", Body.of(body));
        assertThat(client.over(version)
                        .handle(Talk.call(LONG), request)
                        .body()
                        .limit(BODY)
                        .readAll())
                .isEqualTo(body);
    }

    /** What ends by FIN alone ends late; what has a length does not wait for it. */
    @Test
    void aSlowClose() throws Exception {
        try (RawServer raw = new RawServer(socket -> {
            boolean length = RawServer.head(socket).contains("/length");
            socket.getOutputStream()
                    .write(Talk.bytes("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                            + (length ? "Content-Length: 4\r\n" : "") + "\r\nfine"));
        })) {
            FaultProxy late = fixture.proxy(raw.port());
            late.inject(Direction.DOWNSTREAM, new Fault.NeverClose());
            HttpRequest whole = Talk.get(late.authority(), "/length");
            assertThat(Talk.text(client.over(HttpVersion.HTTP_1_1).handle(Talk.call(LONG), whole)))
                    .isEqualTo("fine");
            HttpRequest open = Talk.get(late.authority(), "/");
            assertThat(Talk.failure(() -> client.over(HttpVersion.HTTP_1_1)
                                    .handle(Talk.call(SOON), open)
                                    .body()
                                    .readAll())
                            .code())
                    .isEqualTo(Code.DEADLINE_EXCEEDED);
            Talk.await("none is open", () -> client.openConnections() == 0);
            FutureTask<String> waiting =
                    Talk.start(() -> Talk.text(client.over(HttpVersion.HTTP_1_1).handle(Talk.call(LONG), open)));
            Talk.await("it has passed", () -> raw.accepted.get() == 3);
            late.heal();
            assertThat(Talk.result(waiting)).isEqualTo("fine");
            Talk.await("all is closed", () -> late.traffic().open() == 0);
        }
    }

    /** A handler's stream into a client that went silent is stopped by the server's idle time, not kept. */
    @ParameterizedTest
    @EnumSource
    void aClientThatVanishesIsGivenUpByTheServer(HttpVersion version) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        HttpServer streaming = fixture.open(Talk.serve(
                Talk.limits(limits -> new HttpLimits(
                        limits.maxHeaderBytes(),
                        limits.maxTargetBytes(),
                        limits.maxBodyBytes(),
                        limits.maxConcurrentStreams(),
                        limits.maxConnections(),
                        limits.streamWindowBytes(),
                        SOON,
                        SOON,
                        limits.maxConnectionAge())),
                (call, request) -> new HttpResponse(
                        200,
                        new Metadata(),
                        Body.stream(Messages.<byte[]>produce(sink -> {
                                    while (true) {
                                        sink.send(new byte[10_000]);
                                    }
                                })
                                .onClose(outcome -> ended.countDown())))));
        FaultProxy silent = fixture.proxy(streaming.port());
        HttpResponse response = client.over(version).handle(Talk.call(LONG), Talk.get(silent.authority(), "/"));
        silent.inject(new Fault.Blackhole(false));
        Talk.await(ended);
        Talk.await("it is closed", () -> streaming.openConnections() == 0);
        response.body().close();
    }
}
