package dev.parley;

import static dev.parley.Calls.cancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallExceptionTest {

    @Test
    void itselfStaysItself() {
        CallException known = new CallException(Code.NOT_FOUND, "no such order");
        assertThat(CallException.from(known)).isSameAs(known);
    }

    @Test
    void anythingElseIsInternalAndKeepsItsTextToItself() {
        CallException internal = CallException.from(new IOException("password=secret"));
        assertThat(internal.code()).isEqualTo(Code.INTERNAL);
        assertThat(internal.message()).isEqualTo("internal error");
        assertThat(internal).hasRootCauseMessage("password=secret");
    }

    @Test
    void interruptsAndCancellationsAreCancelled() {
        assertThat(CallException.from(new InterruptedException()).code()).isEqualTo(Code.CANCELLED);
        assertThat(CallException.from(new CancellationException()).code()).isEqualTo(Code.CANCELLED);
    }

    @Test
    void reasonOfTheCallComesFirst() throws Exception {
        CallScope scope = Calls.call();
        CallException seen = Calls.in(scope, () -> {
            scope.cancel(cancelled("the client has left"));
            return CallException.from(new IOException("closed"));
        });
        assertThat(seen).hasMessage("the client has left");
    }

    @Test
    void interruptedKeepsTheFlagAndSaysWhatWasWaitedFor() {
        CallException error = CallException.interrupted(new InterruptedException(), "a permit");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(error.code()).isEqualTo(Code.CANCELLED);
        assertThat(error).hasMessage("interrupted while waiting for a permit");
    }

    @Test
    void withersKeepTheRest() {
        CallException error = new CallException(Code.UNAVAILABLE, "busy", new IOException("io"));
        error.metadata().add("x-a", "1");
        CallException more = error.withDetail(new ErrorDetail("google.rpc.RetryInfo", new byte[] {1}))
                .withRetryAdvice(RetryAdvice.after(Duration.ofSeconds(1)));
        assertThat(more.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(more.details()).containsExactly(new ErrorDetail("google.rpc.RetryInfo", new byte[] {1}));
        assertThat(more.retryAdvice()).isEqualTo(RetryAdvice.after(Duration.ofSeconds(1)));
        assertThat(more.metadata()).isEqualTo(error.metadata());
        assertThat(more).hasRootCauseMessage("io").hasToString("UNAVAILABLE: busy");
        assertThat(error.details()).isEmpty();
    }

    @Test
    void negativeDelayIsRefused() {
        assertThatThrownBy(() -> RetryAdvice.after(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-0.001");
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void codesHaveNumbersAndWordsBothWays(Code code) {
        assertThat(Code.ofNumber(code.number())).contains(code);
        assertThat(Code.ofConnectName(code.connectName())).contains(code);
        assertThat(code.number()).isBetween(1, 16);
    }

    @Test
    void unknownNumbersAndWordsHaveNoCode() {
        assertThat(Code.ofNumber(0)).isEmpty();
        assertThat(Code.ofNumber(17)).isEmpty();
        assertThat(Code.ofNumber(-1)).isEmpty();
        assertThat(Code.ofConnectName("cancelled")).isEmpty();
        assertThat(Code.CANCELLED.connectName()).isEqualTo("canceled");
        assertThat(Outcome.OK.code()).isEmpty();
        assertThat(Outcome.failed(cancelled("x")).code()).contains(Code.CANCELLED);
    }
}
