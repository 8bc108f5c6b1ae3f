package dev.parley.examples.shop.scenario;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Outcome;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Stands in front of every method of every service and remembers how the last calls ended. */
final class Witness implements Interceptor {

    private static final int MOST_OF_A_METHOD = 100;
    private static final int PATIENCE_SECONDS = 20;

    private final Map<String, BlockingQueue<Seen>> ended = new ConcurrentHashMap<>();

    /**
     * A call that has ended.
     *
     * @param remaining what it had left of its deadline when it came in
     * @param inside how long its handler ran
     */
    record Seen(Duration remaining, Duration inside, Outcome outcome) {}

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        Duration remaining = call.deadline().remaining();
        long start = System.nanoTime();
        try {
            return next.handle(call, request);
        } finally {
            Duration inside = Duration.ofNanos(System.nanoTime() - start);
            call.onEnd(outcome -> of(call.method().name()).offer(new Seen(remaining, inside, outcome)));
        }
    }

    /** Forgets all it has seen. */
    void forget() {
        ended.clear();
    }

    /** The first call of this method that has ended since {@link #forget}, waiting for it. */
    Seen first(String method) throws InterruptedException {
        Seen seen = of(method).poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (seen == null) {
            throw new AssertionError("no call of " + method + " has ended in " + PATIENCE_SECONDS + " s");
        }
        return seen;
    }

    private BlockingQueue<Seen> of(String method) {
        return ended.computeIfAbsent(method, name -> new LinkedBlockingQueue<>(MOST_OF_A_METHOD));
    }
}
