package dev.parley.tck.outside;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.tck.InterceptorSuite;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** An interceptor that counts what is open, as a metric does, from another package, as users have it; all must be closed behind each test. */
class FollowingTest extends InterceptorSuite {

    private final AtomicInteger open = new AtomicInteger();

    @Override
    protected Interceptor interceptor() {
        return new Interceptor() {
            @Override
            @SuppressWarnings("unchecked")
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                call.onEnd(outcome -> closed());
                open.incrementAndGet();
                Q followed = request instanceof Messages<?> messages ? (Q) follow(messages) : request;
                R response = next.handle(call, followed);
                return response instanceof Messages<?> messages ? (R) follow(messages) : response;
            }
        };
    }

    private Messages<?> follow(Messages<?> messages) {
        open.incrementAndGet();
        return messages.onClose(outcome -> closed());
    }

    private void closed() {
        synchronized (open) {
            open.decrementAndGet();
            open.notifyAll();
        }
    }

    @AfterEach
    void nothingStaysOpen() throws InterruptedException {
        synchronized (open) {
            while (open.get() != 0) {
                open.wait(); // bounded by the suite's time limit
            }
        }
    }
}
