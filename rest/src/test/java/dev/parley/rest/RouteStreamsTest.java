package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.http.Body;
import dev.parley.http.HttpResponse;
import dev.parley.http.ServerSentEvent;
import dev.parley.http.WebSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that take time: streams, events, sockets, and for how long their callers wait. */
@Timeout(60)
class RouteStreamsTest {

    record NewUser(String name) {}

    private @Nullable Wire wire;

    private Wire serve(Routes.Builder routes) {
        Wire served = Wire.serve(routes.build());
        wire = served;
        return served;
    }

    @AfterEach
    void close() {
        if (wire != null) {
            wire.close();
        }
    }

    @Test
    void aStreamIsLinesOrAnArrayAsTheClientLikes() {
        Wire served = serve(Routes.builder()
                .get("/n", request -> Messages.of(new NewUser("a"), new NewUser("b")))
                .get("/empty", request -> Messages.of()));
        assertThat(served.get("/n").text()).isEqualTo("{\"name\":\"a\"}\n{\"name\":\"b\"}\n");
        assertThat(served.get("/n").header("content-type")).contains("application/x-ndjson");
        Wire.Answer array = served.get("/n", "accept: application/json");
        assertThat(array.text()).isEqualTo("[{\"name\":\"a\"},{\"name\":\"b\"}]");
        assertThat(array.header("content-type")).contains("application/json");
        assertThat(array.header("vary")).contains("accept");
        assertThat(served.get("/empty", "accept: application/json").text()).isEqualTo("[]");
        assertThat(served.get("/empty").text()).isEmpty();
        assertThat(served.get("/n", "accept: text/html").status()).isEqualTo(406);
    }

    @Test
    void aStreamThatIsDeclaredAsEventsIsNothingElse() throws Exception {
        Wire served = serve(Routes.builder()
                .add(Route.get("/ticks")
                        .returnsStream(ServerSentEvent.class)
                        .handle(request ->
                                Messages.of(ServerSentEvent.of("tick", "1").withId("7"), ServerSentEvent.of("2")))));
        assertThat(served.curl("-N", "-D", "-", served.url("/ticks")).replace("\r\n", "\n"))
                .contains("content-type: text/event-stream\n")
                .endsWith("\n\nid: 7\nevent: tick\ndata: 1\n\ndata: 2\n\n");
        assertThat(served.get("/ticks", "accept: application/json").status()).isEqualTo(406);
    }

    @Test
    void anErrorBeforeTheFirstMessageHasItsStatusAndOneBehindBreaksOff() {
        Wire served = serve(Routes.builder()
                .get("/first", request -> Messages.failed(new CallException(Code.NOT_FOUND, "no such")))
                .get(
                        "/second",
                        request -> Messages.produce(sink -> {
                            sink.send(1);
                            throw new CallException(Code.NOT_FOUND, "no such");
                        })));
        assertThat(served.get("/first").status()).isEqualTo(404);
        Wire.Answer second = served.get("/second");
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isEqualTo("1\n<broken off>");
    }

    @Test
    void aStreamIsCancelledWhenTheClientLeavesAndItsCallEndsThen() throws Exception {
        BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
        Wire served = serve(Routes.builder().get("/n", request -> {
            request.call().onEnd(ends::add);
            return Messages.produce(sink -> {
                while (true) {
                    sink.send("x".repeat(10_000));
                }
            });
        }));
        try (HttpClient client = HttpClient.newHttpClient()) {
            var response = client.send(
                    HttpRequest.newBuilder(URI.create(served.url("/n"))).build(),
                    java.net.http.HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.body().read()).isEqualTo('"');
            assertThat(ends).isEmpty();
            response.body().close();
            assertThat(ends.poll(10, TimeUnit.SECONDS)).isInstanceOf(Outcome.Failed.class);
        }
    }

    @Test
    void aRawStreamEndsItsCallToo() throws Exception {
        BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
        AtomicInteger sentBefore = new AtomicInteger();
        Wire served = serve(Routes.builder().get("/raw", request -> {
            request.call().onEnd(ends::add);
            return new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                sentBefore.set(ends.size());
                sink.send(new byte[] {65});
            })));
        }));
        assertThat(served.get("/raw").text()).isEqualTo("A");
        assertThat(ends.poll(10, TimeUnit.SECONDS)).isEqualTo(Outcome.OK);
        assertThat(sentBefore).as("ends before the body").hasValue(0);
    }

    @Test
    void aSocketMayBeARoute() throws Exception {
        BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
        Wire served = serve(Routes.builder().get("/rooms/{room}", request -> {
            request.call().onEnd(ends::add);
            return WebSocket.accept(request.http(), socket -> {
                for (WebSocket.Message message : socket.messages()) {
                    socket.send(request.path("room") + ": " + ((WebSocket.Text) message).text());
                }
            });
        }));
        assertThat(served.get("/rooms/blue").status()).isEqualTo(426);
        assertThat(ends.poll(10, TimeUnit.SECONDS)).isEqualTo(Outcome.OK);
        assertThat(served.get("/nowhere").status()).isEqualTo(404);
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            java.net.http.WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(
                            URI.create(served.url("/rooms/blue").replace("http:", "ws:")),
                            new java.net.http.WebSocket.Listener() {
                                @Override
                                public @Nullable CompletionStage<?> onText(
                                        java.net.http.WebSocket from, CharSequence text, boolean last) {
                                    received.add(text.toString());
                                    from.request(1);
                                    return null;
                                }
                            })
                    .get(10, TimeUnit.SECONDS);
            socket.sendText("hi", true).get(10, TimeUnit.SECONDS);
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("blue: hi");
            assertThat(ends).as("its call goes on").isEmpty();
            socket.sendClose(java.net.http.WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
            assertThat(ends.poll(10, TimeUnit.SECONDS)).isEqualTo(Outcome.OK);
        }
    }

    // ---- time

    @Test
    void theDeadlineOfTheRequestReachesTheHandler() {
        wire = null;
        try (var server = dev.parley.http.HttpServer.builder()
                .timeout(request -> Optional.of(Duration.ofMillis(200)))
                .handler(Routes.builder()
                        .get("/slow", request -> {
                            Thread.sleep(20_000);
                            return "late";
                        })
                        .build())
                .start()) {
            try (HttpClient client = HttpClient.newHttpClient()) {
                var response = client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/slow"))
                                .build(),
                        java.net.http.HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(504);
            } catch (java.io.IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void theCallerSaysHowLongItWaits() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
        Wire served = serve(Routes.builder()
                .get("/left", request -> request.call().deadline().remainingNanos() / 1_000_000)
                .get("/none", request -> request.call().deadline().isNone())
                .get("/slow", request -> {
                    request.call().onEnd(ends::add);
                    try {
                        Thread.sleep(60_000);
                        return "late";
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                }));
        assertThat(Long.parseLong(
                        served.get("/left", "x-request-timeout-ms: 30000").text()))
                .isBetween(10_000L, 30_000L);
        assertThat(served.get("/none").text()).isEqualTo("true");
        Wire.Answer late = served.get("/slow", "x-request-timeout-ms: 500");
        assertThat(late.status()).isEqualTo(504);
        assertThat(late.json().get("code").asString()).isEqualTo("DEADLINE_EXCEEDED");
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        Outcome end = ends.poll(10, TimeUnit.SECONDS);
        assertThat(end).isNotNull();
        assertThat(end.code()).contains(Code.DEADLINE_EXCEEDED);
        Wire.Answer odd = served.get("/left", "x-request-timeout-ms: 200ms");
        assertThat(odd.status()).isEqualTo(400);
        assertThat(odd.json().get("detail").asString())
                .isEqualTo("header parameter x-request-timeout-ms must be milliseconds in up to ten digits, but is "
                        + "'200ms'");
    }

    /** The promise of the whole: the time that is left goes from hop to hop, with nobody passing it by hand. */
    @Test
    void theTimeThatIsLeftGoesOnWithTheCallsOfAHandler() {
        try (Wire inner = Wire.serve(Routes.builder()
                        .get(
                                "/left",
                                request -> List.of(request.call().deadline().remainingNanos() / 1_000_000))
                        .build());
                ServiceClient toInner =
                        ServiceClient.builder("inner", inner.url("")).build()) {
            Wire outer = serve(Routes.builder()
                    .get("/left", request -> toInner.get("/left").as(Long[].class)[0]));
            // Less than what a client gives a call of nobody, 15 s.
            assertThat(Long.parseLong(
                            outer.get("/left", "x-request-timeout-ms: 10000").text()))
                    .isBetween(1L, 10_000L);
        }
    }
}
