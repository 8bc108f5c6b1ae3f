package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clients that take their time: none holds the server up for longer than its limits, and others are served meanwhile. */
class SlowPeersTest {

    private static HttpLimits limits(long idleMillis, long headMillis) {
        HttpLimits defaults = HttpLimits.defaults();
        return new HttpLimits(
                defaults.maxHeaderBytes(),
                defaults.maxTargetBytes(),
                defaults.maxBodyBytes(),
                defaults.maxConcurrentStreams(),
                defaults.maxConnections(),
                defaults.streamWindowBytes(),
                Duration.ofMillis(idleMillis),
                Duration.ofMillis(headMillis),
                defaults.maxConnectionAge());
    }

    private static void isServed(HttpServer server) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void manySlowHeadsAreAnswered408() throws Exception {
        try (HttpServer server = Talk.serve(limits(60_000, 200), (call, request) -> HttpResponse.of(200))) {
            List<RawClient> slow = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                slow.add(new RawClient(server.port()).send("GET / HTTP/1.1\r\nHost: a\r\nX: "));
            }
            isServed(server);
            for (RawClient raw : slow) {
                assertThat(raw.response()).startsWith("HTTP/1.1 408").contains("head took longer than PT0.2S");
                assertThat(raw.ends()).isTrue();
                raw.close();
            }
        }
    }

    @Test
    void aThousandConnectionsThatSayNothingAreClosed() throws Exception {
        try (HttpServer server = Talk.serve(limits(1_000, 1_000), (call, request) -> HttpResponse.of(200))) {
            List<RawClient> silent = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                silent.add(new RawClient(server.port()));
            }
            isServed(server);
            Talk.await("all are closed", () -> server.openConnections() == 0);
            for (RawClient raw : silent) {
                assertThat(raw.ends()).isTrue();
                raw.close();
            }
        }
    }

    @Test
    void aBodyThatStallsEndsItsReader() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (HttpServer server = Talk.serve(limits(500, 500), (call, request) -> {
            if (request.method().equals("POST")) {
                seen.complete(Talk.failure(() -> request.body().readAll()).message());
            }
            return HttpResponse.of(200);
        })) {
            try (RawClient raw = new RawClient(server.port())) {
                raw.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
                isServed(server);
                assertThat(seen.get(20, TimeUnit.SECONDS)).contains("idle for PT0.5S");
                raw.rest();
            }
            Talk.await("it is closed", () -> server.openConnections() == 0);
        }
    }

    @Test
    void aReaderThatTakesNothingIsGivenUp() throws Exception {
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        try (HttpServer server = Talk.serve(
                limits(500, 500),
                (call, request) -> new HttpResponse(
                        200,
                        new dev.parley.Metadata(),
                        Body.stream(dev.parley.Messages.<byte[]>produce(sink -> {
                                    while (true) {
                                        sink.send(new byte[10_000]);
                                        sent.addAndGet(10_000);
                                    }
                                })
                                .onClose(outcome -> ended.complete(true)))))) {
            try (RawClient raw = new RawClient(server.port())) {
                raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(ended.get(20, TimeUnit.SECONDS)).isTrue();
                assertThat(sent.get()).isLessThan(20 << 20);
            }
            Talk.await("it is closed", () -> server.openConnections() == 0);
        }
    }

    @Test
    void fiveGigabytesThatAreDeclaredAreRefusedAtOnce() throws Exception {
        try (HttpServer server = Talk.serve(
                (call, request) -> HttpResponse.of(200, "x/y", request.body().readAll()))) {
            try (RawClient raw = new RawClient(server.port())) {
                raw.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5368709120\r\n\r\n");
                assertThat(raw.response()).startsWith("HTTP/1.1 413").contains("declares 5368709120 bytes");
            }
            isServed(server);
        }
    }

    @Test
    void chunksWithoutEndStopAtTheLimit() throws Exception {
        try (HttpServer server = Talk.serve(
                HttpLimits.defaults().withMaxBodyBytes(100_000),
                (call, request) -> HttpResponse.of(200, "x/y", request.body().readAll()))) {
            try (RawClient raw = new RawClient(server.port())) {
                raw.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
                String chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";
                for (int i = 0; i < 30; i++) {
                    raw.send(chunk);
                }
                assertThat(raw.response()).startsWith("HTTP/1.1 413").contains("100000 bytes");
            }
            isServed(server);
        }
    }
}
