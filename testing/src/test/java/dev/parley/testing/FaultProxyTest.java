package dev.parley.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every fault, with plain sockets on both sides of the proxy. Times are only ever lower bounds, or far away. */
class FaultProxyTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private FaultProxy echo() throws IOException {
        return fixture.proxy(fixture.open(RawPeer.echo()).port());
    }

    private FaultProxy to(RawPeer.Talk talk) throws IOException {
        return fixture.proxy(fixture.open(new RawPeer(talk)).port());
    }

    private Socket connect(FaultProxy proxy) throws IOException {
        return fixture.open(RawPeer.connect(proxy));
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    private static String read(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), UTF_8);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    // ---- without faults

    @Test
    void bytesAndEndsPassAndAreCounted() throws Exception {
        FaultProxy proxy = echo();
        byte[] sent = random(3_000_000);
        try (Socket client = RawPeer.connect(proxy)) {
            Future<byte[]> back = fixture.start(() -> client.getInputStream().readAllBytes());
            client.getOutputStream().write(sent);
            client.shutdownOutput();
            assertThat(back.get(10, TimeUnit.SECONDS)).isEqualTo(sent);
        }
        RawPeer.await("it is closed", () -> proxy.traffic().open() == 0);
        assertThat(proxy.traffic())
                .isEqualTo(new Traffic(1, 0, 0, 0, sent.length, sent.length, sent.length, sent.length));
    }

    @Test
    void aReaderThatStopsStopsItsSender() throws Exception {
        byte[] sent = random(64 << 20);
        AtomicLong written = new AtomicLong();
        FaultProxy proxy = to(socket -> {
            for (int i = 0; i < sent.length; i += 1 << 16) {
                socket.getOutputStream().write(sent, i, 1 << 16);
                written.addAndGet(1 << 16);
            }
        });
        Socket client = connect(proxy);
        assertThat(client.getInputStream().read()).isEqualTo(sent[0] & 0xff);
        AtomicLong last = new AtomicLong(-1);
        RawPeer.await("nothing moves", () -> {
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return last.getAndSet(written.get()) == written.get();
        });
        assertThat(written).hasValueLessThan(sent.length);
        Traffic traffic = proxy.traffic();
        assertThat(traffic.receivedDownstream() - traffic.passedDownstream()).isBetween(0L, (256L + 2 * 16) << 10);
        byte[] rest = client.getInputStream().readAllBytes();
        assertThat(rest).hasSize(sent.length - 1);
        assertThat(rest[rest.length - 1]).isEqualTo(sent[sent.length - 1]);
    }

    @Test
    void aResetOfEitherSideResetsTheOther() throws Exception {
        FaultProxy resetting = to(socket -> {
            socket.getInputStream().read();
            socket.setSoLinger(true, 0);
        });
        Socket client = connect(resetting);
        send(client, "x");
        assertThat(RawPeer.readUntilReset(client)).isZero();

        CountDownLatch seen = new CountDownLatch(1);
        FaultProxy proxy = to(socket -> {
            socket.getOutputStream().write('x');
            assertThat(RawPeer.readUntilReset(socket)).isZero();
            seen.countDown();
        });
        Socket leaving = connect(proxy);
        assertThat(read(leaving, 1)).isEqualTo("x");
        leaving.setSoLinger(true, 0);
        leaving.close();
        assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
        RawPeer.await("none is open", () -> proxy.traffic().open() == 0);
        assertThat(proxy.traffic().resets()).isEqualTo(1);
    }

    @Test
    void aTargetThatRefusesResetsTheClient() throws Exception {
        RawPeer gone = RawPeer.echo();
        gone.close();
        FaultProxy proxy = fixture.proxy(gone.port());
        assertThat(RawPeer.readUntilReset(connect(proxy))).isZero();
        RawPeer.await("it is told", () -> proxy.report().contains("was not reached"));
    }

    @Test
    void aThousandConnectionsAreTheLimit() throws Exception {
        FaultProxy proxy = to(socket -> socket.getInputStream().read());
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            clients.add(connect(proxy));
        }
        RawPeer.await("all are open", () -> proxy.traffic().open() == 1_000);
        assertThat(RawPeer.readUntilReset(connect(proxy))).isZero();
        assertThat(proxy.traffic().rejected()).isEqualTo(1);
        assertThat(proxy.report()).contains("1000 connections are open");
        clients.getFirst().close();
        RawPeer.await("one is gone", () -> proxy.traffic().open() == 999);
        connect(proxy);
        RawPeer.await("another is open", () -> proxy.traffic().open() == 1_000);
    }

    // ---- time

    @Test
    void latencyDelaysWithoutLimitingWhatIsUnderWay() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(Direction.UPSTREAM, new Fault.Latency(Duration.ofMillis(200)));
        Socket client = connect(proxy);
        long start = System.nanoTime();
        for (int i = 1; i <= 40; i++) {
            client.getOutputStream().write(i);
            int count = i;
            RawPeer.await("it has come", () -> proxy.traffic().receivedUpstream() == count);
        }
        for (int i = 1; i <= 40; i++) {
            assertThat(client.getInputStream().read()).isEqualTo(i);
            assertThat(millisSince(start)).isGreaterThanOrEqualTo(200);
        }
        // One after the other they would take 8 s.
        assertThat(millisSince(start)).isLessThan(6_000);
    }

    @Test
    void aLatencyThatIsHealedLetsGoWhatWaits() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(new Fault.Latency(Duration.ofHours(1), Duration.ofHours(1), 3));
        Socket client = connect(proxy);
        send(client, "late");
        RawPeer.await("it has come", () -> proxy.traffic().receivedUpstream() == 4);
        proxy.heal();
        assertThat(read(client, 4)).isEqualTo("late");
    }

    @Test
    void jitterIsTheSameForTheSameSeed() {
        List<List<Double>> drawn = new ArrayList<>();
        for (long seed : new long[] {1, 1, 2}) {
            Armed armed = new Armed();
            armed.arm(new Fault.Latency(Duration.ZERO, Duration.ofMillis(100), seed), 0, 0);
            List<Double> parts = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                parts.add(armed.drawJitter());
            }
            assertThat(parts).allMatch(part -> armed.jitterNanos(part) <= 100_000_000);
            drawn.add(parts);
        }
        assertThat(drawn.get(0))
                .isEqualTo(drawn.get(1))
                .isNotEqualTo(drawn.get(2))
                .doesNotHaveDuplicates();
    }

    @Test
    void jitterComesOnTopAndKeepsTheOrder() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(Direction.DOWNSTREAM, new Fault.Latency(Duration.ofMillis(20), Duration.ofMillis(50), 42));
        Socket client = connect(proxy);
        byte[] sent = random(100_000);
        client.getOutputStream().write(sent);
        assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
    }

    @Test
    void bandwidthIsATokenBucket() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(Direction.DOWNSTREAM, new Fault.Bandwidth(200_000));
        Socket client = connect(proxy);
        byte[] sent = random(100_000);
        long start = System.nanoTime();
        client.getOutputStream().write(sent);
        assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        // All but one burst of a 20th of a second waits for its tokens.
        assertThat(millisSince(start)).isBetween(449L, 5_000L);
    }

    @Test
    void bandwidthChangesWhileDataIsUnderWay() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(new Fault.Bandwidth(1));
        Socket client = connect(proxy);
        byte[] sent = random(1_000_000);
        Future<?> sending = fixture.start(() -> {
            client.getOutputStream().write(sent);
            return "sent";
        });
        RawPeer.await("some has come", () -> proxy.traffic().receivedUpstream() > 1_000);
        proxy.inject(new Fault.Bandwidth(Long.MAX_VALUE));
        assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        assertThat(sending.get(10, TimeUnit.SECONDS)).isEqualTo("sent");
    }

    @Test
    void slicesComeOneByOne() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(Direction.DOWNSTREAM, new Fault.Slice(3, Duration.ofMillis(20)));
        Socket client = connect(proxy);
        long start = System.nanoTime();
        send(client, "0123456789abcdef");
        assertThat(read(client, 16)).isEqualTo("0123456789abcdef");
        assertThat(millisSince(start)).isGreaterThanOrEqualTo(5 * 20);
    }

    // ---- loss

    @ParameterizedTest
    @EnumSource
    void aResetComesBehindItsBytes(Direction direction) throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(direction, new Fault.Reset(1_000));
        Socket client = connect(proxy);
        send(client, "x".repeat(999));
        assertThat(read(client, 999)).hasSize(999);
        send(client, "yz");
        int rest = RawPeer.readUntilReset(client);
        assertThat(rest).isLessThanOrEqualTo(1);
        RawPeer.await("it is counted", () -> proxy.traffic().resets() == 1);
        Traffic traffic = proxy.traffic();
        assertThat(direction == Direction.UPSTREAM ? traffic.passedUpstream() : traffic.passedDownstream())
                .isEqualTo(1_000);
        // The next connection has its own 1,000.
        Socket next = connect(proxy);
        send(next, "x".repeat(900));
        assertThat(read(next, 900)).hasSize(900);
    }

    @Test
    void aResetAtOnceHitsBothSidesOfOpenConnections() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        FaultProxy proxy = to(socket -> {
            socket.getOutputStream().write('x');
            assertThat(RawPeer.readUntilReset(socket)).isZero();
            seen.countDown();
        });
        Socket client = connect(proxy);
        assertThat(read(client, 1)).isEqualTo("x");
        proxy.inject(new Fault.Reset(0));
        assertThat(RawPeer.readUntilReset(client)).isZero();
        assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(RawPeer.readUntilReset(connect(proxy))).isZero();
        proxy.heal();
        assertThat(read(connect(proxy), 1)).isEqualTo("x");
    }

    @Test
    void bytesBeforeTheFaultDoNotCount() throws Exception {
        FaultProxy proxy = echo();
        Socket client = connect(proxy);
        send(client, "x".repeat(5_000));
        assertThat(read(client, 5_000)).hasSize(5_000);
        proxy.inject(Direction.UPSTREAM, new Fault.Truncate(10));
        send(client, "0123456789abc");
        assertThat(read(client, 20)).isEqualTo("0123456789");
    }

    @Test
    void newConnectionsAreResetAndOpenOnesGoOn() throws Exception {
        RawPeer peer = fixture.open(RawPeer.echo());
        FaultProxy proxy = fixture.proxy(peer.port());
        Socket before = connect(proxy);
        send(before, "a");
        assertThat(read(before, 1)).isEqualTo("a");
        proxy.inject(new Fault.ResetOnConnect());
        assertThat(RawPeer.readUntilReset(connect(proxy))).isZero();
        send(before, "b");
        assertThat(read(before, 1)).isEqualTo("b");
        assertThat(peer.accepted).hasValue(1);
        assertThat(proxy.traffic().rejected()).isEqualTo(1);
    }

    @Test
    void refusedConnectionsKeepThePort() throws Exception {
        FaultProxy proxy = echo();
        Socket before = connect(proxy);
        send(before, "x");
        assertThat(read(before, 1)).isEqualTo("x");
        for (int i = 0; i < 30; i++) {
            proxy.inject(new Fault.Refuse());
            proxy.inject(new Fault.Refuse());
            assertThatThrownBy(() -> connect(proxy)).isInstanceOf(ConnectException.class);
            send(before, "x");
            assertThat(read(before, 1)).isEqualTo("x");
            proxy.heal();
            Socket after = connect(proxy);
            send(after, "y");
            assertThat(read(after, 1)).isEqualTo("y");
        }
    }

    @Test
    void aBlackholeThatReadsSwallowsAll() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(Direction.UPSTREAM, new Fault.Blackhole(true));
        Socket client = connect(proxy);
        client.getOutputStream().write(random(20 << 20));
        client.shutdownOutput();
        RawPeer.await("all is read", () -> proxy.traffic().receivedUpstream() == 20 << 20);
        assertThat(proxy.traffic().passedUpstream()).isZero();
        client.setSoTimeout(50);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        proxy.heal();
        client.setSoTimeout(10_000);
        assertThat(RawPeer.readUntilReset(client)).isZero();
        RawPeer.await("it is told", () -> proxy.report().contains("bytes were lost in a blackhole"));
    }

    @Test
    void aBlackholeThatDoesNotReadBlocksAndLosesNothing() throws Exception {
        FaultProxy proxy = echo();
        Socket client = connect(proxy);
        send(client, "x");
        assertThat(read(client, 1)).isEqualTo("x");
        proxy.inject(new Fault.Blackhole(false));
        byte[] sent = random(30 << 20);
        Future<byte[]> back = fixture.start(() -> client.getInputStream().readAllBytes());
        Future<?> sending = fixture.start(() -> {
            client.getOutputStream().write(sent);
            client.shutdownOutput();
            return "sent";
        });
        assertThatThrownBy(() -> sending.get(200, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        assertThat(proxy.traffic().receivedUpstream()).isLessThan(100_000);
        assertThat(proxy.traffic().passedUpstream()).isEqualTo(1);
        proxy.heal();
        assertThat(sending.get(10, TimeUnit.SECONDS)).isEqualTo("sent");
        assertThat(back.get(10, TimeUnit.SECONDS)).isEqualTo(sent);
    }

    @Test
    void truncationHalfCloses() throws Exception {
        FaultProxy proxy = to(socket -> {
            socket.getOutputStream().write("a long answer".getBytes(UTF_8));
            InputStream in = socket.getInputStream();
            socket.getOutputStream().write(in.readNBytes(5_000_000).length);
        });
        proxy.inject(Direction.DOWNSTREAM, new Fault.Truncate(6));
        Socket client = connect(proxy);
        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).isEqualTo("a long");
        // The other direction is open.
        client.getOutputStream().write(random(5_000_000));
        RawPeer.await("all has passed", () -> proxy.traffic().passedUpstream() == 5_000_000);
    }

    @Test
    void aTruncationAtOnceEndsAnOpenStream() throws Exception {
        FaultProxy proxy = echo();
        Socket client = connect(proxy);
        send(client, "x");
        assertThat(read(client, 1)).isEqualTo("x");
        proxy.inject(Direction.UPSTREAM, new Fault.Truncate(0));
        // The peer hears the end, and ends its side.
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aByteIsInvertedOnce() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(Direction.DOWNSTREAM, new Fault.Corrupt(3));
        Socket client = connect(proxy);
        for (int i = 0; i < 6; i++) {
            client.getOutputStream().write(i);
            assertThat(client.getInputStream().read()).isEqualTo(i == 3 ? 0xff ^ 3 : i);
        }
    }

    // ---- ends

    @Test
    void anEndComesLateAndDataDoesNot() throws Exception {
        FaultProxy proxy = to(socket -> socket.getOutputStream().write("done".getBytes(UTF_8)));
        proxy.inject(Direction.DOWNSTREAM, new Fault.SlowClose(Duration.ofMillis(300)));
        long start = System.nanoTime(); // before the end can be there: this thread may be late
        Socket client = connect(proxy);
        assertThat(read(client, 4)).isEqualTo("done");
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(millisSince(start)).isGreaterThanOrEqualTo(300);
    }

    @Test
    void anEndThatNeverComesComesWhenItIsHealed() throws Exception {
        FaultProxy proxy = to(socket -> socket.getOutputStream().write("done".getBytes(UTF_8)));
        proxy.inject(new Fault.NeverClose());
        Socket client = connect(proxy);
        assertThat(read(client, 4)).isEqualTo("done");
        client.setSoTimeout(200);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(10_000);
        proxy.heal();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        client.close();
        RawPeer.await("it is closed", () -> proxy.traffic().open() == 0);
    }

    // ---- the proxy itself

    @Test
    void closeEndsAllWhateverTheyWaitFor() throws Exception {
        List<Fault> faults = List.of(
                new Fault.Latency(Duration.ofHours(1)),
                new Fault.Bandwidth(1),
                new Fault.Slice(1, Duration.ofHours(1)),
                new Fault.Blackhole(true),
                new Fault.Blackhole(false),
                new Fault.NeverClose(),
                new Fault.SlowClose(Duration.ofHours(1)),
                new Fault.Refuse());
        for (Fault fault : faults) {
            FaultProxy proxy = echo();
            Socket client = connect(proxy);
            send(client, "x");
            assertThat(read(client, 1)).isEqualTo("x");
            proxy.inject(fault);
            send(client, "yyy");
            client.shutdownOutput();
            proxy.close();
            proxy.close();
            assertThat(proxy.traffic().open()).isZero();
            assertThat(ends(client)).as("%s", fault).isTrue();
            assertThatThrownBy(() -> proxy.inject(fault)).hasMessageContaining("is closed");
        }
    }

    private static boolean ends(Socket client) throws IOException {
        try {
            return client.getInputStream().readAllBytes().length <= 3;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void allConnectionsAreResetOnce() throws Exception {
        FaultProxy proxy = echo();
        Socket client = connect(proxy);
        send(client, "x");
        assertThat(read(client, 1)).isEqualTo("x");
        proxy.resetConnections();
        assertThat(RawPeer.readUntilReset(client)).isZero();
        Socket next = connect(proxy);
        send(next, "y");
        assertThat(read(next, 1)).isEqualTo("y");
    }

    @Test
    void theReportTellsWhatHappened() throws Exception {
        FaultProxy proxy = echo();
        proxy.inject(Direction.UPSTREAM, new Fault.Reset(3));
        Socket client = connect(proxy);
        send(client, "abcdef");
        RawPeer.readUntilReset(client);
        RawPeer.await("it is told", () -> proxy.report().contains("reset: fault"));
        assertThat(proxy.report())
                .contains(
                        proxy.authority(), "accepted=1", "injected Reset[afterBytes=3] UPSTREAM", "connection 1 from");
        for (int i = 0; i < 500; i++) {
            proxy.heal();
        }
        assertThat(proxy.report().lines()).hasSize(102);
    }

    @Test
    void badValuesAreNamed() {
        assertThatThrownBy(() -> new Fault.Bandwidth(0)).hasMessage("bytesPerSecond must be 1 or more, but is 0");
        assertThatThrownBy(() -> new Fault.Slice(0, Duration.ZERO)).hasMessage("bytes must be 1 or more, but is 0");
        assertThatThrownBy(() -> new Fault.Reset(-1)).hasMessage("afterBytes must be 0 or more, but is -1");
        assertThatThrownBy(() -> new Fault.Truncate(-1)).hasMessage("afterBytes must be 0 or more, but is -1");
        assertThatThrownBy(() -> new Fault.Corrupt(-1)).hasMessage("afterBytes must be 0 or more, but is -1");
        assertThatThrownBy(() -> new Fault.Latency(Duration.ofMillis(-1)))
                .hasMessage("delay must be between PT0S and PT1H, but is PT-0.001S");
        assertThatThrownBy(() -> new Fault.SlowClose(Duration.ofDays(1)))
                .hasMessage("delay must be between PT0S and PT1H, but is PT24H");
        assertThatThrownBy(() -> fixture.proxy("127.0.0.1", 70_000)).hasMessageContaining("70000");
    }
}
