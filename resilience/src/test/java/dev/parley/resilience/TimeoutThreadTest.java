package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom a timeout interrupts, and what its work sees. */
@org.junit.jupiter.api.Timeout(30)
class TimeoutThreadTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final FakeTimer timer = new FakeTimer();
    private final Timeout timeout =
            new Timeout("quick", TimeoutPolicy.defaults().withLimit(LIMIT), timer);

    @Test
    void interruptsTheWorkAndNothingAfterIt() throws Exception {
        Talk.Running<Boolean> thread = Talk.start(() -> {
            assertThatThrownBy(() -> timeout.call(Talk::forever))
                    .isInstanceOfSatisfying(
                            CallException.class,
                            error -> assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
            return Thread.currentThread().isInterrupted();
        });
        timer.awaitWaiting(1);
        timer.advance(LIMIT);
        assertThat(thread.result()).isFalse();
    }

    @Test
    void workSeesTheEarlierOfTwoDeadlines() throws Exception {
        assertThat(timeout.call(() -> Call.current().deadline().remaining())).isEqualTo(LIMIT);
        CallScope hurried = Talk.call(Deadline.after(Duration.ofSeconds(1), timer));
        assertThat(Talk.within(
                        hurried,
                        () -> timeout.call(() -> Call.current().deadline().remaining())))
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void ofTwoTheShorterOneFires() {
        Timeout whole = new Timeout("whole", new TimeoutPolicy(Duration.ofSeconds(9), false), timer);
        assertThatThrownBy(() -> whole.call(() -> timeout.call(() -> {
                    timer.advance(LIMIT);
                    return Talk.forever();
                })))
                .hasMessageContaining("timeout quick");
        assertThat(timer.waiting()).isZero();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void anAnswerThatComesLateIsDroppedAndFreed() {
        List<Object> freed = new ArrayList<>();
        Timeout freeing = new Timeout("quick", TimeoutPolicy.defaults().withLimit(LIMIT), timer, new Classifier() {
            @Override
            public @Nullable CallException failure(@Nullable Object response) {
                return null;
            }

            @Override
            public void discard(@Nullable Object response) {
                freed.add(String.valueOf(response));
            }
        });
        assertThatThrownBy(() -> freeing.call(() -> {
                    timer.advance(LIMIT);
                    return "late";
                }))
                .hasMessageContaining("PT2S");
        assertThat(freed).containsExactly("late");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void theReasonOfTheCallAroundItIsKept() {
        CallScope around = Talk.call();
        assertThatThrownBy(() -> Talk.within(
                        around,
                        () -> timeout.call(() -> {
                            around.cancel(new CallException(Code.CANCELLED, "the caller left"));
                            return Talk.forever();
                        })))
                .hasMessage("the caller left");
        assertThat(timer.waiting()).isZero();
        assertThat(timeout.snapshot().timedOut()).isZero();
        Thread.interrupted(); // of the call around, whose thread this is
    }

    @Test
    void aHandlersMetadataIsTheCalls() throws Exception {
        CallScope call = Talk.call();
        Talk.within(
                call,
                () -> timeout.intercept(call, "q", (timed, q) -> {
                    timed.responseHeaders().add("x-seen", q);
                    timed.responseTrailers().add("x-last", q);
                    return q;
                }));
        assertThat(call.responseHeaders().getAll("x-seen")).containsExactly("q");
        assertThat(call.responseTrailers().getAll("x-last")).containsExactly("q");
    }
}
