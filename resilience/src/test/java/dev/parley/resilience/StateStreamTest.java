package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Pipe;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream is a call until it has ended, whatever the handler has returned before. */
@Timeout(30)
class StateStreamTest {

    private final FakeTimer timer = new FakeTimer();
    private final Pipe<String> pipe = Messages.pipe(4);
    private final CallScope call = Talk.call(Method.Kind.SERVER_STREAMING, Deadline.NONE);

    private Messages<String> open(Interceptor policy) throws Exception {
        return Talk.within(call, () -> policy.intercept(call, "q", (c, q) -> pipe.messages()));
    }

    @Test
    void aBreakerCountsAStreamWhenItEnds() throws Exception {
        CircuitBreaker breaker = new CircuitBreaker("streams", CircuitBreakerPolicy.defaults(), timer);
        Messages<String> stream = open(breaker);
        assertThat(breaker.snapshot().calls()).isZero();
        pipe.complete();
        assertThat(stream.receive()).isNull();
        assertThat(breaker.snapshot().calls()).isEqualTo(1);
        assertThat(breaker.snapshot().failures()).isZero();
    }

    @Test
    void aBreakerCountsAStreamThatFails() throws Exception {
        CircuitBreaker breaker = new CircuitBreaker("streams", CircuitBreakerPolicy.defaults(), timer);
        Messages<String> stream = open(breaker);
        pipe.send("first");
        assertThat(stream.receive()).isEqualTo("first");
        pipe.fail(Talk.unavailable("gone"));
        assertThatThrownBy(stream::receive).hasMessage("gone");
        assertThat(breaker.snapshot().failures()).isEqualTo(1);
    }

    @Test
    void aBreakerDoesNotCountAStreamThatItsReaderLeaves() throws Exception {
        CircuitBreaker breaker = new CircuitBreaker("streams", CircuitBreakerPolicy.defaults(), timer);
        open(breaker).close();
        assertThat(breaker.snapshot().calls()).isZero();
    }

    @Test
    void aBulkheadHoldsItsSlotUntilTheStreamEnds() throws Exception {
        Bulkhead bulkhead = new Bulkhead("streams", BulkheadPolicy.defaults(), timer);
        Messages<String> stream = open(bulkhead);
        assertThat(bulkhead.snapshot().running()).isEqualTo(1);
        stream.close();
        stream.close();
        assertThat(bulkhead.snapshot().running()).isZero();
    }

    @Test
    void aShedderLeavesStreamsAloneUnlessAsked() throws Exception {
        LoadShedder shedder = new LoadShedder("streams", LoadShedderPolicy.defaults(), timer);
        open(shedder).close();
        LoadShedder counting =
                new LoadShedder("streams", LoadShedderPolicy.defaults().withStreams(true), timer);
        CallScope another = Talk.call(Method.Kind.SERVER_STREAMING, Deadline.NONE);
        Messages<String> stream =
                Talk.within(another, () -> counting.intercept(another, "q", (c, q) -> Messages.of("a")));
        assertThat(counting.snapshot().running()).isEqualTo(1);
        stream.close();
        assertThat(counting.snapshot().running()).isZero();
        assertThat(shedder.snapshot().baselines()).isEmpty();
        assertThat(counting.snapshot().baselines()).isEmpty();
    }

    @Test
    void aTimeoutLeavesStreamsAloneUnlessAsked() throws Exception {
        Interceptor timeout = new dev.parley.resilience.Timeout("streams", TimeoutPolicy.defaults(), timer);
        Messages<String> stream = open(timeout);
        assertThat(timer.waiting()).isZero();
        stream.close();
    }

    @Test
    void aTimeoutForStreamsEndsTheReaderWithItsReason() throws Exception {
        Interceptor timeout =
                new dev.parley.resilience.Timeout("streams", new TimeoutPolicy(Duration.ofSeconds(2), true), timer);
        Messages<String> stream = open(timeout);
        pipe.send("first");
        assertThat(stream.receive()).isEqualTo("first");
        Talk.Running<String> reader = Talk.start(stream::receive);
        timer.advance(Duration.ofSeconds(2));
        CallException error = reader.failure();
        assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(error.message()).contains("PT2S", "streams");
        assertThatThrownBy(() -> pipe.send("nobody reads")).isInstanceOf(CallException.class);
        assertThatThrownBy(stream::receive).hasMessage(error.message());
    }

    @Test
    void aTimeoutForStreamsLeavesNothingBehindOneThatEndsInTime() throws Exception {
        Interceptor timeout =
                new dev.parley.resilience.Timeout("streams", new TimeoutPolicy(Duration.ofSeconds(2), true), timer);
        Messages<String> stream = open(timeout);
        pipe.send("only");
        pipe.complete();
        assertThat(stream.toList(2)).containsExactly("only");
        assertThat(timer.waiting()).isZero();
    }
}
