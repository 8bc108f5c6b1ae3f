package dev.parley.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.parley.CallScope;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.MessageEvent;
import dev.parley.Method;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Off means off. */
class OffTest {

    private static final int WARM = 50_000;
    private static final int CALLS = 100_000;

    private final Telemetry off = Telemetry.of(OpenTelemetry.noop());
    private final CallScope call =
            CallScope.builder(Method.unary("shop.v1.Shop", "Buy")).build();
    private final Handler<String, String> handler = (current, request) -> request;

    private Interceptor interceptor(String name) {
        return switch (name) {
            case "server" -> off.server();
            case "client" -> off.client();
            case "attempt" -> off.attempt();
            case "httpServer" -> off.httpServer();
            default -> off.httpClient();
        };
    }

    @Test
    void noOpenTelemetryIsNoTelemetry() {
        assertThat(off).isSameAs(Telemetry.off());
        assertThat(off.isOff()).isTrue();
        try (Recorded recorded = new Recorded()) {
            assertThat(Telemetry.of(recorded.sdk).isOff()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "client", "attempt", "httpServer", "httpClient"})
    void thereIsNothingInFrontOfTheHandler(String name) {
        assertThat(interceptor(name).before(handler)).isSameAs(handler);
        assertThat(Interceptor.chain(List.of(interceptor(name)), handler)).isSameAs(handler);
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "client", "attempt", "httpServer", "httpClient"})
    void anInterceptorAllocatesNothing(String name) throws Exception {
        Interceptor interceptor = interceptor(name);
        assertThat(allocated(() -> interceptor.intercept(call, "request", handler)))
                .isZero();
    }

    @Test
    void aMessageThatNobodyHearsOfAllocatesNothing() throws Exception {
        Object message = new Object();
        CallScope attempt = CallScope.child(call);
        assertThat(allocated(() -> attempt.message(MessageEvent.Direction.SENT, message, 10, 7)))
                .isZero();
        assertThat(allocated(() -> call.request(message, 10, 7))).isZero();
    }

    @Test
    void theMeasureIsOneThatCanFail() throws Exception {
        AtomicReference<MessageEvent> last = new AtomicReference<>(); // kept, or the compiler leaves it out
        call.onMessage(last::set);
        assertThat(allocated(() -> call.message(MessageEvent.Direction.SENT, "message", 10, 7)))
                .isPositive();
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Bytes a call, of many warm ones. The smallest of several rounds: the compiler may be at work in one. */
    private static long allocated(Work work) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        repeat(work, WARM);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long self = Thread.currentThread().threadId();
            long before = threads.getThreadAllocatedBytes(self);
            long between = threads.getThreadAllocatedBytes(self);
            repeat(work, CALLS);
            long after = threads.getThreadAllocatedBytes(self);
            least = Math.min(least, after - between - (between - before));
        }
        return least;
    }

    private static void repeat(Work work, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }
}
