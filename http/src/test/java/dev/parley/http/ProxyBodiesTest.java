package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Messages;
import dev.parley.Metadata;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Large bodies, slow readers and slow writers through a proxy. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ProxyBodiesTest {

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.create();

    @AfterEach
    void close() {
        client.close();
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1,HTTP_1_1", "HTTP_2,HTTP_2"})
    void aStreamIsLargerThanTheMemory(HttpVersion down, HttpVersion up) throws Exception {
        stream(down, up, 40, 96L << 20);
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    @Tag("long")
    void halfAGigabyteEachWayInFortyMegabytes(HttpVersion down, HttpVersion up) throws Exception {
        stream(down, up, 40, 512L << 20);
    }

    private void stream(HttpVersion down, HttpVersion up, int megabytes, long bytes) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + megabytes + "m",
                        "-XX:MaxDirectMemorySize=" + megabytes + "m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dio.netty.leakDetection.level=disabled",
                        "-Dio.netty.maxDirectMemory=" + ((long) megabytes << 20),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LargeProxy.class.getName(),
                        down.name(),
                        up.name(),
                        Long.toString(bytes)))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as(Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(output)).contains("up: " + bytes).contains("down: " + bytes);
        assertThat(process.exitValue()).isZero();
    }

    /** One that reads nothing stops its own upstream, and nobody else. */
    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void aSlowReaderStopsItsUpstreamAlone(HttpVersion down, HttpVersion up) throws Exception {
        AtomicLong sent = new AtomicLong();
        long total = 16L << 20;
        try (HttpServer upstream = Talk.serve((call, request) -> request.path().equals("/big")
                        ? new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                            while (sent.get() < total) {
                                sink.send(new byte[32 << 10]);
                                sent.addAndGet(32 << 10);
                            }
                        })))
                        : HttpResponse.text(200, "small"));
                HttpServer proxy = Proxies.to(up, upstream)) {
            HttpResponse slow = Talk.send(client, down, Talk.get(Talk.at(proxy), "/big"));
            assertThat(Talk.awaitStall(sent::get)).isLessThan(total);
            for (int i = 0; i < 20; i++) {
                assertThat(Talk.text(Talk.send(client, down, Talk.get(Talk.at(proxy), "/small"))))
                        .isEqualTo("small");
            }
            AtomicLong read = new AtomicLong();
            slow.body().chunks().drain(chunk -> read.addAndGet(chunk.length));
            assertThat(read).hasValue(total);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void aSlowWriterArrivesByteByByte(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> Proxies.echo(request));
                HttpServer proxy = Proxies.to(up, upstream)) {
            // Each byte is sent only once the one before has come back: nothing may wait for more.
            java.util.concurrent.Semaphore turns = new java.util.concurrent.Semaphore(1);
            HttpResponse response =
                    Talk.send(client, down, Talk.post(Talk.at(proxy), "/", Body.stream(Messages.produce(sink -> {
                        for (int i = 0; i < 50; i++) {
                            turns.acquire();
                            sink.send(new byte[] {(byte) i});
                        }
                    }))));
            AtomicLong seen = new AtomicLong();
            response.body().chunks().drain(chunk -> {
                for (byte one : chunk) {
                    assertThat(one).isEqualTo((byte) seen.getAndIncrement());
                    turns.release();
                }
            });
            assertThat(seen).hasValue(50);
        }
    }

    /** A connection that went back to its pool with reading off would stop the next body on it. */
    @Test
    void pooledConnectionsReadOn() throws Exception {
        byte[] body = new byte[300_000];
        new java.util.Random(1).nextBytes(body);
        try (HttpServer upstream =
                        Talk.serve((call, request) -> HttpResponse.of(200, "application/octet-stream", body));
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream)) {
            CountDownLatch stopped = new CountDownLatch(1);
            for (int i = 0; i < 30; i++) {
                HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(proxy), "/"));
                if (i % 3 == 0) {
                    stopped.await(5, TimeUnit.MILLISECONDS); // the upstream fills all buffers on the way meanwhile
                }
                assertThat(response.body().readAll()).isEqualTo(body);
            }
        }
    }
}
