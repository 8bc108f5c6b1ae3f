package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a client's connections are made, grow old, and are given up: names, ages, silence, pings. */
class ConnectionLifeTest {

    private static final ClientLimits LIMITS = ClientLimits.defaults();
    private static final Duration LONG = Duration.ofMinutes(5);

    private static HttpClient client(ClientLimits limits, HostResolver resolver) {
        return HttpClient.create(limits, ClientTls.defaults(), resolver);
    }

    private static InetAddress address(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    @ParameterizedTest
    @EnumSource
    void theNextAddressOfANameIsTried(HttpVersion version) throws Exception {
        try (HttpServer server = Talk.serve((call, request) -> HttpResponse.text(200, request.authority()));
                HttpClient client = client(LIMITS, host -> List.of(address(9), address(8), address(1)))) {
            // Nobody listens at the first two.
            HttpRequest request = Talk.get("shop.example:" + server.port(), "/");
            assertThat(Talk.text(Talk.send(client, version, request))).isEqualTo("shop.example:" + server.port());
        }
    }

    @Test
    void aNameThatMovesIsLookedUpAgainWhenConnectionsAreOld() throws Exception {
        AtomicReference<InetAddress> now = new AtomicReference<>(address(1));
        AtomicInteger lookups = new AtomicInteger();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (HttpServer server = HttpServer.builder()
                        .host("0.0.0.0")
                        .handler((call, request) -> HttpResponse.of(204))
                        .start();
                HttpClient client = client(LIMITS.withConnectionLife(Duration.ofMillis(100), LONG, LONG), host -> {
                    lookups.incrementAndGet();
                    seen.add(now.get().getHostAddress());
                    return List.of(now.get());
                })) {
            HttpRequest request = Talk.get("shop.example:" + server.port(), "/");
            Talk.send(client, HttpVersion.HTTP_2, request);
            assertThat(lookups).hasValue(1);
            now.set(address(2));
            Talk.await("a request goes to the new address", () -> {
                try {
                    Talk.send(client, HttpVersion.HTTP_2, request);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                return seen.contains("127.0.0.2");
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOldConnectionFinishesWhatRunsOnIt(HttpVersion version) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (HttpServer server = Talk.serve((call, request) -> {
                    started.countDown();
                    Talk.await(release);
                    return HttpResponse.text(200, "whole");
                });
                HttpClient client =
                        client(LIMITS.withConnectionLife(Duration.ofMillis(30), LONG, LONG), HostResolver.system())) {
            FutureTask<String> call =
                    Talk.start(() -> Talk.text(Talk.send(client, version, Talk.get(Talk.at(server), "/"))));
            Talk.await(started);
            // It is no longer among those that take exchanges.
            Talk.await("it has grown old", () -> client.openConnections() == 0);
            release.countDown();
            assertThat(Talk.result(call)).isEqualTo("whole");
            Talk.await("and is closed", () -> server.openConnections() == 0);
        }
    }

    @Test
    void aResolverThatHangsIsGivenUp() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        HostResolver hanging = host -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        };
        try (HttpClient client = client(LIMITS.withTimeouts(Duration.ofMillis(50), LONG), hanging)) {
            CallException late =
                    Talk.failure(() -> Talk.send(client, HttpVersion.HTTP_1_1, Talk.get("shop.example:80", "/")));
            assertThat(late.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(late.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
            assertThat(late.message()).contains("looking up shop.example took longer");
            never.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUnknownHostIsNamed(boolean empty) throws Exception {
        HostResolver nobody = host -> {
            if (empty) {
                return List.of();
            }
            throw new UnknownHostException(host);
        };
        try (HttpClient client = client(LIMITS, nobody)) {
            CallException unknown =
                    Talk.failure(() -> Talk.send(client, HttpVersion.HTTP_1_1, Talk.get("shop.example:80", "/")));
            assertThat(unknown.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(unknown.message()).contains("unknown host shop.example");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatSendsNothingIsGivenUp(HttpVersion version) throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        try (HttpServer server = Talk.serve((call, request) -> Talk.forever(interrupted));
                HttpClient client = client(LIMITS.withReadTimeout(Duration.ofMillis(500)), HostResolver.system())) {
            CallException silent = Talk.failure(() -> Talk.send(client, version, Talk.get(Talk.at(server), "/")));
            assertThat(silent.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(silent.message()).contains(Talk.at(server)).contains("nothing for PT0.5S");
            Talk.await(interrupted); // the server hears of it
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatTakesItsTimeIsNotAServerThatIsSilent(HttpVersion version) throws Exception {
        try (HttpServer server = Talk.serve((call, request) -> HttpResponse.of(200, "x/y", new byte[4 << 20]));
                HttpClient client = client(LIMITS.withReadTimeout(Duration.ofMillis(400)), HostResolver.system())) {
            HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
            assertThat(response.body().chunks().receive()).isNotNull();
            long until = System.nanoTime() + Duration.ofMillis(1_200).toNanos();
            Talk.await("three times the limit is over", () -> System.nanoTime() - until > 0);
            int rest = 0;
            for (byte[] chunk = response.body().chunks().receive();
                    chunk != null;
                    chunk = response.body().chunks().receive()) {
                rest += chunk.length;
            }
            assertThat(rest).isGreaterThan(3 << 20);
        }
    }

    @Test
    void aServerThatAnswersNoPingIsGivenUpAndOneThatDoesIsNot() throws Exception {
        ClientLimits limits = LIMITS.withConnectionLife(LONG, Duration.ofMillis(50), Duration.ofMillis(100));
        try (RawServer deaf = new RawServer(socket -> {
                    Frames frames = new Frames(socket).accept();
                    while (frames.readOnly() != null) {
                        // answers nothing
                    }
                });
                HttpClient client = client(limits, HostResolver.system())) {
            CallException lost =
                    Talk.failure(() -> Talk.send(client, HttpVersion.HTTP_2, Talk.get(deaf.authority(), "/")));
            assertThat(lost.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(lost.message()).contains("no ping");
            assertThat(client.openConnections()).isZero();
        }
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger pings = new AtomicInteger();
        try (RawServer slow = new RawServer(socket -> {
                    Frames frames = new Frames(socket).accept();
                    int stream = frames.await(Frames.HEADERS).stream();
                    while (pings.get() < 5) {
                        Frames.Frame frame = frames.read();
                        if (frame != null && frame.type() == Frames.PING) {
                            pings.incrementAndGet();
                        }
                    }
                    frames.write(Frames.HEADERS, 5, stream, Frames.OK);
                    Talk.await(release);
                });
                HttpClient client = client(
                        LIMITS.withConnectionLife(LONG, Duration.ofMillis(50), Duration.ofSeconds(10)),
                        HostResolver.system())) {
            assertThat(Talk.send(client, HttpVersion.HTTP_2, Talk.get(slow.authority(), "/"))
                            .status())
                    .isEqualTo(200);
            release.countDown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServersConnectionGrowsOldWithoutLosingARequest(HttpVersion version) throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger peers = new AtomicInteger();
        Set<String> addresses = ConcurrentHashMap.newKeySet();
        try (HttpServer server = Talk.serve(
                        HttpLimits.defaults().withMaxConnectionAge(Duration.ofMillis(20)), (call, request) -> {
                            accepted.incrementAndGet();
                            if (addresses.add(call.peer().address())) {
                                peers.incrementAndGet();
                            }
                            return HttpResponse.of(200, "x/y", request.body().readAll());
                        });
                HttpClient client = HttpClient.create()) {
            int answered = 0;
            while (peers.get() < 5) {
                try {
                    Talk.send(client, version, Talk.post(Talk.at(server), "/", Body.of(new byte[100])))
                            .body()
                            .readAll();
                    answered++;
                } catch (CallException e) {
                    assertThat(accepted)
                            .as("an accepted request was lost: " + e)
                            .hasValue(answered);
                }
            }
            assertThat(accepted).hasValue(answered);
        }
    }

    @Test
    void hostsThatAreAskedOnceAreForgotten() throws Exception {
        try (HttpServer server = Talk.serve((call, request) -> HttpResponse.of(204));
                HttpClient client = client(
                        LIMITS.withTimeouts(Duration.ofSeconds(3), Duration.ofMillis(5)),
                        host -> List.of(address(1)))) {
            List<FutureTask<HttpResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                String host = "h" + i + ".example:" + server.port();
                calls.add(Talk.start(() -> Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(host, "/"))));
                if (calls.size() == 50) {
                    for (FutureTask<HttpResponse> call : calls) {
                        assertThat(Talk.result(call).status()).isEqualTo(204);
                    }
                    calls.clear();
                }
            }
            Talk.await("all are idle", () -> client.openConnections() == 0);
            Talk.await("most are forgotten", () -> {
                try {
                    Talk.send(client, HttpVersion.HTTP_1_1, Talk.get("last.example:" + server.port(), "/"));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                return client.origins() <= 1001;
            });
        }
    }
}
