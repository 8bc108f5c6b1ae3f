package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Outcome;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Upgrades through a proxy: raw bytes both ways once the upstream has agreed. */
class ProxyUpgradeTest {

    private static final String UPGRADE =
            "GET /chat HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo/1\r\n\r\n";
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\nx-sub: 7\r\n\r\n";

    private final BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();

    private HttpServer proxy(String upstream) {
        return Proxies.with(
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
                Proxy.to(upstream));
    }

    private static void echo(Socket socket) throws Exception {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        byte[] buffer = new byte[8192];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
        }
    }

    @Test
    void tunnelsBothWaysAndEndsWithTheClient() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        BlockingQueue<String> heads = new LinkedBlockingQueue<>();
        try (RawServer upstream = new RawServer(socket -> {
                    heads.add(RawServer.head(socket));
                    socket.getOutputStream().write(Talk.bytes(SWITCH + "first"));
                    echo(socket);
                    ended.countDown();
                });
                HttpServer proxy = proxy(upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            assertThat(raw.send(UPGRADE).response())
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase("connection: upgrade\r\n")
                    .containsIgnoringCase("upgrade: echo/1\r\n")
                    .containsIgnoringCase("x-sub: 7\r\n");
            assertThat(heads.take())
                    .containsIgnoringCase("upgrade: echo/1\r\n")
                    .containsIgnoringCase("connection: upgrade\r\n");
            assertThat(read(raw, 5)).isEqualTo("first");
            for (String text : new String[] {"GET / HTTP/1.1\r\n\r\n", "\0\1\2", "x".repeat(100_000)}) {
                raw.send(text);
                assertThat(read(raw, text.length())).isEqualTo(text);
            }
            assertThat(proxy.activeRequests()).isEqualTo(1);
            raw.socket.shutdownOutput();
            Talk.await(ended);
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(Outcome.OK);
            Talk.await("nothing is left", () -> proxy.activeRequests() == 0 && proxy.upstreamConnections() == 0);
        }
    }

    private static String read(RawClient raw, int bytes) throws Exception {
        return new String(raw.socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    @Test
    void endsWithTheUpstreamBehindItsLastByte() throws Exception {
        byte[] last = new byte[3_000_000];
        new java.util.Random(3).nextBytes(last);
        try (RawServer upstream = new RawServer(socket -> {
                    RawServer.head(socket);
                    socket.getOutputStream().write(Talk.bytes(SWITCH));
                    socket.getOutputStream().write(last);
                });
                HttpServer proxy = proxy(upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            assertThat(raw.send(UPGRADE).response()).startsWith("HTTP/1.1 101 ");
            assertThat(raw.socket.getInputStream().readAllBytes()).isEqualTo(last);
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(Outcome.OK);
        }
    }

    @Test
    void aPeerThatDoesNotReadStopsTheOther() throws Exception {
        CountDownLatch mayRead = new CountDownLatch(1);
        java.util.concurrent.atomic.AtomicLong sent = new java.util.concurrent.atomic.AtomicLong();
        long total = 64L << 20;
        try (RawServer upstream = new RawServer(socket -> {
                    RawServer.head(socket);
                    socket.getOutputStream().write(Talk.bytes(SWITCH));
                    byte[] block = new byte[64 << 10];
                    while (sent.get() < total) {
                        socket.getOutputStream().write(block);
                        sent.addAndGet(block.length);
                    }
                });
                HttpServer proxy = proxy(upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            assertThat(raw.send(UPGRADE).response()).startsWith("HTTP/1.1 101 ");
            assertThat(Talk.awaitStall(sent::get)).isLessThan(total / 2);
            mayRead.countDown();
            long read = 0;
            byte[] buffer = new byte[64 << 10];
            for (int n = raw.socket.getInputStream().read(buffer);
                    n >= 0;
                    n = raw.socket.getInputStream().read(buffer)) {
                read += n;
            }
            assertThat(read).isEqualTo(total);
        }
    }

    @Test
    void anUpstreamMayDecline() throws Exception {
        try (RawServer upstream = new RawServer(socket -> {
                    while (true) {
                        RawServer.head(socket);
                        socket.getOutputStream().write(Talk.bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno"));
                    }
                });
                HttpServer proxy = proxy(upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(raw.send(UPGRADE).response())
                        .startsWith("HTTP/1.1 200")
                        .endsWith("no");
            }
            assertThat(upstream.accepted).hasValue(1);
        }
    }

    @Test
    void switchingUnaskedIsABrokenAnswer() throws Exception {
        try (RawServer upstream = new RawServer(socket -> {
                    RawServer.head(socket);
                    socket.getOutputStream().write(Talk.bytes(SWITCH));
                    echo(socket);
                });
                HttpServer proxy = proxy(upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            assertThat(raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").response())
                    .startsWith("HTTP/1.1 502 ")
                    .contains(upstream.authority());
        }
    }
}
