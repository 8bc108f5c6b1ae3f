package dev.parley.examples.shop.scenario;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Once arranged, calls of some methods wait for each other: only if all are inside at the same time does one go on. */
final class Rendezvous implements Interceptor {

    private static final int PATIENCE_SECONDS = 2;

    private volatile @Nullable Meeting arranged;

    private record Meeting(Set<String> methods, CyclicBarrier barrier) {}

    /** Makes the next call of each method wait for the others; {@code whenAllAreIn} runs when they have met. */
    void arrange(Set<String> methods, Runnable whenAllAreIn) {
        arranged = new Meeting(methods, new CyclicBarrier(methods.size(), whenAllAreIn));
    }

    /** No more waiting. */
    void cancel() {
        arranged = null;
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        Meeting meeting = arranged;
        if (meeting != null && meeting.methods().contains(call.method().name())) {
            meeting.barrier().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        return next.handle(call, request);
    }
}
