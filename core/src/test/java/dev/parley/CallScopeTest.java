package dev.parley;

import static dev.parley.Calls.METHOD;
import static dev.parley.Calls.call;
import static dev.parley.Calls.cancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CallScopeTest {

    private final CallScope scope = call();

    @Test
    void runBindsTheCurrentCallAndOnlyInside() throws Exception {
        assertThat(Call.find()).isEmpty();
        Call seen = scope.run((call, request) -> Call.current(), "q");
        assertThat(seen).isSameAs(scope);
        assertThat(Call.find()).isEmpty();
        assertThatThrownBy(Call::current)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Call.wrap");
    }

    @Test
    void innerCallIsCurrentInsideAndTheOuterAfterwards() throws Exception {
        CallScope inner = CallScope.child(scope);
        List<Call> seen = new ArrayList<>();
        Calls.in(scope, () -> {
            Calls.in(inner, () -> seen.add(Call.current()));
            return seen.add(Call.current());
        });
        assertThat(seen).containsExactly(inner, scope);
    }

    @Test
    void wrapTakesTheCallToAnotherThread() throws Exception {
        FutureTask<Call> elsewhere = Calls.in(scope, () -> Calls.start(Call.wrap(() -> Call.current())));
        assertThat(Calls.result(elsewhere)).isSameAs(scope);
    }

    @Test
    void cancelInterruptsTheHandlerAndLeavesNoInterruptBehind() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        FutureTask<Boolean> handler = Calls.start(() -> {
            assertThatThrownBy(() -> scope.run(
                            (call, request) -> {
                                running.countDown();
                                return Calls.forever();
                            },
                            "q"))
                    .isInstanceOf(InterruptedException.class);
            return Thread.currentThread().isInterrupted();
        });
        Calls.await(running);
        assertThat(scope.cancel(cancelled("enough"))).isTrue();
        assertThat(Calls.result(handler)).isFalse();
        assertThat(scope.cancellation()).map(CallException::message).contains("enough");
    }

    @Test
    void cancelThatTheHandlerDoesNotNoticeLeavesNoInterruptBehind() throws Exception {
        assertThat(scope.<String, String>run(
                        (call, request) -> {
                            scope.cancel(cancelled("enough"));
                            return Thread.currentThread().isInterrupted() + request;
                        },
                        "!"))
                .isEqualTo("true!");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void cancelAfterTheHandlerInterruptsNobody() throws Exception {
        scope.run((call, request) -> request, "q");
        assertThat(scope.cancel(cancelled("late"))).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void cancelBeforeTheHandlerKeepsItFromStarting() {
        scope.cancel(cancelled("early"));
        assertThatThrownBy(() -> scope.run(
                        (call, request) -> {
                            throw new AssertionError("must not run");
                        },
                        "q"))
                .isInstanceOf(CallException.class)
                .hasMessage("early");
    }

    @Test
    void onlyTheFirstCancellationCountsAndNoneAfterTheEnd() {
        assertThat(scope.cancel(cancelled("one"))).isTrue();
        assertThat(scope.cancel(cancelled("two"))).isFalse();
        assertThat(scope.cancellation()).map(CallException::message).contains("one");

        CallScope ended = call();
        ended.end(Outcome.OK);
        assertThat(ended.cancel(cancelled("late"))).isFalse();
        assertThat(ended.cancellation()).isEmpty();
    }

    @Test
    void endsOnceAndTellsEachListenerOnce() {
        List<Outcome> told = new ArrayList<>();
        scope.onEnd(outcome -> {
            throw new IllegalStateException("a listener's own trouble");
        });
        scope.onEnd(told::add);
        assertThat(scope.end(Outcome.OK)).isTrue();
        assertThat(scope.end(Outcome.failed(cancelled("again")))).isFalse();
        assertThat(told).containsExactly(Outcome.OK);

        scope.onEnd(told::add); // late: at once
        assertThat(told).containsExactly(Outcome.OK, Outcome.OK);
    }

    @Test
    void cancelListenersAreToldOnceAndLateOnesAtOnce() {
        List<String> told = new ArrayList<>();
        Call.Registration taken = scope.onCancel(reason -> told.add("taken back"));
        scope.onCancel(reason -> told.add("early " + reason.message()));
        taken.remove();
        taken.remove();
        scope.cancel(cancelled("now"));
        scope.onCancel(reason -> told.add("late " + reason.message()));
        scope.end(Outcome.failed(cancelled("now")));
        scope.onCancel(reason -> told.add("never"));
        assertThat(told).containsExactly("early now", "late now");
    }

    @Test
    void deadlineCancelsWhenTheClockGetsThere() {
        FakeTimer timer = new FakeTimer();
        CallScope limited = CallScope.builder(METHOD)
                .deadline(Deadline.after(Duration.ofNanos(5_000), timer))
                .build()
                .armDeadline(timer);
        timer.advance(4_999);
        assertThat(limited.cancellation()).isEmpty();
        timer.advance(1);
        assertThat(limited.cancellation()).map(CallException::code).contains(Code.DEADLINE_EXCEEDED);
        assertThat(limited.cancellation().orElseThrow()).hasMessageContaining(METHOD.fullName());
    }

    @Test
    void endTakesTheDeadlineOffTheClock() {
        FakeTimer timer = new FakeTimer();
        CallScope limited = CallScope.builder(METHOD)
                .deadline(Deadline.after(Duration.ofSeconds(5), timer))
                .build()
                .armDeadline(timer);
        assertThat(timer.waiting()).isEqualTo(1);
        limited.end(Outcome.OK);
        assertThat(timer.waiting()).isZero();
        limited.armDeadline(timer);
        assertThat(timer.waiting()).isZero();
        scope.armDeadline(timer); // it has none
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void aListenerThatWasTakenBackHearsNothing() {
        CallScope scope = CallScope.builder(Method.unary("shop", "Get")).build();
        List<Outcome> heard = new ArrayList<>();
        scope.onEnd(heard::add).remove();
        scope.onEnd(heard::add);
        scope.end(Outcome.OK);
        assertThat(heard).containsExactly(Outcome.OK);
    }
}
