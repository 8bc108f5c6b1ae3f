package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Method.Kind;
import dev.parley.Outcome;
import dev.parley.Pipe;
import dev.parley.resilience.ResilienceEvent.RetryStopped;
import dev.parley.resilience.ResilienceEvent.StopReason;
import dev.parley.resilience.spec.Until;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RetryStreamTest {

    private final Talk talk = new Talk();
    private final SkippingTimer timer = new SkippingTimer();
    private final Retry retry = new Retry(
            "shop",
            RetryPolicy.defaults().withReplay(4, 100),
            new RetryBudget(RetryBudgetPolicy.defaults(), timer),
            Classifier.EXCEPTIONS,
            timer,
            () -> 0);

    private static CallScope call(Kind kind) {
        return Talk.call(kind, Deadline.NONE);
    }

    private void assertNotReplayable(StopReason reason) {
        assertThat(talk.events)
                .last()
                .isInstanceOfSatisfying(
                        RetryStopped.class,
                        stopped -> assertThat(stopped.reason()).isEqualTo(reason));
    }

    @Test
    void requestsAreReplayed() throws Exception {
        Handler<Messages<String>, String> client = retry.before((call, requests) -> {
            String first = requests.receive();
            talk.attempt(call, 3);
            return first + requests.toList(9);
        });
        CallScope call = call(Kind.CLIENT_STREAMING);
        assertThat(Talk.within(call, () -> client.handle(call, Messages.of("a", "b", "c"))))
                .isEqualTo("a[b, c]");
        assertThat(talk.attempts).hasValue(3);
        assertThat(talk.ends).extracting(Outcome::isOk).containsExactly(false, false, true);
    }

    @Test
    void requestsBeyondTheReplaysMessagesAreNotSentAgain() {
        retry.listen(talk.events::add);
        Handler<Messages<String>, String> client = retry.before((call, requests) -> {
            requests.toList(9);
            return "" + talk.attempt(call, 3);
        });
        assertThatThrownBy(() -> client.handle(call(Kind.CLIENT_STREAMING), Messages.of("a", "b", "c", "d", "e")))
                .hasMessage("busy 1");
        assertNotReplayable(StopReason.NOT_REPLAYABLE);
    }

    @Test
    void requestsBeyondTheReplaysBytesAreNotSentAgain() {
        retry.listen(talk.events::add);
        Handler<Messages<byte[]>, String> client = retry.before((call, requests) -> {
            requests.toList(9);
            return "" + talk.attempt(call, 3);
        });
        assertThatThrownBy(() -> client.handle(
                        call(Kind.CLIENT_STREAMING), Messages.of(new byte[50], new byte[50], new byte[1])))
                .hasMessage("busy 1");
        assertNotReplayable(StopReason.NOT_REPLAYABLE);
    }

    @Test
    void requestsAreReleasedWhenTheAnswerComesEarly() throws Exception {
        Messages<String> endless = Messages.produce(sink -> {
            while (true) {
                sink.send("x");
            }
        });
        endless.onClose(talk.ends::add);
        Handler<Messages<String>, String> client = retry.before((call, requests) -> "" + requests.receive());
        CallScope call = call(Kind.CLIENT_STREAMING);
        assertThat(Talk.within(call, () -> client.handle(call, endless))).isEqualTo("x");
        // Either the thread that produces tells it or the one that leaves, whichever comes first.
        Until.until("the requests have ended", () -> !talk.ends.isEmpty());
        assertThat(talk.ends).extracting(Outcome::isOk).containsExactly(false);
    }

    @Test
    void responsesAreTriedAgainBeforeTheFirstMessage() throws Exception {
        CallScope call = call(Kind.SERVER_STREAMING);
        Handler<String, Messages<String>> client = retry.before((scope, name) -> Messages.produce(sink -> {
            sink.send(name + talk.attempt(scope, 3));
            sink.send("more");
            scope.responseTrailers().add("rows", "2");
        }));
        assertThat(Talk.within(call, () -> client.handle(call, "try ").toList(9)))
                .containsExactly("try 3", "more");
        assertThat(call.responseTrailers().getAll("attempt")).containsExactly("3");
        assertThat(call.responseTrailers().getAll("rows")).containsExactly("2");
        assertThat(talk.ends).extracting(Outcome::isOk).containsExactly(false, false, true);
    }

    @Test
    void aStreamThatCannotBeOpenedIsTriedAgain() throws Exception {
        CallScope call = call(Kind.SERVER_STREAMING);
        Handler<String, Messages<String>> client =
                retry.before((scope, name) -> Messages.of(name + talk.attempt(scope, 3)));
        assertThat(Talk.within(call, () -> client.handle(call, "try ").toList(9)))
                .containsExactly("try 3");
        assertThat(talk.ends).extracting(Outcome::isOk).containsExactly(false, false, true);
    }

    @Test
    void anEmptyStreamIsAnAnswer() throws Exception {
        CallScope call = call(Kind.SERVER_STREAMING);
        Handler<String, Messages<String>> client = retry.before((scope, name) -> {
            talk.attempt(scope, 1);
            return Messages.of();
        });
        assertThat(Talk.within(call, () -> client.handle(call, "q").toList(9))).isEmpty();
        assertThat(talk.ends).containsExactly(Outcome.OK);
    }

    @Test
    void responsesAreNotTriedAgainBehindTheFirstMessage() throws Exception {
        Handler<String, Messages<String>> client = retry.before((call, name) -> Messages.produce(sink -> {
            sink.send("first");
            talk.attempt(call, 3);
        }));
        CallScope call = call(Kind.SERVER_STREAMING);
        Messages<String> stream = call.run(client, "q");
        assertThat(stream.receive()).isEqualTo("first");
        assertThatThrownBy(stream::receive).hasMessage("busy 1");
        assertThat(talk.attempts).hasValue(1);
        assertThat(talk.ends).extracting(Outcome::isOk).containsExactly(false);
    }

    @Test
    void bothStreamsAreTriedAgainTogether() throws Exception {
        Handler<Messages<String>, Messages<String>> client = retry.before((call, requests) -> Messages.produce(sink -> {
            String first = String.valueOf(requests.receive());
            sink.send(first + talk.attempt(call, 2));
            requests.drain(sink);
        }));
        CallScope call = call(Kind.BIDI_STREAMING);
        assertThat(Talk.within(
                        call, () -> client.handle(call, Messages.of("a", "b")).toList(9)))
                .containsExactly("a2", "b");
    }

    @Test
    void theFirstAttemptBeginsBeforeAnybodyReads() throws Exception {
        Handler<Messages<String>, Messages<String>> client = retry.before((call, requests) -> {
            Thread.ofVirtual().start(() -> requests.forEach(text -> talk.attempts.incrementAndGet()));
            return Messages.of("done");
        });
        CallScope call = call(Kind.BIDI_STREAMING);
        assertThat(Talk.within(call, () -> {
                    Pipe<String> requests = Messages.pipe(1);
                    Messages<String> answers = client.handle(call, requests.messages());
                    for (int i = 0; i < 10; i++) {
                        requests.send("more than the pipe holds");
                    }
                    requests.complete();
                    return answers.toList(1);
                }))
                .containsExactly("done");
    }

    @Test
    void afterTheLastAttemptTheStreamFailsWithTheAdviceToLetItBe() {
        Handler<String, Messages<String>> client = retry.before((call, name) -> Messages.produce(sink -> {
            sink.send(name + talk.attempt(call, 9));
        }));
        CallScope call = call(Kind.SERVER_STREAMING);
        assertThatThrownBy(
                        () -> Talk.within(call, () -> client.handle(call, "q").receive()))
                .isInstanceOfSatisfying(
                        CallException.class,
                        told -> assertThat(told.retryAdvice()).isEqualTo(dev.parley.RetryAdvice.NEVER))
                .hasMessage("busy 3");
        assertThat(talk.ends).extracting(Outcome::isOk).containsExactly(false, false, false);
    }

    @Test
    void whoLeavesDuringTheWaitIsNotKept() throws Exception {
        FakeTimer clock = new FakeTimer();
        Retry waiting = new Retry(
                "shop", RetryPolicy.defaults(), RetryBudget.defaults(), Classifier.EXCEPTIONS, clock, () -> -1L);
        CallScope call = call(Kind.SERVER_STREAMING);
        Messages<String> stream = waiting.<String, Messages<String>>before((scope, name) -> Messages.produce(sink -> {
                    sink.send(name + talk.attempt(scope, 9));
                }))
                .handle(call, "q");
        Talk.Running<String> reader = Talk.start(() -> "" + stream.receive());
        clock.awaitWaiting(1);
        stream.close();
        assertThat(reader.failure()).hasMessageContaining("closed");
        assertThat(talk.attempts).hasValue(1);
        assertThat(clock.waiting()).isZero();
    }

    @Test
    void aStreamWhoseFirstMessageDoesNotComeInTimeIsTriedAgainAndOneThatHasBegunIsNotCutShort() throws Exception {
        FakeTimer clock = new FakeTimer();
        Retry hasty = new Retry(
                "shop",
                RetryPolicy.defaults().withPerAttemptTimeout(Duration.ofMillis(200)),
                RetryBudget.defaults(),
                Classifier.EXCEPTIONS,
                clock,
                () -> 0);
        CallScope call = call(Kind.SERVER_STREAMING);
        Pipe<String> second = Messages.pipe(1);
        CountDownLatch opened = new CountDownLatch(1);
        Talk.Running<String> running = Talk.start(() -> Talk.within(call, () -> {
            Messages<String> stream = hasty.<String, Messages<String>>before((scope, name) ->
                            talk.attempts.incrementAndGet() == 1 ? Messages.pull(Talk::forever) : second.messages())
                    .handle(call, "q");
            opened.countDown();
            String first = stream.receive();
            clock.advance(Duration.ofHours(1));
            second.send("b");
            return first + stream.receive();
        }));
        Talk.await(opened);
        second.send("a");
        clock.advance(Duration.ofMillis(200));
        assertThat(running.result()).isEqualTo("ab");
    }
}
