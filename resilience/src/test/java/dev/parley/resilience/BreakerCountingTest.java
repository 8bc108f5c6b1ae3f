package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import dev.parley.testing.FakeTimer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a breaker makes of errors of this side, of responses, and of exceptions that are no call's. */
class BreakerCountingTest {

    private final FakeTimer timer = new FakeTimer();
    private final CircuitBreaker breaker = new CircuitBreaker("payment", CircuitBreakerPolicy.defaults(), timer);

    private void failing(Exception error) {
        assertThatThrownBy(() -> breaker.call(() -> {
                    throw error;
                }))
                .isSameAs(error);
    }

    @ParameterizedTest
    @EnumSource(names = {"DEADLINE_EXCEEDED", "UNAVAILABLE"})
    void aDeadServiceIsNoticedHere(Code code) {
        failing(new CallException(code, "noticed here"));
        assertThat(breaker.snapshot().failures()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"CANCELLED", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "UNIMPLEMENTED", "NOT_FOUND"})
    void whatThisSideSaysTellsNothing(Code code) {
        failing(new CallException(code, "said here"));
        assertThat(breaker.snapshot().calls()).isZero();
    }

    @Test
    void anExceptionThatIsNoCallsIsAFailureAndThrownAsItIs() {
        failing(new IOException("connection reset"));
        failing(new IllegalStateException("broken"));
        assertThat(breaker.snapshot().failures()).isEqualTo(2);
        assertThat(breaker.snapshot().reason()).isEqualTo("new");
    }

    @Test
    void anInterruptTellsNothing() {
        failing(new InterruptedException("enough"));
        assertThat(breaker.snapshot().calls()).isZero();
    }

    @Test
    void aClassifierTellsWhichResponsesAreFailures() throws Exception {
        CircuitBreaker byStatus = new CircuitBreaker(
                "http",
                CircuitBreakerPolicy.defaults(),
                timer,
                response -> response instanceof Integer status && status >= 500
                        ? new CallException(Code.UNAVAILABLE, "status " + status)
                        : null);
        for (int i = 0; i < 4; i++) {
            assertThat(byStatus.call(() -> 503)).isEqualTo(503);
        }
        assertThat(byStatus.call(() -> 200)).isEqualTo(200);
        assertThat(byStatus.snapshot().failures()).isEqualTo(4);
        for (int i = 0; i < 5; i++) {
            assertThat(byStatus.call(() -> 503)).isEqualTo(503);
        }
        assertThat(byStatus.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void aRefusalSaysWhenToComeBack() {
        for (int i = 0; i < 5; i++) {
            failing(Talk.unavailable("down"));
        }
        timer.advance(Duration.ofSeconds(12));
        assertThatThrownBy(() -> breaker.call(() -> "ran")).isInstanceOfSatisfying(RejectedException.class, error -> {
            assertThat(error.reason()).isEqualTo(RejectedException.Reason.BREAKER_OPEN);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.after(Duration.ofSeconds(18)));
            assertThat(error.origin()).isEqualTo(CallException.Origin.LOCAL);
        });
        breaker.forceOpen();
        assertThatThrownBy(() -> breaker.call(() -> "ran"))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        error -> assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER));
    }

    @Test
    void aPermitIsNoRefusal() {
        assertThatThrownBy(() -> breaker.rejection(breaker.tryAcquire()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is a permit");
    }

    @Test
    void aBreakerBehindABreakerDoesNotCountItsRefusals() throws Exception {
        CircuitBreaker inner = new CircuitBreaker("inner", CircuitBreakerPolicy.defaults(), timer);
        inner.forceOpen();
        CallScope call = Talk.call();
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() ->
                            call.run((c, q) -> breaker.intercept(c, q, inner.before((last, again) -> again)), "q"))
                    .isInstanceOf(RejectedException.class);
        }
        assertThat(breaker.snapshot().calls()).isZero();
    }

    @Test
    void aLongMessageIsCutInTheReason() {
        for (int i = 0; i < 5; i++) {
            failing(Talk.unavailable("x".repeat(100_000)));
        }
        assertThat(breaker.snapshot().reason().length()).isLessThan(300);
    }

    @Test
    void aBucketThatIsFullKeepsItsRate() {
        FailureWindow window = new FailureWindow(0, Duration.ofSeconds(10));
        for (int i = 0; i < 1_100_000; i++) {
            window.success(0);
            if (i % 2 == 0) {
                window.failure(0);
            }
        }
        long totals = window.totals(0);
        assertThat((double) (int) totals / (int) (totals >>> 32)).isBetween(0.32, 0.35);
    }
}
