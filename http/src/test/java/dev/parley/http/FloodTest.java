package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HTTP/2 clients that send much and mean harm: each is told so and closed, or held back, in bounded memory; and whoever
 * comes next is served.
 */
@ExtendWith(LeakCheck.class)
class FloodTest {

    private static final int MOST = 200_000;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;

    private final AtomicInteger handled = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void serve() {
        server = Talk.serve((call, request) -> {
            handled.incrementAndGet();
            request.body().readAll();
            return HttpResponse.text(200, "here");
        });
    }

    @AfterEach
    void close() throws Exception {
        try (HttpClient client = HttpClient.create()) {
            for (HttpVersion version : HttpVersion.values()) {
                assertThat(Talk.text(Talk.send(client, version, Talk.get(Talk.at(server), "/"))))
                        .isEqualTo("here");
            }
        }
        server.close();
    }

    /** One step of a flood. */
    private interface Step {
        void send(Frames frames, int number) throws IOException;
    }

    /** Floods until the server has had enough; gives the code of its GOAWAY, -1 if it just closed. */
    private int flood(Step step) throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            FutureTask<Integer> reader = Talk.start(() -> {
                int code = -1;
                for (Frames.Frame frame = frames.readOnly(); frame != null; frame = frames.readOnly()) {
                    code = frame.type() == Frames.GOAWAY ? frame.code() : code;
                }
                return code;
            });
            try {
                // The server passes over what still comes behind its GOAWAY for a second, so all of it may be sent.
                for (int sent = 0; sent < MOST && !reader.isDone(); sent++) {
                    step.send(frames, sent);
                }
            } catch (IOException closed) {
                // as it should be
            }
            return Talk.result(reader); // which ends when the server closes, and not before
        }
    }

    @Test
    void rapidResetsEndTheConnection() throws Exception {
        assertThat(flood((frames, number) -> frames.request(1 + 2 * number, false, true)
                        .write(Frames.RST_STREAM, 0, 1 + 2 * number, Frames.number(8))))
                .isEqualTo(ENHANCE_YOUR_CALM);
        assertThat(handled.get()).isLessThan(60_000);
    }

    /** Made-you-reset (CVE-2025-8671): the client never resets, but makes the server do it. */
    @Test
    void resetsThatTheServerIsMadeToSendEndTheConnection() throws Exception {
        assertThat(flood((frames, number) -> frames.request(1 + 2 * number, true, false)
                        .write(Frames.WINDOW_UPDATE, 0, 1 + 2 * number, Frames.number(0))))
                .isIn(ENHANCE_YOUR_CALM, -1);
    }

    @Test
    void continuationsWithoutEndEndTheConnection() throws Exception {
        assertThat(flood((frames, number) -> {
                    if (number == 0) {
                        frames.write(Frames.HEADERS, 0, 1, new byte[] {(byte) 0x82, (byte) 0x84, (byte) 0x86});
                    } else {
                        frames.write(9, 0, 1, new byte[] {0x40, 1, 'x', 1, 'y'});
                    }
                }))
                .isIn(ENHANCE_YOUR_CALM, PROTOCOL_ERROR);
        assertThat(handled).hasValue(0);
    }

    @Test
    void emptyFramesOfDataEndTheConnection() throws Exception {
        assertThat(flood((frames, number) -> {
                    if (number == 0) {
                        frames.request(1, true, false);
                    } else {
                        frames.write(Frames.DATA, 0, 1, new byte[0]);
                    }
                }))
                .isEqualTo(ENHANCE_YOUR_CALM);
    }

    /** The answers pile up, because this client never reads: it is closed before they fill the memory. */
    @Test
    void pingsThatNobodyReadsTheAnswersOfEndTheConnection() throws Exception {
        endsTheConnection(Frames.PING);
    }

    /** As with pings, but half a minute long: an answer has nine bytes only. */
    @Test
    @Tag("long")
    void settingsThatNobodyReadsTheAnswersOfEndTheConnection() throws Exception {
        endsTheConnection(Frames.SETTINGS);
    }

    private void endsTheConnection(int type) throws Exception {
        long before = direct();
        try (Frames frames = Frames.connect(server.port())) {
            frames.socket.setSendBufferSize(64 << 10);
            byte[] payload = new byte[type == Frames.PING ? 8 : 0];
            FutureTask<Boolean> flooder = Talk.start(() -> {
                try {
                    frames.flood(type, payload, 3 * MOST);
                    return false;
                } catch (IOException closed) {
                    return true;
                }
            });
            // Answers fill the kernel's buffers before ours: some 300,000, each of which the leak detector writes down.
            flooder.get(3, TimeUnit.MINUTES);
            Talk.await("it is closed, read or not", () -> server.openConnections() == 0);
            // Only now does it read: to the end, which comes by itself.
            Frames.Frame last = frames.readOnly();
            while (last != null) {
                last = frames.readOnly();
            }
        }
        assertThat(direct() - before).isLessThan(64L << 20);
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** One frame that breaks a rule, and the code of the error that follows on the connection or its stream. */
    private int after(Step step) throws Exception {
        try (Frames frames = Frames.connect(server.port())) {
            step.send(frames, 0);
            for (Frames.Frame frame = frames.read(); frame != null; frame = frames.read()) {
                if (frame.type() == Frames.HEADERS) {
                    return -200 - (frame.payload()[0] & 0xff); // answered
                }
                if (frame.type() == Frames.GOAWAY || frame.type() == Frames.RST_STREAM) {
                    return frame.code();
                }
            }
            return -1;
        }
    }

    @Test
    void windowsThatAreOpenedByNothingOrTooFarAreErrors() throws Exception {
        assertThat(after((frames, n) -> frames.write(Frames.WINDOW_UPDATE, 0, 0, Frames.number(0))))
                .isEqualTo(PROTOCOL_ERROR);
        assertThat(after((frames, n) -> frames.write(Frames.WINDOW_UPDATE, 0, 0, Frames.number(Integer.MAX_VALUE))))
                .isEqualTo(FLOW_CONTROL_ERROR);
        assertThat(after((frames, n) -> frames.request(1, true, false)
                        .write(Frames.WINDOW_UPDATE, 0, 1, Frames.number(Integer.MAX_VALUE))))
                .isEqualTo(FLOW_CONTROL_ERROR);
    }

    @Test
    void framesOutOfPlaceAreErrors() throws Exception {
        assertThat(after((frames, n) -> frames.write(Frames.DATA, 0, 0, new byte[1])))
                .isEqualTo(PROTOCOL_ERROR);
        assertThat(after((frames, n) -> frames.write(Frames.DATA, 0, 5, new byte[1])))
                .isEqualTo(PROTOCOL_ERROR);
        assertThat(after((frames, n) -> frames.request(3, true, false).request(1, false, true)))
                .isIn(PROTOCOL_ERROR, 5);
        assertThat(after((frames, n) -> frames.write(Frames.SETTINGS, 0, 0, new byte[5])))
                .isEqualTo(6);
        assertThat(after((frames, n) -> frames.write(Frames.SETTINGS, 0, 1, new byte[0])))
                .isEqualTo(PROTOCOL_ERROR);
        assertThat(after((frames, n) -> frames.write(Frames.PING, 0, 0, new byte[7])))
                .isEqualTo(6);
        assertThat(after((frames, n) -> frames.write(Frames.DATA, 0, 1, new byte[20_000])))
                .isIn(6, -1);
        assertThat(after((frames, n) -> frames.write(9, 4, 1, new byte[1]))).isEqualTo(PROTOCOL_ERROR);
        assertThat(after((frames, n) -> frames.write(5, 4, 1, new byte[8]))).isPositive();
    }

    /** Literal header fields without indexing, names and values as they are. */
    private static byte[] block(String... fields) {
        ByteBuffer block = ByteBuffer.allocate(1000);
        for (int i = 0; i < fields.length; i += 2) {
            block.put((byte) 0);
            for (String text : List.of(fields[i], fields[i + 1])) {
                block.put((byte) text.length()).put(Talk.bytes(text));
            }
        }
        return Arrays.copyOf(block.array(), block.position());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":method=GET|:scheme=http",
                ":method=GET|:path=/",
                ":path=/|:scheme=http",
                ":method=GET|:method=GET|:path=/|:scheme=http",
                ":method=GET|:path=/|:scheme=http|:status=200",
                ":method=GET|:path=/|:scheme=http|:odd=1",
                "x=y|:method=GET|:path=/|:scheme=http",
                ":method=GET|:path=/|:scheme=http|X=y",
                ":method=GET|:path=/|:scheme=http|connection=close",
                ":method=GET|:path=/|:scheme=http|transfer-encoding=chunked",
                ":method=GET|:path=/|:scheme=http|te=gzip",
                ":method=GET|:path=/|:scheme=http|x=a\nb",
            })
    void headersThatBreakTheRulesResetTheStream(String fields) throws Exception {
        byte[] block = block(fields.split("[|=]", -1));
        assertThat(after((frames, n) -> frames.write(Frames.HEADERS, 5, 1, block)))
                .isEqualTo(PROTOCOL_ERROR);
        assertThat(handled).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a b", "/a\u0001", "x", "/a#b"})
    void aTargetThatIsNotOneIsABadRequest(String path) throws Exception {
        byte[] block = block(":method", "GET", ":scheme", "http", ":authority", "a", ":path", path);
        // :status 400 in the static table, or the stream is reset
        assertThat(after((frames, n) -> frames.write(Frames.HEADERS, 5, 1, block)))
                .isIn(-200 - 0x8c, PROTOCOL_ERROR);
        assertThat(handled).hasValue(0);
    }

    @Test
    void aBodyThatIsNotAsLongAsItSaysResetsTheStream() throws Exception {
        byte[] block = block(":method", "POST", ":scheme", "http", ":path", "/", "content-length", "5");
        assertThat(after((frames, n) -> frames.write(Frames.HEADERS, 4, 1, block)
                        .write(Frames.DATA, Frames.END_STREAM, 1, new byte[4])))
                .isEqualTo(PROTOCOL_ERROR);
        assertThat(after((frames, n) -> frames.write(Frames.HEADERS, 4, 1, block)
                        .write(Frames.DATA, Frames.END_STREAM, 1, new byte[6])))
                .isEqualTo(PROTOCOL_ERROR);
    }

    /** A table entry of 4,000 bytes, and a thousand references to it of one byte each. */
    @Test
    void aBombOfReferencesIsRefused() throws Exception {
        ByteBuffer bomb = ByteBuffer.allocate(16_000);
        bomb.put((byte) 0x82)
                .put((byte) 0x84)
                .put((byte) 0x86)
                .put((byte) 0x40)
                .put((byte) 1)
                .put((byte) 'x');
        bomb.put((byte) 0x7f).put((byte) (0x80 | (3800 - 127) % 128)).put((byte) ((3800 - 127) / 128));
        bomb.put(new byte[3800]).array();
        for (int i = 0; i < 3800; i++) {
            bomb.put(bomb.position() - 1 - i, (byte) 'a');
        }
        for (int i = 0; i < 10_000; i++) {
            bomb.put((byte) 0xbe);
        }
        byte[] block = Arrays.copyOf(bomb.array(), bomb.position());
        try (Frames frames = Frames.connect(server.port())) {
            frames.write(Frames.HEADERS, 5, 1, block);
            Frames.Frame first = frames.read();
            while (first != null && (first.type() == Frames.SETTINGS || first.type() == Frames.WINDOW_UPDATE)) {
                first = frames.read();
            }
            // 431, or the connection is ended.
            assertThat(first == null || first.type() == Frames.HEADERS || first.type() == Frames.GOAWAY)
                    .isTrue();
        }
        assertThat(handled).hasValue(0);
    }

    @Test
    void aWindowThatNeverOpensHoldsLittle() throws Exception {
        HttpServer large = Talk.serve((call, request) -> HttpResponse.of(200, "x/y", new byte[100_000]));
        try (Frames frames = Frames.connect(large.port())) {
            // No window at all for streams.
            frames.write(Frames.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
            for (int i = 0; i < 100; i++) {
                frames.request(1 + 2 * i, false, true);
            }
            Talk.await(
                    "all are answered, as far as it goes",
                    () -> large.openStreams() == 100 && large.activeRequests() == 0);
            frames.request(201, false, true);
            Frames.Frame refused = frames.await(Frames.RST_STREAM);
            assertThat(refused.stream()).isEqualTo(201);
            assertThat(refused.code()).isEqualTo(7);
        }
        Talk.await("all is given up", () -> large.openStreams() == 0 && large.openConnections() == 0);
        large.close();
    }

    private void idleStreams(int connections) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        HttpServer waiting = HttpServer.builder()
                .limits(HttpLimits.defaults())
                .handler((call, request) -> {
                    Talk.await(release);
                    return HttpResponse.text(200, "late");
                })
                .start();
        long before = used();
        List<Frames> all = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                Frames frames = Frames.connect(waiting.port());
                for (int j = 0; j < 100; j++) {
                    frames.request(1 + 2 * j, true, false);
                }
                all.add(frames);
            }
            Talk.await("all are open", () -> waiting.openStreams() == 100 * connections);
            long each = (used() - before) / (100L * connections);
            assertThat(each).as("bytes for each idle stream, client included").isLessThan(16_000);
            release.countDown();
        } finally {
            for (Frames frames : all) {
                frames.close();
            }
        }
        Talk.await("all is given up", () -> waiting.openStreams() == 0);
        waiting.close();
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory() + direct();
    }

    @Test
    void tenThousandIdleStreams() throws Exception {
        idleStreams(100);
    }

    /** In 20 KB each at most, of half a gigabyte in all. */
    @Test
    @Tag("long")
    void manyMoreIdleStreams() throws Exception {
        idleStreams(250);
    }
}
