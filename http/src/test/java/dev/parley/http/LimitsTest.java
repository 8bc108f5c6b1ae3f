package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit has its answer, and the next request is served. */
class LimitsTest {

    private static final String GET = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

    private final HttpClient client = HttpClient.create();
    private HttpServer server = Talk.serve(Talk.LIMITS.withMaxBodyBytes(1000), LimitsTest::length);

    private static HttpResponse length(dev.parley.Call call, HttpRequest request) {
        return HttpResponse.text(200, "" + request.body().readAll().length);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private void serve(HttpLimits limits) {
        server.close();
        server = Talk.serve(limits, LimitsTest::length);
    }

    private HttpResponse send(HttpVersion version, HttpRequest request) throws Exception {
        return Talk.send(client, version, request);
    }

    private void assertServes(HttpVersion version) throws Exception {
        assertThat(send(version, Talk.get(Talk.at(server), "/next")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatDeclaresTooMuchIsRefused(HttpVersion version) throws Exception {
        HttpResponse response = send(
                version,
                new HttpRequest(
                        "POST",
                        "http",
                        Talk.at(server),
                        "/",
                        Metadata.of("content-length", "1001"),
                        Body.of(new byte[1001])));
        assertThat(response.status()).isEqualTo(413);
        assertThat(Talk.text(response)).contains("1001").contains("the limit is 1000 bytes");
        assertServes(version);
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatTurnsOutTooLargeIsRefused(HttpVersion version) throws Exception {
        Body endless = Body.stream(Messages.produce(sink -> {
            while (true) {
                sink.send(new byte[700]);
            }
        }));
        HttpResponse response = send(version, Talk.post(Talk.at(server), "/", endless));
        assertThat(response.status()).isEqualTo(413);
        assertThat(Talk.text(response)).contains("the limit is 1000 bytes");
        assertServes(version);
        Talk.await("no stream is left over", () -> client.running() == 0);
        assertThat(client.openConnections()).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void aBodyAtItsLimitIsTaken(HttpVersion version) throws Exception {
        Body body = Body.stream(Messages.of(new byte[400], new byte[600]));
        assertThat(Talk.text(send(version, Talk.post(Talk.at(server), "/", body))))
                .isEqualTo("1000");
    }

    @ParameterizedTest
    @EnumSource
    void aTargetThatIsTooLongIsRefused(HttpVersion version) throws Exception {
        serve(Talk.small(16 << 10, 1000, 256 << 10));
        HttpResponse response = send(version, Talk.get(Talk.at(server), "/" + "a".repeat(1100)));
        assertThat(response.status()).isEqualTo(414);
        assertThat(Talk.text(response)).contains("1000 bytes");
        assertServes(version);
    }

    @ParameterizedTest
    @ValueSource(ints = {3_000, 300_000})
    void headersThatAreTooLargeAreRefused(int size) throws Exception {
        serve(Talk.small(2000, 1000, 256 << 10));
        HttpRequest request = new HttpRequest(
                "GET", "http", Talk.at(server), "/", Metadata.of("x-large", "a".repeat(size)), Body.empty());
        HttpResponse response = send(HttpVersion.HTTP_1_1, request);
        assertThat(response.status()).isEqualTo(431);
        assertThat(Talk.text(response)).contains("2000 bytes");
        assertServes(HttpVersion.HTTP_1_1);
    }

    @Test
    void manySmallHeadersAreAsLargeAsOne() throws Exception {
        Metadata headers = new Metadata();
        for (int i = 0; i < 3000; i++) {
            headers.add("x-" + i, "v");
        }
        HttpRequest request = new HttpRequest("GET", "http", Talk.at(server), "/", headers, Body.empty());
        assertThat(send(HttpVersion.HTTP_1_1, request).status()).isEqualTo(431);
        CallException error = Talk.failure(() -> send(HttpVersion.HTTP_2, request));
        // The server has said what it takes, so it is not even sent.
        assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
        assertServes(HttpVersion.HTTP_2);
        Talk.await("the one of HTTP/1.1 is closed", () -> client.openConnections() == 1);
    }

    @Test
    void anHttp2ClientThatDoesNotAskIsAnswered431() throws Exception {
        serve(Talk.small(1000, 1000, 256 << 10));
        try (Frames frames = Frames.connect(server.port())) {
            byte[] request = {(byte) 0x82, (byte) 0x84, (byte) 0x86};
            byte[] large = new byte[3 + 3 + 1 + 3 + 1100]; // literal, not indexed: x and 1100 bytes
            System.arraycopy(request, 0, large, 0, 3);
            large[4] = 1;
            large[5] = 'x';
            large[6] = 0x7f; // 127 and two more bytes of length: 1100 - 127 = 973
            large[7] = (byte) ((973 & 0x7f) | 0x80);
            large[8] = (byte) (973 >> 7);
            java.util.Arrays.fill(large, 9, large.length, (byte) 'a');
            byte[] block = java.util.Arrays.copyOf(large, 9 + 1100);
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, block);
            Frames.Frame refused = frames.await(Frames.HEADERS);
            assertThat(refused.stream()).isOne();
            assertThat(new String(refused.payload(), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .contains("431");
            frames.request(3, false, true);
            assertThat(frames.await(Frames.DATA).stream()).isEqualTo(3);
        }
    }

    @Test
    void headersOfAResponseAreBoundedToo() throws Exception {
        server.close();
        server = Talk.serve((call, request) -> new HttpResponse(
                200,
                request.path().equals("/next") ? new Metadata() : Metadata.of("x", "a".repeat(30_000)),
                Body.empty()));
        for (HttpVersion version : HttpVersion.values()) {
            CallException error = Talk.failure(() -> send(version, Talk.get(Talk.at(server), "/")));
            assertThat(error.code()).isEqualTo(Code.INTERNAL);
            assertServes(version);
        }
    }

    @Test
    void aHeadThatTakesTooLongIsRefused() throws Exception {
        serve(Talk.LIMITS.withTimeouts(Duration.ofMinutes(5), Duration.ofMillis(100)));
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("GET /");
            assertThat(raw.rest()).startsWith("HTTP/1.1 408").contains("head took longer");
        }
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("PRI * HT"); // could become either
            assertThat(raw.ends()).isTrue();
        }
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(GET).response()).startsWith("HTTP/1.1 200");
            raw.send("GET /");
            assertThat(raw.rest()).startsWith("HTTP/1.1 408");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionBetweenRequestsHasNoHeadThatIsLate(Dispatch dispatch) throws Exception {
        server.close();
        server = HttpServer.builder()
                .dispatch(dispatch)
                .limits(Talk.LIMITS.withTimeouts(Duration.ofMinutes(5), Duration.ofMillis(50)))
                .handler(LimitsTest::length)
                .start();
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(GET).response()).startsWith("HTTP/1.1 200");
            raw.socket.setSoTimeout(200);
            assertThatThrownBy(raw::rest).isInstanceOf(SocketTimeoutException.class);
            assertThat(raw.send(GET).response()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void connectionsOverTheLimitAreClosed() throws Exception {
        serve(Talk.LIMITS.withMaxConnections(2));
        try (RawClient first = new RawClient(server.port());
                RawClient second = new RawClient(server.port())) {
            assertThat(first.send(GET).response()).startsWith("HTTP/1.1 200");
            assertThat(second.send(GET).response()).startsWith("HTTP/1.1 200");
            try (RawClient third = new RawClient(server.port())) {
                assertThat(third.ends()).isTrue();
            }
            assertThat(first.send(GET).response()).startsWith("HTTP/1.1 200");
            second.close();
            Talk.await("there is room", () -> server.openConnections() == 1);
            try (RawClient next = new RawClient(server.port())) {
                assertThat(next.send(GET).response()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void streamsOverTheLimitWait() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch five = new CountDownLatch(5);
        server.close();
        server = Talk.serve(Talk.LIMITS.withMaxConcurrentStreams(5), (call, request) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            five.countDown();
            Talk.await(five);
            now.decrementAndGet();
            return HttpResponse.of(200);
        });
        try (HttpClient one = HttpClient.create(ClientLimits.defaults().withConnections(1, 1, 1000))) {
            List<FutureTask<HttpResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 101; i++) {
                calls.add(Talk.start(() -> Talk.send(one, HttpVersion.HTTP_2, Talk.get(Talk.at(server), "/"))));
            }
            for (FutureTask<HttpResponse> call : calls) {
                assertThat(Talk.result(call).status()).isEqualTo(200);
            }
            assertThat(one.openConnections()).isOne();
        }
        assertThat(most.get()).isEqualTo(5);
    }

    @Test
    void aClientThatIgnoresTheLimitOfStreamsIsRefusedThoseAbove() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        server.close();
        server = Talk.serve(Talk.LIMITS.withMaxConcurrentStreams(2), (call, request) -> {
            Talk.await(release);
            return HttpResponse.of(200);
        });
        try (Frames frames = Frames.connect(server.port())) {
            frames.request(1, false, true).request(3, false, true).request(5, false, true);
            Frames.Frame refused = frames.await(Frames.RST_STREAM);
            assertThat(refused.stream()).isEqualTo(5);
            assertThat(refused.code()).isEqualTo(7);
            release.countDown();
            frames.await(Frames.HEADERS);
            frames.await(Frames.HEADERS);
            frames.request(7, false, true);
            assertThat(frames.await(Frames.HEADERS).stream()).isEqualTo(7);
        }
    }

    @Test
    void moreThanMayWaitForAConnectionAreRejected() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        server.close();
        server = Talk.serve((call, request) -> {
            started.countDown();
            Talk.await(release);
            return HttpResponse.of(200);
        });
        try (HttpClient small = HttpClient.create(ClientLimits.defaults().withConnections(1, 1, 2))) {
            List<FutureTask<HttpResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                calls.add(Talk.start(() -> small.handle(Talk.call(), Talk.get(Talk.at(server), "/"))));
                Talk.await(started); // the first has the connection
            }
            Talk.await("one has been rejected", () -> calls.stream().anyMatch(FutureTask::isDone));
            release.countDown();
            int served = 0;
            List<CallException> rejected = new ArrayList<>();
            for (FutureTask<HttpResponse> call : calls) {
                try {
                    assertThat(Talk.result(call).status()).isEqualTo(200);
                    served++;
                } catch (CallException e) {
                    rejected.add(e);
                }
            }
            assertThat(served).isEqualTo(3);
            assertThat(rejected).singleElement().satisfies(error -> {
                assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
            });
        }
    }

    @Test
    void anHttp2RequestWithoutPathOrMethodIsReset() throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            byte[] noPath = {(byte) 0x82, (byte) 0x86};
            frames.write(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, noPath);
            assertThat(frames.await(Frames.RST_STREAM).code()).isOne();
            frames.request(3, false, true);
            assertThat(frames.await(Frames.HEADERS).stream()).isEqualTo(3);
        }
    }
}
