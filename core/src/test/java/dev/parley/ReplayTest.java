package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReplayTest {

    private final CallScope scope = Calls.call();
    private final List<Outcome> ends = new ArrayList<>();

    @Test
    void eachAttemptReadsFromTheBeginning() {
        try (Replay<String> replay = Replay.of(scope, Messages.of("a", "b", "c"), 3)) {
            Messages<String> first = replay.attempt();
            assertThat(first.receive()).isEqualTo("a");
            assertThat(first.receive()).isEqualTo("b");
            first.close();
            assertThat(replay.attempt().toList(9)).containsExactly("a", "b", "c");
            assertThat(replay.attempt().toList(9)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void newAttemptEndsTheOneBefore() {
        try (Replay<String> replay = Replay.of(scope, Messages.of("a", "b"), 3)) {
            Messages<String> first = replay.attempt();
            Messages<String> second = replay.attempt();
            assertThatThrownBy(first::receive).hasMessageContaining("closed");
            assertThat(second.receive()).isEqualTo("a");
        }
    }

    @Test
    void longerStreamGoesThroughOnce() {
        try (Replay<String> replay = Replay.of(scope, Messages.of("a", "b", "c"), 2)) {
            Messages<String> only = replay.attempt();
            only.receive();
            only.receive();
            assertThat(only.receive()).isEqualTo("c");
            assertThat(replay.isPossible()).isFalse();
            assertThat(only.receive()).isNull();
            assertThatThrownBy(replay::attempt)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("2");
        }
    }

    @Test
    void interruptedAttemptLeavesTheStreamIntact() throws Exception {
        Pipe<String> requests = Messages.pipe(1);
        try (Replay<String> replay = Replay.of(scope, requests.messages(), 9)) {
            CallScope attempt = Calls.call();
            CompletableFuture<Thread> reader = new CompletableFuture<>();
            FutureTask<String> first = Calls.start(() -> Calls.in(attempt, () -> {
                Messages<String> messages = replay.attempt();
                reader.complete(Thread.currentThread());
                return "" + messages.receive();
            }));
            Calls.awaitWaiting(reader.get(10, TimeUnit.SECONDS));
            attempt.cancel(Calls.cancelled("attempt timed out"));
            assertThatThrownBy(() -> Calls.result(first)).cause().hasMessage("attempt timed out");
            requests.send("a");
            requests.complete();
            assertThat(replay.attempt().toList(9)).containsExactly("a");
        }
    }

    @Test
    void failureOfTheStreamReachesTheAttempt() {
        Messages<String> failing = Messages.produce(sink -> {
            sink.send("a");
            throw new CallException(Code.DATA_LOSS, "torn");
        });
        try (Replay<String> replay = Replay.of(scope, failing, 9)) {
            Messages<String> first = replay.attempt();
            assertThat(first.receive()).isEqualTo("a");
            assertThatThrownBy(first::receive).hasMessage("torn");
        }
    }

    @Test
    void closeCancelsTheStream() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Messages<String> endless = Messages.<String>produce(sink -> {
                    sink.send("a");
                    try {
                        Calls.forever();
                    } finally {
                        interrupted.countDown();
                    }
                })
                .onClose(ends::add);
        Replay<String> replay = Replay.of(scope, endless, 9);
        Messages<String> attempt = replay.attempt();
        attempt.receive();
        replay.close();
        Calls.await(interrupted);
        assertThat(ends).extracting(Outcome::isOk).containsExactly(false);
        assertThatThrownBy(attempt::receive).hasMessageContaining("closed");
    }

    @Test
    void cancelledCallStopsTheStream() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Messages<String> endless = Messages.produce(sink -> {
            sink.send("a");
            try {
                Calls.forever();
            } finally {
                interrupted.countDown();
            }
        });
        Calls.in(scope, () -> Replay.of(scope, endless, 9).attempt().receive());
        scope.cancel(Calls.cancelled("enough"));
        Calls.await(interrupted);
    }

    @Test
    void unusedReplayNeverStartsTheStream() {
        Replay.of(
                        scope,
                        Messages.produce(sink -> {
                            throw new AssertionError("must not run");
                        }),
                        9)
                .close();
        assertThatThrownBy(() -> Replay.of(scope, Messages.of(), -1)).hasMessageContaining("-1");
    }
}
