package dev.parley;

import static dev.parley.Calls.cancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PipeTest {

    private static final Duration MOMENT = Duration.ofMillis(5);

    private final Pipe<String> pipe = Messages.pipe(2);
    private final Messages<String> reader = pipe.messages();

    @Test
    void holdsNoMoreThanItsCapacity() {
        assertThat(pipe.send("a", Duration.ZERO)).isTrue();
        assertThat(pipe.send("b", Duration.ZERO)).isTrue();
        assertThat(pipe.send("c", Duration.ZERO)).isFalse();
        assertThat(pipe.send("c", MOMENT)).isFalse();
        assertThat(reader.receive()).isEqualTo("a");
        assertThat(pipe.send("c", Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
        pipe.complete();
        assertThat(reader.toList(9)).containsExactly("b", "c");
    }

    @Test
    void sendThatRunsOutOfTimeSaysWhichLimitItWas() {
        Pipe<String> narrow = Messages.pipe(1, MOMENT);
        narrow.send("a");
        assertThatThrownBy(() -> narrow.send("b"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED))
                .hasMessageContaining("PT0.005S")
                .hasMessageContaining("1 messages");
    }

    @Test
    void sendWaitsForTheReader() throws Exception {
        pipe.send("a");
        pipe.send("b");
        CompletableFuture<Thread> sender = new CompletableFuture<>();
        FutureTask<String> third = Calls.start(() -> {
            sender.complete(Thread.currentThread());
            pipe.send("c");
            return "sent";
        });
        Calls.awaitWaiting(sender.get(10, TimeUnit.SECONDS));
        assertThat(third.isDone()).isFalse();
        reader.receive();
        assertThat(Calls.result(third)).isEqualTo("sent");
    }

    @Test
    void readerThatLeavesStopsTheSender() throws Exception {
        pipe.send("a");
        pipe.send("b");
        CompletableFuture<Thread> sender = new CompletableFuture<>();
        FutureTask<String> third = Calls.start(() -> {
            sender.complete(Thread.currentThread());
            pipe.send("c");
            return "sent";
        });
        Calls.awaitWaiting(sender.get(10, TimeUnit.SECONDS));
        reader.close();
        assertThatThrownBy(() -> Calls.result(third)).hasRootCauseInstanceOf(CallException.class);
        assertThatThrownBy(() -> pipe.send("d")).isInstanceOf(CallException.class);
        pipe.complete(); // without effect
    }

    @Test
    void interruptEndsAWaitingSendAndIsKept() {
        pipe.send("a");
        pipe.send("b");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> pipe.send("c"))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("room");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(reader.receive()).isEqualTo("a");
    }

    @Test
    void interruptEndsAWaitingReceiveWithTheCallsReason() throws Exception {
        CallScope scope = Calls.call();
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        FutureTask<String> waiting = Calls.start(() -> Calls.in(scope, () -> {
            thread.complete(Thread.currentThread());
            return "" + reader.receive();
        }));
        Calls.awaitWaiting(thread.get(10, TimeUnit.SECONDS));
        scope.cancel(cancelled("enough"));
        assertThatThrownBy(() -> Calls.result(waiting)).cause().hasMessage("enough");
        assertThatThrownBy(() -> pipe.send("a")).hasMessage("enough");
    }

    @Test
    void failureComesBehindWhatWasSent() {
        pipe.send("a");
        pipe.fail(new CallException(Code.DATA_LOSS, "torn"));
        pipe.complete(); // without effect
        assertThat(reader.receive()).isEqualTo("a");
        assertThatThrownBy(reader::receive).hasMessage("torn");
    }

    @Test
    void nothingIsSentBehindTheEnd() {
        pipe.complete();
        pipe.fail(cancelled("late")); // without effect
        assertThatThrownBy(() -> pipe.send("a")).isInstanceOf(IllegalStateException.class);
        assertThat(reader.receive()).isNull();
    }

    @Test
    void limitsAreChecked() {
        assertThatThrownBy(() -> Messages.pipe(0))
                .hasMessageContaining("capacity")
                .hasMessageContaining("0");
        assertThatThrownBy(() -> Messages.pipe(1, Duration.ZERO)).hasMessageContaining("sendTimeout");
    }
}
