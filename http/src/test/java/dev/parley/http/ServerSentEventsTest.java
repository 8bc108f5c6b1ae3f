package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Server-sent events, written and read. */
class ServerSentEventsTest {

    @Provide
    Arbitrary<ServerSentEvent> events() {
        Arbitrary<String> line = Arbitraries.strings()
                .ofMaxLength(12)
                .filter(text -> text.chars().noneMatch(c -> c == '\r' || c == '\n' || Character.isSurrogate((char) c)));
        Arbitrary<String> data =
                Arbitraries.strings().withChars('a', ' ', ':', '\n', '\u20ac').ofMaxLength(20);
        return Combinators.combine(
                        line,
                        data,
                        line.filter(id -> id.indexOf('\0') < 0).optional(),
                        Arbitraries.longs().between(0, 99_999).optional())
                .as((event, text, id, retry) -> new ServerSentEvent(
                        event.isEmpty() ? "message" : event, text, id, retry.map(Duration::ofMillis)));
    }

    @Property
    void whatIsWrittenIsReadHoweverItIsCut(
            @ForAll("events") ServerSentEvent event, @ForAll("events") ServerSentEvent second, @ForAll int cut) {
        byte[] bytes = concat(ServerSentEvents.encode(event), ServerSentEvents.encode(second));
        int size = Math.floorMod(cut, bytes.length) + 1;
        EventParser parser = new EventParser(10_000);
        List<ServerSentEvent> read = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += size) {
            parser.feed(java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
            for (ServerSentEvent next = parser.next(); next != null; next = parser.next()) {
                read.add(next);
            }
        }
        // An id holds until another one comes.
        ServerSentEvent last = second.id().isPresent() || event.id().isEmpty()
                ? second
                : second.withId(event.id().get());
        assertThat(read).containsExactly(event, last);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] all = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    private static List<ServerSentEvent> parse(String text) {
        EventParser parser = new EventParser(1000);
        parser.feed(text.getBytes(StandardCharsets.UTF_8));
        List<ServerSentEvent> read = new ArrayList<>();
        for (ServerSentEvent next = parser.next(); next != null; next = parser.next()) {
            read.add(next);
        }
        return read;
    }

    /** The examples of the specification. */
    @Test
    void theSpecificationsExamples() {
        assertThat(parse("data: YHOO\ndata: +2\ndata: 10\n\n")).containsExactly(ServerSentEvent.of("YHOO\n+2\n10"));
        assertThat(parse(
                        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"))
                .containsExactly(
                        ServerSentEvent.of("first event").withId("1"),
                        ServerSentEvent.of("second event").withId(""),
                        ServerSentEvent.of(" third event").withId(""));
        assertThat(parse("data\n\ndata\ndata\n\ndata:"))
                .containsExactly(ServerSentEvent.of(""), ServerSentEvent.of("\n"));
        assertThat(parse("data:test\n\ndata: test\n\n"))
                .containsExactly(ServerSentEvent.of("test"), ServerSentEvent.of("test"));
        assertThat(parse("\uFEFFevent: add\r\ndata: 1\r\rretry: 10\rdata: 2\r\n\n"))
                .containsExactly(
                        ServerSentEvent.of("add", "1"), ServerSentEvent.of("2").withRetry(Duration.ofMillis(10)));
        assertThat(parse("retry: -1\nretry: many\nid: a\0b\nother: x\ndata: y\n\n"))
                .containsExactly(ServerSentEvent.of("y"));
    }

    @Test
    void nothingCanBeInjected() {
        assertThatThrownBy(() -> ServerSentEvent.of("a\nid: 7", "x")).hasMessageContaining("a\\nid: 7");
        assertThatThrownBy(() -> ServerSentEvent.of("x").withId("a\r\ndata: y"))
                .hasMessageContaining("id must be one line");
        assertThat(new String(
                        ServerSentEvents.encode(ServerSentEvent.of("a\r\nevent: x\rid: 8\n")), StandardCharsets.UTF_8))
                .isEqualTo("data: a\ndata: event: x\ndata: id: 8\ndata: \n\n");
    }

    @Test
    void anEventOverTheLimitIsRefusedAndCommentsDoNotAddUp() {
        EventParser parser = new EventParser(1000);
        for (int i = 0; i < 1000; i++) {
            parser.feed(":heartbeat\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> parser.feed(("data: " + "x".repeat(2000)).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("1000 bytes");
    }

    @Test
    void eventsAndHeartbeatsArriveAndAClientThatLeavesEndsThem() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicLong sent = new AtomicLong();
        try (HttpServer server = Talk.serve((call, request) -> ServerSentEvents.response(
                        Messages.<ServerSentEvent>produce(sink -> {
                                    sink.send(ServerSentEvent.of("tick", "1")
                                            .withId(ServerSentEvents.lastEventId(request)
                                                    .orElse("none")));
                                    Talk.await(release);
                                    while (true) {
                                        sink.send(ServerSentEvent.of("x".repeat(1000)));
                                        sent.incrementAndGet();
                                    }
                                })
                                .onClose(outcome -> ended.countDown()),
                        Duration.ofMillis(10)));
                HttpClient client = HttpClient.create()) {
            HttpRequest request = Talk.get(Talk.at(server), "/");
            request.headers().add("last-event-id", "7");
            HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, request);
            assertThat(response.headers().get("cache-control")).isEqualTo(Optional.of("no-store"));
            Messages<ServerSentEvent> events = ServerSentEvents.read(response);
            assertThat(events.receive())
                    .isEqualTo(ServerSentEvent.of("tick", "1").withId("7"));
            release.countDown();
            assertThat(events.receive()).isNotNull();
            Talk.awaitStall(sent::get); // nobody reads: the producer waits
            events.close();
            Talk.await(ended);
            Talk.await("nothing runs", () -> server.activeRequests() == 0);
        }
    }

    @Test
    void aHeartbeatNoticesAClientThatHasLeft() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (HttpServer server = Talk.serve((call, request) -> ServerSentEvents.response(
                Messages.<ServerSentEvent>produce(sink -> new CountDownLatch(1).await())
                        .onClose(outcome -> ended.countDown()),
                Duration.ofMillis(10)))) {
            try (RawClient raw = new RawClient(server.port())) {
                raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                StringBuilder seen = new StringBuilder();
                while (seen.indexOf(":\n\n\r\n3\r\n:\n\n") < 0) {
                    seen.append((char) raw.read());
                }
                assertThat(seen.toString()).contains("content-type: text/event-stream");
            }
            Talk.await(ended);
            Talk.await("nothing runs", () -> server.activeRequests() == 0);
        }
    }

    @Test
    void curlReadsThem() throws Exception {
        try (HttpServer server = Talk.serve((call, request) ->
                ServerSentEvents.response(Messages.of(ServerSentEvent.of("a", "1"), ServerSentEvent.of("2"))))) {
            Process curl = new ProcessBuilder("curl", "-sSN", "-m", "10", "http://" + Talk.at(server) + "/").start();
            assertThat(new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(":\n\nevent: a\ndata: 1\n\ndata: 2\n\n");
            assertThat(curl.waitFor()).isZero();
        }
    }

    @Test
    void whatIsNoStreamOfEventsIsRefused() throws Exception {
        CallException refused = Talk.failure(() -> ServerSentEvents.read(HttpResponse.text(200, "x")));
        assertThat(refused.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.message()).contains("text/event-stream").contains("text/plain");
    }
}
