package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.ErrorDetail;
import dev.parley.Handler;
import dev.parley.Method.Idempotency;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.resilience.ResilienceEvent.AdviceIgnored;
import dev.parley.resilience.ResilienceEvent.RetryScheduled;
import dev.parley.resilience.ResilienceEvent.RetryStopped;
import dev.parley.resilience.ResilienceEvent.StopReason;
import dev.parley.testing.FakeTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class RetryTest {

    /** Half of each longest wait. */
    private static final RandomGenerator HALF = () -> Long.MIN_VALUE;

    private final Talk talk = new Talk();
    private final SkippingTimer timer = new SkippingTimer();
    private final Retry retry = retry(RetryPolicy.defaults(), Classifier.EXCEPTIONS);

    private Retry retry(RetryPolicy policy, Classifier classifier) {
        Retry made = new Retry(
                "shop", policy, new RetryBudget(RetryBudgetPolicy.defaults(), timer), classifier, timer, HALF);
        made.listen(talk.events::add);
        return made;
    }

    private CallException failure(CallScope call, Handler<String, String> handler) {
        return catchThrowableOfType(
                CallException.class,
                () -> Talk.within(call, () -> retry.before(handler).handle(call, "q")));
    }

    private Handler<String, String> failsWith(CallException error) {
        return (call, name) -> {
            talk.attempts.incrementAndGet();
            throw error;
        };
    }

    private void assertStopped(StopReason reason, int attempts) {
        assertThat(talk.attempts).hasValue(attempts);
        assertThat(talk.events).last().isInstanceOfSatisfying(RetryStopped.class, stopped -> {
            assertThat(stopped.reason()).isEqualTo(reason);
            assertThat(stopped.attempts()).isEqualTo(attempts);
        });
    }

    // ---- what is repeated

    @Test
    void aCallThatSucceedsIsMadeOnce() throws Exception {
        CallScope call = Talk.call();
        assertThat(Talk.within(
                        call,
                        () -> retry.<String, String>before((scope, name) -> name + talk.attempt(scope, 1))
                                .handle(call, "try ")))
                .isEqualTo("try 1");
        assertThat(talk.events).isEmpty();
        assertThat(talk.ends).containsExactly(Outcome.OK);
    }

    @Test
    void unavailableIsRepeatedUpToThreeTimesWithGrowingWaits() throws Exception {
        CallScope call = Talk.call();
        long begin = timer.nanoTime();
        assertThat(Talk.within(
                        call,
                        () -> retry.<String, String>before((scope, name) -> name + talk.attempt(scope, 3))
                                .handle(call, "try ")))
                .isEqualTo("try 3");
        assertThat(talk.events)
                .extracting(event -> ((RetryScheduled) event).delay())
                .containsExactly(Duration.ofMillis(50), Duration.ofMillis(100));
        assertThat(Duration.ofNanos(timer.nanoTime() - begin)).isEqualTo(Duration.ofMillis(150));
        assertThat(retry.snapshot().repeats()).isEqualTo(2);
        assertThat(retry.snapshot().recovered()).isEqualTo(1);
        assertThat(retry.snapshot().budget().withdrawn()).isEqualTo(2);
    }

    @Test
    void afterTheLastAttemptTheFailureIsThrownWithTheAdviceToLetItBe() {
        CallException error =
                new CallException(Code.UNAVAILABLE, "busy").withDetail(new ErrorDetail("x.Y", new byte[1]));
        CallException told = failure(Talk.call(), failsWith(error));
        assertStopped(StopReason.ATTEMPTS, 3);
        assertThat(told.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(told.message()).isEqualTo("busy");
        assertThat(told.details()).isEqualTo(error.details());
        assertThat(told.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
        assertThat(told.getStackTrace()).isEqualTo(error.getStackTrace());
        assertThat(retry.snapshot().exhausted()).isEqualTo(1);
    }

    @Test
    void theErrorKeepsItsClass() {
        RejectedException full = new RejectedException(
                RejectedException.Reason.BULKHEAD_FULL, Code.RESOURCE_EXHAUSTED, "full", RetryAdvice.UNSTATED);
        Retry patient = retry(RetryPolicy.defaults().withRetryRejected(true), Classifier.EXCEPTIONS);
        CallScope call = Talk.callThatActs(); // a rejected call has not acted
        assertThatThrownBy(() -> patient.before(failsWith(full)).handle(call, "q"))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        told -> assertThat(told.retryAdvice()).isEqualTo(RetryAdvice.NEVER));
        assertThat(talk.attempts).hasValue(3);
    }

    @Test
    void whatAPolicyBehindRejectsIsNotRepeatedUnlessAskedFor() {
        failure(
                Talk.call(),
                failsWith(new RejectedException(
                        RejectedException.Reason.BULKHEAD_FULL, Code.UNAVAILABLE, "full", RetryAdvice.NEVER_LEFT)));
        assertStopped(StopReason.ADVICE, 1);
    }

    @Test
    void aPolicyOfOneAttemptHasExhaustedNothing() {
        Retry never = retry(RetryPolicy.defaults().withMaxAttempts(1), Classifier.EXCEPTIONS);
        CallException error = Talk.unavailable("busy");
        assertThatThrownBy(() -> never.before(failsWith(error)).handle(Talk.call(), "q"))
                .isSameAs(error);
    }

    @ParameterizedTest
    @EnumSource(value = Code.class, mode = EnumSource.Mode.EXCLUDE, names = "UNAVAILABLE")
    void noOtherCodeIsRepeatedByItself(Code code) {
        CallException error = Talk.failing(code, RetryAdvice.UNSTATED);
        assertThat(failure(Talk.call(), failsWith(error))).isSameAs(error);
        assertStopped(StopReason.CODE, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"RESOURCE_EXHAUSTED", "INTERNAL", "DEADLINE_EXCEEDED"})
    void someAreIfThePeerAdvisesTo(Code code) {
        failure(Talk.call(), failsWith(Talk.failing(code, RetryAdvice.SAFE)));
        assertStopped(StopReason.ATTEMPTS, 3);
    }

    @Test
    void adviceAgainstItIsFollowed() {
        CallException error = Talk.failing(Code.UNAVAILABLE, RetryAdvice.NEVER);
        assertThat(failure(Talk.call(), failsWith(error))).isSameAs(error);
        assertStopped(StopReason.ADVICE, 1);
    }

    @Test
    void whatMayHaveActedIsNotRepeated() {
        for (RetryAdvice advice : List.of(RetryAdvice.UNSTATED, RetryAdvice.SAFE, RetryAdvice.after(Duration.ZERO))) {
            talk.attempts.set(0);
            CallException error = Talk.failing(Code.UNAVAILABLE, advice);
            assertThat(failure(Talk.callThatActs(), failsWith(error))).isSameAs(error);
            assertStopped(StopReason.NOT_IDEMPOTENT, 1);
        }
    }

    @Test
    void whatNeverLeftIsRepeatedWhateverTheMethod() {
        failure(Talk.callThatActs(), failsWith(Talk.failing(Code.UNAVAILABLE, RetryAdvice.NEVER_LEFT)));
        assertStopped(StopReason.ATTEMPTS, 3);
    }

    @Test
    void whatUserCodeThrowsComesOutAsItIs() {
        IllegalStateException bug = new IllegalStateException("bug");
        assertThatThrownBy(() -> retry.<String, String>before((call, name) -> {
                            throw bug;
                        })
                        .handle(Talk.call(), "q"))
                .isSameAs(bug);
    }

    // ---- when

    @Test
    void theServersDelayReplacesTheBackoff() {
        failure(
                Talk.call(),
                failsWith(Talk.failing(Code.RESOURCE_EXHAUSTED, RetryAdvice.after(Duration.ofSeconds(7)))));
        assertThat(talk.events)
                .filteredOn(RetryScheduled.class::isInstance)
                .extracting(event -> ((RetryScheduled) event).delay())
                .containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(7));
    }

    @Test
    void aDelayOfYearsIsTakenForGarbageAndTheReasonTold() {
        failure(Talk.call(), failsWith(Talk.failing(Code.UNAVAILABLE, RetryAdvice.after(Duration.ofDays(3650)))));
        assertThat(talk.events.getFirst())
                .isInstanceOfSatisfying(
                        AdviceIgnored.class,
                        ignored -> assertThat(ignored.reason())
                                .contains("PT87600H")
                                .contains("PT1H"));
        assertThat(talk.events.get(1))
                .isInstanceOfSatisfying(
                        RetryScheduled.class,
                        scheduled -> assertThat(scheduled.delay()).isEqualTo(Duration.ofMillis(50)));
    }

    @Test
    void aDelayThatEndsBehindTheDeadlineIsNotWaitedFor() {
        CallScope call = Talk.call(Deadline.after(Duration.ofSeconds(5), timer));
        long begin = timer.nanoTime();
        CallException error = Talk.failing(Code.UNAVAILABLE, RetryAdvice.after(Duration.ofSeconds(5)));
        assertThat(failure(call, failsWith(error))).isSameAs(error);
        assertStopped(StopReason.DEADLINE, 1);
        assertThat(timer.nanoTime()).isEqualTo(begin);
        assertThat(retry.snapshot().budget().withdrawn()).isZero();
    }

    @Test
    void aBackoffThatEndsBehindTheDeadlineIsNotWaitedForEither() {
        CallScope call = Talk.call(Deadline.after(Duration.ofMillis(140), timer));
        failure(call, failsWith(Talk.unavailable("busy"))); // after 50, and not after 50 + 100
        assertStopped(StopReason.DEADLINE, 2);
    }

    @Test
    void anEmptyBudgetStopsItAndTheHopsAbove() {
        RetryBudget empty = new RetryBudget(new RetryBudgetPolicy(0, 0, Duration.ofSeconds(1)), timer);
        Retry poor = new Retry("shop", RetryPolicy.defaults(), empty, Classifier.EXCEPTIONS, timer, HALF);
        poor.listen(talk.events::add);
        assertThatThrownBy(
                        () -> poor.before(failsWith(Talk.unavailable("busy"))).handle(Talk.call(), "q"))
                .isInstanceOfSatisfying(
                        CallException.class,
                        told -> assertThat(told.retryAdvice()).isEqualTo(RetryAdvice.NEVER));
        assertStopped(StopReason.BUDGET, 1);
    }

    // ---- cancellation

    @Test
    void aCancelledCallIsNotTriedAgain() {
        CallScope call = Talk.call();
        CallException error = Talk.unavailable("busy");
        failure(call, (scope, name) -> {
            talk.attempts.incrementAndGet();
            call.cancel(new CallException(Code.CANCELLED, "enough"));
            throw error;
        });
        assertStopped(StopReason.CANCELLED, 1);
        assertThat(talk.events).hasSize(1);
        assertThat(retry.snapshot().budget().withdrawn()).isZero();
    }

    @Test
    void aCancellationEndsTheWaitWithItsReason() throws Exception {
        FakeTimer clock = new FakeTimer();
        Retry waiting =
                new Retry("shop", RetryPolicy.defaults(), RetryBudget.defaults(), Classifier.EXCEPTIONS, clock, HALF);
        waiting.listen(talk.events::add);
        CallScope call = Talk.call();
        // Not under the call: as on a client, nobody interrupts the thread.
        Talk.Running<String> running = Talk.start(
                () -> waiting.before(failsWith(Talk.unavailable("busy"))).handle(call, "q"));
        clock.awaitWaiting(1);
        call.cancel(new CallException(Code.CANCELLED, "enough"));
        assertThat(running.failure()).hasMessage("enough");
        assertStopped(StopReason.CANCELLED, 1);
        assertThat(clock.waiting()).isZero();
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        FakeTimer clock = new FakeTimer();
        Retry waiting =
                new Retry("shop", RetryPolicy.defaults(), RetryBudget.defaults(), Classifier.EXCEPTIONS, clock, HALF);
        Talk.Running<String> running = Talk.start(
                () -> waiting.before(failsWith(Talk.unavailable("busy"))).handle(Talk.call(), "q"));
        clock.awaitWaiting(1);
        running.thread().interrupt();
        assertThat(running.failure().code()).isEqualTo(Code.CANCELLED);
        assertThat(clock.waiting()).isZero();
    }

    @Test
    void theWaitIsAsLongAsTheTimerSays() throws Exception {
        FakeTimer clock = new FakeTimer();
        Retry waiting =
                new Retry("shop", RetryPolicy.defaults(), RetryBudget.defaults(), Classifier.EXCEPTIONS, clock, HALF);
        CallScope call = Talk.call();
        Talk.Running<String> running =
                Talk.start(() -> waiting.<String, String>before((scope, name) -> name + talk.attempt(scope, 2))
                        .handle(call, "try "));
        clock.awaitWaiting(1);
        clock.advance(Duration.ofMillis(50).minusNanos(1));
        assertThat(clock.waiting()).isEqualTo(1);
        clock.advance(Duration.ofNanos(1));
        assertThat(running.result()).isEqualTo("try 2");
    }

    @Test
    void anAttemptThatTakesTooLongIsCancelledAndRepeated() throws Exception {
        FakeTimer clock = new FakeTimer();
        Retry hasty = new Retry(
                "shop",
                RetryPolicy.defaults().withPerAttemptTimeout(Duration.ofMillis(200)),
                RetryBudget.defaults(),
                Classifier.EXCEPTIONS,
                clock,
                () -> 0);
        hasty.listen(talk.events::add);
        CallScope call = Talk.call(Deadline.after(Duration.ofSeconds(1), clock));
        List<Duration> given = new ArrayList<>();
        Semaphore begun = new Semaphore(0);
        Talk.Running<String> running = Talk.start(() -> Talk.within(
                call,
                () -> hasty.<String, String>before((scope, name) -> {
                            given.add(scope.deadline().remaining());
                            scope.onEnd(talk.ends::add);
                            begun.release();
                            return talk.attempts.incrementAndGet() < 3 ? Talk.forever() : name;
                        })
                        .handle(call, "done")));
        for (int i = 0; i < 2; i++) {
            begun.acquire(); // its time began before
            clock.advance(Duration.ofMillis(200));
        }
        assertThat(running.result()).isEqualTo("done");
        assertThat(given).containsOnly(Duration.ofMillis(200)).hasSize(3);
        assertThat(talk.ends).extracting(Outcome::isOk).containsExactly(false, false, true);
        assertThat(talk.ends.getFirst().code()).contains(Code.DEADLINE_EXCEEDED);
        assertThat(clock.waiting()).isZero();
    }

    @Test
    void anAttemptThatTookTooLongIsWhatIsThrownInTheEnd() throws Exception {
        FakeTimer clock = new FakeTimer();
        Retry hasty = new Retry(
                "shop",
                RetryPolicy.defaults().withMaxAttempts(1).withPerAttemptTimeout(Duration.ofMillis(200)),
                RetryBudget.defaults(),
                Classifier.EXCEPTIONS,
                clock,
                () -> 0);
        CallScope call = Talk.call();
        Talk.Running<String> running = Talk.start(() -> Talk.within(
                call,
                () -> hasty.<String, String>before((scope, name) -> Talk.forever())
                        .handle(call, "q")));
        clock.awaitWaiting(1);
        clock.advance(Duration.ofMillis(200));
        assertThat(running.failure()).hasMessageContaining("shop/Do").hasMessageContaining("PT0.2S");
    }

    // ---- attempts

    @Test
    void onlyTheMetadataOfTheLastAttemptIsLeft() throws Exception {
        CallScope call = Talk.call();
        Talk.within(
                call,
                () -> retry.<String, String>before((scope, name) -> name + talk.attempt(scope, 3))
                        .handle(call, "try "));
        assertThat(call.responseTrailers().getAll("attempt")).containsExactly("3");
        assertThat(call.requestHeaders().isEmpty()).isTrue();
        assertThat(talk.ends).extracting(Outcome::isOk).containsExactly(false, false, true);
    }

    @Test
    void theMetadataOfTheFailureThatIsThrownIsLeft() {
        CallScope call = Talk.call();
        failure(call, (scope, name) -> name + talk.attempt(scope, 9));
        assertThat(call.responseTrailers().getAll("attempt")).containsExactly("3");
        assertThat(talk.ends).hasSize(3).noneMatch(Outcome::isOk);
    }

    @Test
    void anAttemptThatIsOverHasEndedBeforeTheNextBegins() {
        CallScope call = Talk.call();
        List<Integer> endsBefore = new ArrayList<>();
        failure(call, (scope, name) -> {
            endsBefore.add(talk.ends.size());
            return name + talk.attempt(scope, 9);
        });
        assertThat(endsBefore).containsExactly(0, 1, 2);
    }

    @Test
    void theServerIsToldHowManyCameBefore() {
        List<String> previous = new ArrayList<>();
        failure(Talk.call(), (scope, name) -> {
            previous.add(
                    scope.requestHeaders().get("grpc-previous-rpc-attempts").orElse("none"));
            throw Talk.unavailable("busy");
        });
        assertThat(previous).containsExactly("none", "1", "2");
    }

    @Test
    void anAttemptIsTheCurrentCallInFrontOfAServersHandlerOnly() throws Exception {
        CallScope inbound = Talk.call();
        Talk.within(
                inbound,
                () -> retry.<String, String>before((scope, name) -> {
                            assertThat(Call.current()).isSameAs(scope);
                            return name + talk.attempt(scope, 2);
                        })
                        .handle(inbound, "q"));
        talk.attempts.set(0);
        CallScope outer = Talk.call();
        CallScope outbound = CallScope.builder(outer.method()).parent(outer).build();
        Talk.within(
                outer,
                () -> retry.<String, String>before((scope, name) -> {
                            assertThat(Call.current()).isSameAs(outer);
                            return name + talk.attempt(scope, 2);
                        })
                        .handle(outbound, "q"));
    }

    // ---- responses that are failures

    private record Response(int status) {}

    private final List<Object> discarded = new ArrayList<>();
    private final Classifier statuses = new Classifier() {
        @Override
        public @Nullable CallException failure(@Nullable Object response) {
            return response instanceof Response(int status) && status == 503 ? Talk.unavailable("503") : null;
        }

        @Override
        public void discard(@Nullable Object response) {
            discarded.add(String.valueOf(response));
        }

        @Override
        public boolean isRepeatable(@Nullable Object request) {
            return !"read once".equals(request);
        }
    };

    @Test
    void aResponseThatIsAFailureIsDiscardedAndRepeated() throws Exception {
        Retry http = retry(RetryPolicy.defaults(), statuses);
        Handler<String, Response> handler = (call, q) -> new Response(talk.attempts.incrementAndGet() < 3 ? 503 : 200);
        assertThat(http.before(handler).handle(Talk.call(), "q")).isEqualTo(new Response(200));
        assertThat(discarded).hasSize(2);
    }

    @Test
    void inTheEndItIsReturnedAsItIs() throws Exception {
        Retry http = retry(RetryPolicy.defaults(), statuses);
        CallScope call = Talk.call();
        Handler<String, Response> handler = (scope, q) -> {
            talk.attempts.incrementAndGet();
            scope.responseHeaders().add("attempt", "" + talk.attempts);
            return new Response(503);
        };
        assertThat(http.before(handler).handle(call, "q")).isEqualTo(new Response(503));
        assertThat(talk.attempts).hasValue(3);
        assertThat(discarded).hasSize(2);
        assertThat(call.responseHeaders().getAll("attempt")).containsExactly("3");
    }

    @Test
    void aRequestThatIsReadOnceIsNotSentAgain() throws Exception {
        Retry http = retry(RetryPolicy.defaults(), statuses);
        assertThat(http.<String, Response>before((call, q) -> new Response(503)).handle(Talk.call(), "read once"))
                .isEqualTo(new Response(503));
        assertThat(((RetryStopped) talk.events.getLast()).reason()).isEqualTo(StopReason.NOT_REPLAYABLE);
    }

    // ---- around a callable

    @Test
    void aCallableIsRepeatedIfItIsSaidToBeSafe() throws Exception {
        assertThat(retry.call(Idempotency.IDEMPOTENT, () -> {
                    if (talk.attempts.incrementAndGet() < 3) {
                        throw Talk.unavailable("busy");
                    }
                    return "done";
                }))
                .isEqualTo("done");
        assertThat(retry.snapshot().recovered()).isEqualTo(1);
    }

    @Test
    void aCallableOfWhichNothingIsKnownIsNot() {
        CallException error = Talk.unavailable("busy");
        assertThatThrownBy(() -> retry.call(() -> {
                    talk.attempts.incrementAndGet();
                    throw error;
                }))
                .isSameAs(error);
        assertStopped(StopReason.NOT_IDEMPOTENT, 1);
    }

    @Test
    void aPredicateSaysWhichOtherExceptionsAreRepeatedAndTheyAreThrownAsTheyAre() {
        IOException reset = new IOException("reset");
        assertThatThrownBy(() -> retry.call(Idempotency.IDEMPOTENT, IOException.class::isInstance, () -> {
                    talk.attempts.incrementAndGet();
                    throw reset;
                }))
                .isSameAs(reset);
        assertStopped(StopReason.ATTEMPTS, 3);
        talk.attempts.set(0);
        assertThatThrownBy(() -> retry.call(Idempotency.IDEMPOTENT, () -> {
                    talk.attempts.incrementAndGet();
                    throw reset;
                }))
                .isSameAs(reset);
        assertStopped(StopReason.CODE, 1);
    }

    @Test
    void aCallableHasTheDeadlineOfTheCallThatItIsIn() {
        CallScope call = Talk.call(Deadline.after(Duration.ofMillis(140), timer));
        assertThatThrownBy(() -> Talk.within(
                        call,
                        () -> retry.call(Idempotency.IDEMPOTENT, () -> {
                            talk.attempts.incrementAndGet();
                            throw Talk.unavailable("busy");
                        })))
                .hasMessage("busy");
        assertStopped(StopReason.DEADLINE, 2);
    }

    @Test
    void aListenerThatThrowsChangesNothing() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        retry.listen(event -> {
            heard.countDown();
            throw new IllegalStateException("a listener's own trouble");
        });
        assertThat(retry.<String, String>before((call, name) -> "" + name + talk.attempt(call, 2))
                        .handle(Talk.call(), "try "))
                .isEqualTo("try 2");
        Talk.await(heard);
    }
}
