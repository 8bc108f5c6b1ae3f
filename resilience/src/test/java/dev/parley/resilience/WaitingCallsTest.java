package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.RetryAdvice;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A load shedder and calls that waited for a thread. As they take no time themselves, 10 ms of waiting are borne. */
class WaitingCallsTest {

    private static final Method METHOD = Method.unary("shop", "Order");

    private final FakeTimer timer = new FakeTimer();
    private final LoadShedder shedder = new LoadShedder("server", LoadShedderPolicy.defaults(), timer);

    private static CallScope waited(Method method, long millis) {
        return CallScope.builder(method)
                .build()
                .waited(Duration.ofMillis(millis).toNanos());
    }

    private void call(long waitedMillis, long takesMillis) throws Exception {
        shedder.intercept(waited(METHOD, waitedMillis), "q", (scope, request) -> {
            timer.advance(Duration.ofMillis(takesMillis));
            return "r";
        });
    }

    private boolean isRefused(long waitedMillis, long takesMillis) throws Exception {
        try {
            call(waitedMillis, takesMillis);
            return false;
        } catch (RejectedException e) {
            return true;
        }
    }

    private boolean isRefused(long waitedMillis) throws Exception {
        return isRefused(waitedMillis, 0);
    }

    /** So many calls, 6 ms apart: 20 of them are more than a window. */
    private int refusedOf(int calls, long waitedMillis) throws Exception {
        int refused = 0;
        for (int i = 0; i < calls; i++) {
            timer.advance(Duration.ofMillis(6));
            refused += isRefused(waitedMillis) ? 1 : 0;
        }
        return refused;
    }

    @Test
    void aBurstIsServedHoweverLongItWaits() throws Exception {
        for (int burst = 0; burst < 20; burst++) {
            assertThat(refusedOf(15, 500)).isZero();
            assertThat(isRefused(0)).as("the queue was empty in between").isFalse();
        }
    }

    @Test
    void aStandingQueueIsNot() throws Exception {
        assertThat(refusedOf(19, 50)).isZero();
        assertThat(refusedOf(40, 50)).isEqualTo(40);
        assertThatThrownBy(() -> call(50, 0))
                .isInstanceOfSatisfying(RejectedException.class, error -> {
                    assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
                    assertThat(error.reason()).isEqualTo(RejectedException.Reason.LOAD_SHED);
                    assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.SAFE);
                })
                .hasMessageContaining("twice what is borne (10 ms)")
                .hasMessageContaining("even the shortest wait was 500 % of it; this one waited 50 ms");
        assertThat(shedder.snapshot().refused()).isEqualTo(41);
    }

    @Test
    void thoseThatWaitedForLessAreServedMeanwhile() throws Exception {
        refusedOf(20, 50);
        assertThat(isRefused(21)).isTrue();
        assertThat(isRefused(20)).isFalse();
        assertThat(isRefused(11)).isFalse();
    }

    @Test
    void itEndsWithAWindowInWhichOneHardlyWaited() throws Exception {
        refusedOf(20, 50);
        assertThat(isRefused(50)).isTrue();
        timer.advance(Duration.ofMillis(6));
        assertThat(isRefused(10)).isFalse();
        refusedOf(20, 50);
        assertThat(isRefused(50)).isFalse();
    }

    @Test
    void fewerCallsThanAreMeasuredTellNothing() throws Exception {
        for (int i = 0; i < 19; i++) {
            timer.advance(Duration.ofSeconds(1));
            assertThat(isRefused(5_000)).isFalse();
        }
        timer.advance(Duration.ofSeconds(1));
        assertThat(isRefused(5_000)).isTrue();
    }

    @Test
    void aWindowLastsAsLongAsThePolicySays() throws Exception {
        for (int i = 0; i < 200; i++) {
            assertThat(isRefused(50)).isFalse();
        }
        timer.advance(Duration.ofMillis(99));
        assertThat(isRefused(50)).isFalse();
        timer.advance(Duration.ofMillis(1));
        assertThat(isRefused(50)).isTrue();
    }

    /** What waits behind calls of a second each is no overload yet: with their time and the slack, 1,010 ms are borne. */
    @Test
    void whatIsBorneGrowsWithWhatCallsTake() throws Exception {
        for (int i = 0; i < 40; i++) {
            assertThat(isRefused(0, 1_000)).isFalse();
        }
        for (int i = 0; i < 60; i++) {
            assertThat(isRefused(1_000, 1_000)).isFalse();
        }
        int refused = 0;
        for (int i = 0; i < 40; i++) {
            refused += isRefused(2_100, 1_000) ? 1 : 0;
        }
        assertThat(refused).isGreaterThanOrEqualTo(20);
    }

    @Test
    void streamsAreNotAskedHowLongTheyWaited() throws Exception {
        refusedOf(20, 50);
        assertThat(isRefused(50)).isTrue();
        Method watch = new Method("shop", "Watch", Method.Kind.SERVER_STREAMING, Method.Idempotency.UNKNOWN);
        try (Messages<Integer> messages =
                shedder.intercept(waited(watch, 1_000), "q", (scope, request) -> Messages.of(1))) {
            assertThat(messages.iterator().next()).isEqualTo(1);
        }
    }

    @Test
    void aClockThatJumpsBackCostsOneWindow() throws Exception {
        refusedOf(20, 0);
        timer.advance(Duration.ofDays(-1));
        refusedOf(40, 50);
        assertThat(refusedOf(20, 50)).isEqualTo(20);
    }

    @Test
    void anAttemptHasWaitedAsLongAsItsCall() {
        CallScope call = CallScope.builder(METHOD).build().waited(7);
        assertThat(CallScope.child(call).waitedNanos()).isEqualTo(7);
        assertThat(CallScope.builder(METHOD).parent(call).build().waitedNanos()).isZero();
        assertThat(CallScope.builder(METHOD).build().waited(-1).waitedNanos()).isZero();
    }
}
