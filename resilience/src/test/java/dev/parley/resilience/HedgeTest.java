package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Carrier;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Method.Idempotency;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.resilience.ResilienceEvent.HedgeStarted;
import dev.parley.resilience.ResilienceEvent.HedgeWon;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HedgeTest {

    private static final Duration DELAY = Duration.ofMillis(20);

    private final FakeTimer timer = new FakeTimer();
    private final Talk talk = new Talk();
    private final RetryBudget budget = new RetryBudget(RetryBudgetPolicy.defaults(), timer);
    private final BlockingQueue<Attempt> attempts = new LinkedBlockingQueue<>();

    /** One attempt, which waits until the test says how it ends. */
    private record Attempt(Call call, Thread thread, CompletableFuture<String> answer, CompletableFuture<Outcome> end) {
        void fails(CallException error) {
            answer.completeExceptionally(error);
        }
    }

    private final Handler<String, String> service = (call, name) -> {
        Attempt attempt =
                new Attempt(call, Thread.currentThread(), new CompletableFuture<>(), new CompletableFuture<>());
        call.onEnd(attempt.end::complete);
        attempts.add(attempt);
        try {
            return attempt.answer.get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw (Exception) e.getCause();
        }
    };

    private Hedge hedge(HedgingPolicy policy) throws Exception {
        Hedge hedge = new Hedge("shop", policy, budget, Classifier.EXCEPTIONS, timer);
        for (int i = 0; i < policy.minSamples(); i++) {
            CallScope call = Talk.call();
            hedge.<String, String>before((scope, name) -> {
                        timer.advance(Duration.ofMillis(1));
                        return name;
                    })
                    .handle(call, "quick");
        }
        hedge.listen(talk.events::add);
        return hedge;
    }

    private Hedge hedge() throws Exception {
        return hedge(HedgingPolicy.defaults().withMinSamples(10).withMinDelay(DELAY));
    }

    private Attempt attempt() throws InterruptedException {
        Attempt attempt = attempts.poll(10, TimeUnit.SECONDS);
        assertThat(attempt).as("an attempt").isNotNull();
        return java.util.Objects.requireNonNull(attempt);
    }

    private static Outcome end(Attempt attempt) throws Exception {
        return attempt.end.get(10, TimeUnit.SECONDS);
    }

    private Talk.Running<String> start(Hedge hedge, CallScope call) {
        return Talk.start(() -> Talk.within(call, () -> hedge.before(service).handle(call, "q")));
    }

    // ---- when

    @Test
    void aCallThatIsQuickIsMadeOnce() throws Exception {
        Talk.Running<String> running = start(hedge(), Talk.call());
        Attempt first = attempt();
        timer.advance(DELAY.minusNanos(1));
        first.answer.complete("first");
        assertThat(running.result()).isEqualTo("first");
        assertThat(end(first)).isEqualTo(Outcome.OK);
        timer.advance(Duration.ofHours(1));
        assertThat(attempts).isEmpty();
        assertThat(timer.waiting()).isZero();
        assertThat(talk.events).isEmpty();
    }

    @Test
    void aSlowOneGetsASecondAttemptWhichMayWin() throws Exception {
        Hedge hedge = hedge();
        CallScope call = Talk.call();
        Talk.Running<String> running = start(hedge, call);
        Attempt first = attempt();
        first.call.responseTrailers().add("attempt", "1");
        timer.advance(DELAY);
        Attempt second = attempt();
        assertThat(second.call.requestHeaders().get("grpc-previous-rpc-attempts"))
                .contains("1");
        second.call.responseTrailers().add("attempt", "2");
        second.answer.complete("second");
        assertThat(running.result()).isEqualTo("second");
        assertThat(end(first).code()).contains(Code.CANCELLED);
        assertThat(end(second)).isEqualTo(Outcome.OK);
        assertThat(call.responseTrailers().getAll("attempt")).containsExactly("2");
        assertThat(talk.events).containsExactly(new HedgeStarted("shop", 2, DELAY), new HedgeWon("shop", 2));
        assertThat(hedge.snapshot().hedges()).isEqualTo(1);
        assertThat(hedge.snapshot().won()).isEqualTo(1);
        assertThat(budget.snapshot().withdrawn()).isEqualTo(1);
        assertThat(first.thread.isInterrupted()).isFalse();
    }

    @Test
    void theFirstMayStillWinAndTheSecondIsInterrupted() throws Exception {
        CallScope call = Talk.call();
        Talk.Running<String> running = start(hedge(), call);
        Attempt first = attempt();
        timer.advance(DELAY);
        Attempt second = attempt();
        first.answer.complete("first");
        assertThat(running.result()).isEqualTo("first");
        assertThat(end(second).code()).contains(Code.CANCELLED);
        assertThat(end(first)).isEqualTo(Outcome.OK);
        second.thread.join(10_000);
        assertThat(second.thread.isAlive()).isFalse();
    }

    @Test
    void theDelayIsThePercentileOfWhatWasSeenIfThatIsLonger() throws Exception {
        Hedge hedge = hedge(HedgingPolicy.defaults().withMinSamples(10).withMinDelay(Duration.ofNanos(1)));
        Duration after = hedge.snapshot().after();
        assertThat(after).isBetween(Duration.ofMillis(1), Duration.ofNanos(1_000_000 + 1_000_000 / 16 + 1_024));
        Talk.Running<String> running = start(hedge, Talk.call());
        Attempt first = attempt();
        timer.advance(after.minusNanos(1));
        assertThat(timer.waiting()).isEqualTo(1);
        timer.advance(Duration.ofNanos(1));
        attempt().answer.complete("second");
        assertThat(running.result()).isEqualTo("second");
        end(first);
    }

    @Test
    void withoutEnoughSamplesThereIsNoHedge() throws Exception {
        Hedge hedge =
                new Hedge("shop", HedgingPolicy.defaults().withMinSamples(10), budget, Classifier.EXCEPTIONS, timer);
        Talk.Running<String> running = start(hedge, Talk.call());
        Attempt first = attempt();
        assertThat(timer.waiting()).isZero();
        first.answer.complete("first");
        assertThat(running.result()).isEqualTo("first");
        assertThat(hedge.snapshot().samples()).isEqualTo(1);
    }

    @Test
    void whatMayActIsNotHedged() throws Exception {
        Hedge hedge = hedge();
        Talk.Running<String> running = start(hedge, Talk.callThatActs());
        Attempt first = attempt();
        timer.advance(Duration.ofSeconds(1));
        first.answer.complete("first");
        assertThat(running.result()).isEqualTo("first");
        assertThat(hedge.snapshot().hedges()).isZero();
    }

    @Test
    void anEmptyBudgetAllowsNoHedge() throws Exception {
        Hedge hedge = hedge();
        while (budget.withdraw()) {
            // until nothing is left
        }
        Talk.Running<String> running = start(hedge, Talk.call());
        Attempt first = attempt();
        timer.advance(DELAY);
        first.answer.complete("first");
        assertThat(running.result()).isEqualTo("first");
        assertThat(hedge.snapshot().hedges()).isZero();
    }

    @Test
    void upToFiveAttemptsOneAfterTheOther() throws Exception {
        Hedge hedge = hedge(
                HedgingPolicy.defaults().withMinSamples(10).withMinDelay(DELAY).withMaxAttempts(5));
        Talk.Running<String> running = start(hedge, Talk.call());
        List<Attempt> all = new ArrayList<>(List.of(attempt()));
        for (int i = 0; i < 4; i++) {
            timer.advance(DELAY);
            all.add(attempt());
        }
        timer.advance(Duration.ofSeconds(1));
        assertThat(attempts).isEmpty();
        all.get(3).answer.complete("fourth");
        assertThat(running.result()).isEqualTo("fourth");
        for (Attempt each : all) {
            assertThat(end(each).isOk()).isEqualTo(each.equals(all.get(3)));
        }
        assertThat(budget.snapshot().withdrawn()).isEqualTo(4);
    }

    // ---- failures

    @Test
    void aFailureWaitsForTheAttemptThatIsUnderWay() throws Exception {
        CallScope call = Talk.call();
        Talk.Running<String> running = start(hedge(), call);
        Attempt first = attempt();
        timer.advance(DELAY);
        Attempt second = attempt();
        first.fails(Talk.unavailable("busy"));
        assertThat(end(first).code()).contains(Code.UNAVAILABLE);
        second.answer.complete("second");
        assertThat(running.result()).isEqualTo("second");
    }

    @Test
    void ifAllFailTheLastFailureIsTheAnswer() throws Exception {
        CallScope call = Talk.call();
        Talk.Running<String> running = start(hedge(), call);
        Attempt first = attempt();
        timer.advance(DELAY);
        Attempt second = attempt();
        second.fails(Talk.unavailable("second"));
        end(second);
        first.call.responseTrailers().add("attempt", "1");
        first.fails(Talk.unavailable("first"));
        assertThat(running.failure()).hasMessage("first");
        assertThat(call.responseTrailers().getAll("attempt")).containsExactly("1");
    }

    @Test
    void aFailureThatNoOtherAttemptCuresIsTheAnswerAtOnce() throws Exception {
        Talk.Running<String> running = start(hedge(), Talk.call());
        Attempt first = attempt();
        timer.advance(DELAY);
        Attempt second = attempt();
        second.fails(new CallException(Code.NOT_FOUND, "none"));
        assertThat(running.failure()).hasMessage("none");
        assertThat(end(first).isOk()).isFalse();
    }

    @Test
    void aFailureBeforeTheDelayIsTheAnswer() throws Exception {
        Talk.Running<String> running = start(hedge(), Talk.call());
        attempt().fails(Talk.unavailable("busy"));
        assertThat(running.failure()).hasMessage("busy");
        timer.advance(DELAY);
        assertThat(attempts).isEmpty();
    }

    @Test
    void theServersNeverStopsHedging() throws Exception {
        Hedge hedge = hedge(
                HedgingPolicy.defaults().withMinSamples(10).withMinDelay(DELAY).withMaxAttempts(5));
        Talk.Running<String> running = start(hedge, Talk.call());
        Attempt first = attempt();
        timer.advance(DELAY);
        Attempt second = attempt();
        second.fails(Talk.failing(Code.UNAVAILABLE, RetryAdvice.NEVER));
        end(second);
        timer.advance(Duration.ofSeconds(1));
        first.answer.complete("first");
        assertThat(running.result()).isEqualTo("first");
        assertThat(hedge.snapshot().hedges()).isEqualTo(1);
    }

    // ---- cancellation

    @Test
    void aCancelledCallCancelsAllAttempts() throws Exception {
        CallScope call = Talk.call();
        Talk.Running<String> running = start(hedge(), call);
        Attempt first = attempt();
        timer.advance(DELAY);
        Attempt second = attempt();
        first.fails(Talk.unavailable("busy"));
        end(first);
        call.cancel(new CallException(Code.CANCELLED, "enough"));
        assertThat(running.failure()).hasMessage("enough");
        assertThat(end(second).isOk()).isFalse();
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void anInterruptOfTheCallerCancelsTheOthers() throws Exception {
        CallScope call = Talk.call();
        Talk.Running<String> running = Talk.start(() -> hedge().before(service).handle(call, "q"));
        Attempt first = attempt();
        timer.advance(DELAY);
        Attempt second = attempt();
        first.fails(Talk.unavailable("busy"));
        end(first);
        running.thread().interrupt();
        assertThat(running.failure().code()).isEqualTo(Code.CANCELLED);
        assertThat(end(second).isOk()).isFalse();
    }

    // ---- context

    @Test
    void aHedgeRunsUnderTheCallAndWithTheCarriersOfTheCaller() throws Exception {
        ThreadLocal<@Nullable String> trace = new ThreadLocal<>();
        Call.Registration carrier = Carrier.register(() -> {
            String carried = trace.get();
            return new Carrier.Snapshot() {
                @Override
                public <T> T call(Callable<T> task) throws Exception {
                    trace.set(carried);
                    return task.call();
                }
            };
        });
        try {
            Hedge hedge = hedge();
            CallScope outer = Talk.call();
            CallScope outbound = CallScope.builder(outer.method()).parent(outer).build();
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch begun = new CountDownLatch(1);
            Talk.Running<String> running = Talk.start(() -> Talk.within(outer, () -> {
                trace.set("t1");
                return hedge.<String, String>before((call, name) -> {
                            seen.add(trace.get() + " " + (Call.current() == outer));
                            if (talk.attempts.incrementAndGet() == 1) {
                                begun.countDown();
                                return Talk.forever();
                            }
                            return name;
                        })
                        .handle(outbound, "done");
            }));
            Talk.await(begun);
            timer.advance(DELAY);
            assertThat(running.result()).isEqualTo("done");
            assertThat(seen).containsExactly("t1 true", "t1 true");
        } finally {
            carrier.remove();
        }
    }

    // ---- around a callable

    @Test
    void aCallableIsHedgedIfItIsSaidToBeSafe() throws Exception {
        Hedge hedge = hedge();
        CountDownLatch begun = new CountDownLatch(1);
        Talk.Running<String> running = Talk.start(() -> hedge.call(Idempotency.IDEMPOTENT, () -> {
            if (talk.attempts.incrementAndGet() == 1) {
                begun.countDown();
                return Talk.forever();
            }
            return "second";
        }));
        Talk.await(begun);
        timer.advance(DELAY);
        assertThat(running.result()).isEqualTo("second");
        assertThatThrownBy(() -> hedge.call(() -> {
                    throw Talk.unavailable("busy");
                }))
                .hasMessage("busy");
    }

    // ---- responses that are failures

    @Test
    void aResponseThatIsAFailureLosesAndIsDiscarded() throws Exception {
        List<String> discarded = Collections.synchronizedList(new ArrayList<>());
        Classifier statuses = new Classifier() {
            @Override
            public @Nullable CallException failure(@Nullable Object response) {
                return "503".equals(response) ? Talk.unavailable("503") : null;
            }

            @Override
            public void discard(@Nullable Object response) {
                discarded.add(String.valueOf(response));
            }
        };
        Hedge hedge = new Hedge(
                "shop", HedgingPolicy.defaults().withMinSamples(10).withMinDelay(DELAY), budget, statuses, timer);
        for (int i = 0; i < 10; i++) {
            hedge.call(() -> "200");
        }
        Talk.Running<String> running = start(hedge, Talk.call());
        Attempt first = attempt();
        timer.advance(DELAY);
        Attempt second = attempt();
        first.answer.complete("503");
        end(first);
        second.answer.complete("200");
        assertThat(running.result()).isEqualTo("200");
        assertThat(discarded).containsExactly("503");
    }
}
