package dev.parley.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Method.Kind;
import dev.parley.Pipe;
import dev.parley.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a call promises between a client and a server, whatever is between them: a transport, or an interceptor (see
 * {@link InterceptorSuite}). A subclass returns, for each of the four kinds, a client's handler that reaches the server's.
 * Messages are texts that arrive as they were sent.
 *
 * <p>The suite is the client's engine: it runs the client in the scope of an outer call, reads and closes the responses,
 * and ends that call. The subject is the server's: it runs the handler in a call of its own, drains and
 * closes what it returns, closes the requests behind it, and ends its call.
 */
@Timeout(30)
public abstract class StreamSuite extends CallSuite {

    /** For subclasses. */
    protected StreamSuite() {}

    // ---- the four kinds

    @Test
    void unaryAnswers() throws Exception {
        var client = unary((call, name) -> {
            stage.follow(call);
            return "hello " + name;
        });
        assertThat(stage.answer(Kind.UNARY, client, "ada")).isEqualTo("hello ada");
        ends.expectOk("server call");
    }

    @Test
    void unaryFailureArrivesWithCodeAndMessage() throws Exception {
        var client = unary((call, name) -> {
            stage.follow(call);
            throw new CallException(Code.FAILED_PRECONDITION, "not today");
        });
        expectFailure(Code.FAILED_PRECONDITION, "not today", () -> stage.answer(Kind.UNARY, client, "ada"));
        ends.expectFailed("server call");
    }

    @Test
    void responsesArriveInOrder() throws Exception {
        var client = serverStreaming((call, count) -> {
            stage.follow(call);
            return stage.counting("server responses", Integer.parseInt(count));
        });
        assertThat(stage.read(Kind.SERVER_STREAMING, client, "1000")).isEqualTo(Stage.numbers(1000));
        ends.expectOk("server responses");
        ends.expectOk("client responses");
        ends.expectOk("server call");
    }

    @Test
    void requestsArriveInOrder() throws Exception {
        var client = clientStreaming((call, requests) -> {
            stage.follow(call);
            requests.onClose(ends.of("server requests"));
            return String.join(",", Stage.all(requests));
        });
        assertThat(stage.answer(Kind.CLIENT_STREAMING, client, stage.counting("client requests", 1000)))
                .isEqualTo(String.join(",", Stage.numbers(1000)));
        ends.expectOk("server requests");
        ends.expectOk("client requests");
        ends.expectOk("server call");
    }

    @Test
    void bothSidesTalkByTurns() throws Exception {
        var client = bidi((call, requests) -> requests.map(text -> "re: " + text));
        CallScope outer = stage.outer(Kind.BIDI_STREAMING);
        Stage.within(outer, () -> {
            Pipe<String> requests = Messages.pipe(1);
            try (Messages<String> answers = client.handle(outer, requests.messages())) {
                for (String text : List.of("a", "b", "c")) {
                    requests.send(text);
                    assertThat(answers.receive()).isEqualTo("re: " + text);
                }
                requests.complete();
                assertThat(answers.receive()).isNull();
            }
            return "";
        });
    }

    @Test
    void emptyStreamsEnd() throws Exception {
        Handler<String, Messages<String>> nothing = serverStreaming((call, q) -> Messages.of());
        assertThat(stage.read(Kind.SERVER_STREAMING, nothing, "q")).isEmpty();
        var counted = clientStreaming((call, requests) -> Stage.all(requests).size() + "");
        assertThat(stage.answer(Kind.CLIENT_STREAMING, counted, Messages.of())).isEqualTo("0");
    }

    @Test
    void emptyBidiStreamsEnd() throws Exception {
        var echo = bidi((call, requests) -> requests);
        assertThat(stage.read(Kind.BIDI_STREAMING, echo, Messages.of())).isEmpty();
    }

    @Test
    void handlerAndProducerRunUnderTheServersCall() throws Exception {
        var client = serverStreaming((call, q) -> {
            assertThat(Call.current().method()).isEqualTo(call.method());
            return Messages.produce(sink -> sink.send(Call.current().method().equals(call.method()) + " "
                    + Call.current().deadline()));
        });
        assertThat(stage.read(Kind.SERVER_STREAMING, client, "q"))
                .singleElement()
                .asString()
                .startsWith("true ");
    }

    // ---- failures

    @Test
    void failureArrivesBehindTheMessagesBeforeIt() throws Exception {
        var client = serverStreaming((call, q) -> {
            stage.follow(call);
            return stage.failing("server responses");
        });
        expectMessagesThenFailure(Kind.SERVER_STREAMING, client, "q");
        ends.expectFailed("server responses");
        ends.expectFailed("client responses");
        ends.expectFailed("server call");
    }

    @Test
    void bidiFailureArrivesBehindTheMessagesBeforeIt() throws Exception {
        var client = bidi((call, requests) -> stage.failing("server responses"));
        expectMessagesThenFailure(Kind.BIDI_STREAMING, client, stage.counting("client requests", Stage.ENDLESS));
        ends.expectFailed("client requests");
        ends.expectFailed("server responses");
    }

    @Test
    void failureOfTheRequestsStopsTheServer() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        var client = clientStreaming((call, requests) -> {
            stage.follow(call);
            requests.onClose(ends.of("server requests"));
            started.countDown();
            return String.join(",", Stage.all(requests));
        });
        // A server that never saw the call has nothing to stop.
        Messages<String> failing = Messages.<String>produce(sink -> {
                    sink.send("a");
                    started.await();
                    throw new CallException(Code.FAILED_PRECONDITION, "broken");
                })
                .onClose(ends.of("client requests"));
        assertThatThrownBy(() -> stage.answer(Kind.CLIENT_STREAMING, client, failing))
                .isInstanceOf(CallException.class);
        ends.expectFailed("client requests");
        ends.expectFailed("server requests");
        ends.expectFailed("server call");
    }

    // ---- who leaves early

    @Test
    void earlyBreakCancelsTheProducer() throws Exception {
        var client = serverStreaming((call, q) -> {
            stage.follow(call);
            return stage.counting("server responses", Stage.ENDLESS);
        });
        CallScope outer = stage.outer(Kind.SERVER_STREAMING);
        Stage.within(outer, () -> {
            try (Messages<String> rows = client.handle(outer, "q").onClose(ends.of("client responses"))) {
                for (String row : rows) {
                    if (row.equals("3")) {
                        break;
                    }
                }
            }
            return "";
        });
        ends.expectFailed("server responses");
        ends.expectFailed("client responses");
        ends.expectFailed("server call");
        ends.expectOk("client call");
    }

    @Test
    void earlyBreakInterruptsAProducerThatWaits() throws Exception {
        var client = serverStreaming((call, q) -> stage.waiting("server responses"));
        CallScope outer = stage.outer(Kind.SERVER_STREAMING);
        Stage.within(outer, () -> {
            try (Messages<String> rows = client.handle(outer, "q")) {
                assertThat(rows.receive()).isEqualTo("first");
            }
            return "";
        });
        ends.expectFailed("server responses wait");
        ends.expectFailed("server responses");
    }

    @Test
    void streamThatIsNeverPulledReleasesEverything() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        var client = bidi((call, requests) -> {
            stage.follow(call);
            requests.onClose(ends.of("server requests"));
            started.countDown();
            return stage.counting("server responses", Stage.ENDLESS);
        });
        CallScope outer = stage.outer(Kind.BIDI_STREAMING);
        Stage.within(outer, () -> {
            Messages<String> requests = stage.counting("client requests", Stage.ENDLESS);
            client.handle(outer, requests).onClose(ends.of("client responses")).close();
            return "";
        });
        ends.expectFailed("client responses");
        ends.expectFailed("client requests");
        if (started.getCount() == 0) { // it may also never have been asked
            ends.expectFailed("server call");
            ends.expectFailed("server requests");
            ends.expectFailed("server responses");
        }
    }

    @Test
    void serverThatEndsEarlyCancelsTheClientsProducer() throws Exception {
        var client = clientStreaming((call, requests) -> {
            requests.onClose(ends.of("server requests"));
            return "enough after " + requests.receive();
        });
        Messages<String> requests = stage.counting("client requests", Stage.ENDLESS);
        assertThat(stage.answer(Kind.CLIENT_STREAMING, client, requests)).isEqualTo("enough after 1");
        ends.expectFailed("client requests");
        ends.expectFailed("server requests");
    }

    @Test
    void serverThatEndsEarlyInterruptsAProducerThatWaits() throws Exception {
        var client = clientStreaming((call, requests) -> "enough after " + requests.receive());
        Messages<String> requests = stage.waiting("client requests");
        assertThat(stage.answer(Kind.CLIENT_STREAMING, client, requests)).isEqualTo("enough after first");
        ends.expectFailed("client requests");
    }

    @Test
    void serverThatNeverReadsReleasesTheRequests() throws Exception {
        var client = clientStreaming((call, requests) -> "no, thanks");
        Messages<String> requests = stage.counting("client requests", Stage.ENDLESS);
        assertThat(stage.answer(Kind.CLIENT_STREAMING, client, requests)).isEqualTo("no, thanks");
        ends.expectFailed("client requests");
    }

    @Test
    void streamIsReadOnce() throws Exception {
        var client = serverStreaming((call, q) -> stage.counting("server responses", 3));
        CallScope outer = stage.outer(Kind.SERVER_STREAMING);
        Stage.within(outer, () -> {
            try (Messages<String> rows = client.handle(outer, "q")) {
                assertThat(rows.iterator().next()).isEqualTo("1");
                assertThatThrownBy(rows::iterator).isInstanceOf(IllegalStateException.class);
            }
            return "";
        });
    }

    // ---- back-pressure

    @Test
    void serverWaitsForAClientThatDoesNotRead() throws Exception {
        Pace pace = new Pace(payload(), total());
        var client = serverStreaming((call, q) -> pace.messages());
        CallScope outer = stage.outer(Kind.SERVER_STREAMING);
        Stage.within(outer, () -> {
            try (Messages<String> rows = client.handle(outer, "q")) {
                assertThat(rows.receive()).isEqualTo(payload());
                assertThat(pace.sentUntilStalled(patience())).isLessThanOrEqualTo(1 + runAhead());
                assertThat(rows.toList(total())).hasSize(total() - 1);
            }
            return "";
        });
    }

    @Test
    void clientWaitsForAServerThatDoesNotRead() throws Exception {
        Pace pace = new Pace(payload(), total());
        var client = clientStreaming((call, requests) -> {
            requests.receive();
            int sent = pace.sentUntilStalled(patience());
            return sent + " " + requests.toList(total()).size();
        });
        String[] answer =
                stage.answer(Kind.CLIENT_STREAMING, client, pace.messages()).split(" ", 2);
        assertThat(Integer.parseInt(answer[0])).isLessThanOrEqualTo(1 + runAhead());
        assertThat(answer[1]).isEqualTo("" + (total() - 1));
    }

    // ---- deadline and cancellation

    @Test
    void deadlineInMidStreamEndsBothSides() throws Exception {
        var client = serverStreaming((call, q) -> {
            stage.follow(call);
            return stage.waiting("server responses");
        });
        CallScope outer = stage.outer(Kind.SERVER_STREAMING, Deadline.after(Duration.ofMillis(800)));
        outer.armDeadline(Timer.system());
        expectStopped("server responses wait", Code.DEADLINE_EXCEEDED, outer, client, "q", () -> {});
    }

    @Test
    void cancellationInMidStreamReachesTheServersProducer() throws Exception {
        var client = serverStreaming((call, q) -> {
            stage.follow(call);
            return stage.waiting("server responses");
        });
        CallScope outer = stage.outer(Kind.SERVER_STREAMING);
        expectStopped("server responses wait", Code.CANCELLED, outer, client, "q", () -> cancel(outer));
    }

    @Test
    void cancellationInMidStreamReachesTheServersReader() throws Exception {
        var client = bidi((call, requests) -> {
            stage.follow(call);
            requests.onClose(ends.of("server requests"));
            return requests;
        });
        CallScope outer = stage.outer(Kind.BIDI_STREAMING);
        expectStopped(
                "server requests",
                Code.CANCELLED,
                outer,
                client,
                stage.waiting("client requests"),
                () -> cancel(outer));
        ends.expectFailed("client requests");
        ends.expectFailed("server requests");
    }

    @Test
    void cancellationReachesAUnaryHandler() throws Exception {
        CallScope outer = stage.outer(Kind.UNARY);
        var client = unary((call, q) -> {
            stage.follow(call);
            cancel(outer);
            return stage.waitForever("unary wait");
        });
        expectFailure(Code.CANCELLED, "", () -> Stage.within(outer, () -> client.handle(outer, "q")));
        ends.expectFailed("unary wait");
        ends.expectFailed("server call");
        ends.expectFailed("client call");
    }
}
