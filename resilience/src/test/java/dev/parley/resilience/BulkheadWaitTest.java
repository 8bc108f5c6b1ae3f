package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.RetryAdvice;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What ends a wait, and what never happens to a slot. */
@Timeout(60)
class BulkheadWaitTest {

    private final FakeTimer timer = new FakeTimer();
    private final Bulkhead bulkhead = new Bulkhead("narrow", new BulkheadPolicy(1, 5, Duration.ofSeconds(10)), timer);

    private Talk.Running<String> call(CallScope scope) throws InterruptedException {
        Talk.Running<String> running =
                Talk.start(() -> scope.run((call, q) -> bulkhead.intercept(call, q, (c, again) -> again), "ran"));
        timer.awaitWaiting(1);
        return running;
    }

    @Test
    void endsAtTheCallsDeadline() throws Exception {
        assertThat(bulkhead.tryAcquire()).isTrue();
        Talk.Running<String> waiting = call(Talk.call(Deadline.after(Duration.ofSeconds(3), timer)));
        timer.advance(Duration.ofSeconds(3));
        assertThat(waiting.failure()).isInstanceOfSatisfying(RejectedException.class, error -> {
            assertThat(error.reason()).isEqualTo(RejectedException.Reason.BULKHEAD_FULL);
            assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.SAFE);
            assertThat(error.message()).contains("waited for PT3S", "its deadline");
        });
        assertThat(bulkhead.snapshot().waiting()).isZero();
    }

    @Test
    void doesNotBeginBehindTheDeadline() {
        assertThat(bulkhead.tryAcquire()).isTrue();
        CallScope late = Talk.call(Deadline.after(Duration.ZERO, timer));
        assertThatThrownBy(() -> late.run((call, q) -> bulkhead.intercept(call, q, (c, again) -> again), "q"))
                .isInstanceOf(RejectedException.class);
    }

    @Test
    void endsWithTheReasonOfACancellation() throws Exception {
        assertThat(bulkhead.tryAcquire()).isTrue();
        CallScope scope = Talk.call();
        Talk.Running<String> waiting = call(scope);
        scope.cancel(new CallException(Code.ABORTED, "enough of this"));
        assertThat(waiting.failure()).hasMessage("enough of this");
        assertThat(bulkhead.snapshot().waiting()).isZero();
        bulkhead.release();
        assertThat(bulkhead.snapshot().running()).isZero();
    }

    @Test
    void endsWithAnInterrupt() throws Exception {
        assertThat(bulkhead.tryAcquire()).isTrue();
        Talk.Running<String> waiting = Talk.start(() -> bulkhead.call(() -> "ran"));
        timer.awaitWaiting(1);
        waiting.thread().interrupt();
        assertThat(waiting.failure().code()).isEqualTo(Code.CANCELLED);
        assertThat(bulkhead.snapshot().waiting()).isZero();
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void aCallThatCannotBeginGivesItsSlotToTheNext() {
        assertThat(bulkhead.tryAcquire()).isTrue();
        AtomicInteger admitted = new AtomicInteger();
        bulkhead.acquire(Deadline.NONE, new Hears(() -> {
            throw new IllegalStateException("cannot begin");
        }));
        bulkhead.acquire(Deadline.NONE, new Hears(admitted::incrementAndGet));
        bulkhead.release(); // not this caller's fault
        assertThat(admitted).hasValue(1);
        assertThat(bulkhead.snapshot().running()).isEqualTo(1);
    }

    @Test
    void aSlotThatNobodyHadIsNotGivenBack() {
        assertThatThrownBy(bulkhead::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("narrow");
        assertThat(bulkhead.snapshot().running()).isZero();
    }

    private record Hears(Runnable onAdmitted) implements Bulkhead.Admission {
        @Override
        public void admitted() {
            onAdmitted.run();
        }

        @Override
        public void refused(RejectedException error) {}
    }

    /** Calls that end well, fail, are cancelled or interrupted at any moment: the limit holds, and nothing is left. */
    @Test
    void noRaceLeaksASlot() throws Exception {
        Bulkhead busy = new Bulkhead("busy", new BulkheadPolicy(3, 1_000, Duration.ofSeconds(30)));
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Talk.Running<String>> all = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            CallScope scope = Talk.call();
            int kind = i % 4;
            Talk.Running<String> running = Talk.start(() -> scope.run(
                    (call, q) -> busy.intercept(call, q, (c, again) -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        try {
                            Thread.sleep(0, ThreadLocalRandom.current().nextInt(200_000));
                            if (kind == 1) {
                                throw Talk.unavailable("failed");
                            }
                            return again;
                        } finally {
                            inside.decrementAndGet();
                        }
                    }),
                    "q"));
            all.add(running);
            if (kind == 2) {
                scope.cancel(new CallException(Code.CANCELLED, "left"));
            } else if (kind == 3) {
                running.thread().interrupt();
            }
        }
        for (Talk.Running<String> running : all) {
            assertThat(running.thread().join(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(most.get()).isBetween(1, 3);
        assertThat(busy.snapshot())
                .isEqualTo(new BulkheadSnapshot(
                        "busy", 0, 0, 3, 1_000, busy.snapshot().refused()));
        assertThat(busy.tryAcquire()).isTrue();
    }
}
