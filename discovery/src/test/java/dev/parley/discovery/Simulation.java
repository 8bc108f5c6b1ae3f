package dev.parley.discovery;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.Timer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * Servers with a few workers and a queue each, one client that calls them through a {@link Cluster} at random times, and a clock that
 * jumps from event to event. What is real is the cluster; what is played are time, the network and the servers. The same seed gives
 * the same run.
 */
final class Simulation implements Timer {

    static final double MILLIS = 1e6;
    static final double SECONDS = 1e9;
    private static final Method METHOD =
            new Method("stock", "Check", Method.Kind.UNARY, Method.Idempotency.NO_SIDE_EFFECTS);
    private static final int ATTEMPTS = 3;

    private final Queue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private final Random random;
    private final Map<String, Server> servers = new HashMap<>();
    private final List<Answered> answered = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private long now = 1;
    private long numbers;

    private record Event(long at, long number, Runnable work) {}

    /** A call has ended: when, how long it took with its retries, and whether it failed. */
    record Answered(double second, double millis, boolean failed) {}

    /** An attempt was made: when, where, and whether it failed. */
    record Sent(double second, int server, boolean failed) {}

    Simulation(long seed) {
        this.random = new Random(seed);
    }

    // ---- the clock

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        Event event = new Event(now + Math.max(0, delayNanos), numbers++, task);
        events.add(event);
        return () -> events.remove(event);
    }

    double second() {
        return now / SECONDS;
    }

    /** Chance for balancers, which is the run's own. */
    Random random() {
        return random;
    }

    // ---- servers

    /** A server with four workers, quick or slow, well or ill, as the functions of time say. */
    final class Server {
        private static final int WORKERS = 4;
        final int number;
        DoubleUnaryOperator meanMillis = second -> 10;
        DoubleUnaryOperator failing = second -> 0;
        private final Deque<Runnable> queue = new ArrayDeque<>();
        private int busy;

        Server(int number) {
            this.number = number;
        }

        void serve(CallScope call, Picked picked, long begun, int attempt) {
            if (random.nextDouble() < failing.applyAsDouble(second())) {
                schedule((long) (0.2 * MILLIS), () -> ended(call, picked, begun, attempt, true));
                return;
            }
            queue.add(() -> {
                // Half of the time is fixed, half is exponential: a tail, but no wild one.
                double mean = meanMillis.applyAsDouble(second()) * MILLIS;
                double time = mean / 2 - mean / 2 * Math.log(1 - random.nextDouble());
                schedule((long) time, () -> {
                    busy--;
                    next();
                    ended(call, picked, begun, attempt, false);
                });
            });
            next();
        }

        private void next() {
            while (busy < WORKERS && !queue.isEmpty()) {
                busy++;
                queue.remove().run();
            }
        }

        private void ended(CallScope call, Picked picked, long begun, int attempt, boolean failed) {
            sent.add(new Sent(second(), number, failed));
            picked.end(failed ? Outcome.failed(down()) : Outcome.OK);
            if (failed && attempt < ATTEMPTS) {
                attempt(call, begun, attempt + 1);
                return;
            }
            answered.add(new Answered(second(), (now - begun) / MILLIS, failed));
            call.end(Outcome.OK);
        }
    }

    private static CallException down() {
        return new CallException(
                Code.UNAVAILABLE,
                "down",
                null,
                List.of(),
                new Metadata(),
                CallException.Origin.REMOTE,
                RetryAdvice.UNSTATED);
    }

    Server server(ServiceInstance instance) {
        return servers.computeIfAbsent(instance.authority(), each -> new Server(servers.size()));
    }

    // ---- the client

    private Cluster cluster() {
        return java.util.Objects.requireNonNull(cluster);
    }

    private @org.jspecify.annotations.Nullable Cluster cluster;

    /** Calls {@code target} at random times, {@code perSecond} of them, for so long. */
    Simulation run(Cluster target, double perSecond, double seconds) {
        cluster = target;
        arrive(perSecond, now + (long) (seconds * SECONDS));
        for (Event next = events.poll(); next != null && next.at <= seconds * SECONDS; next = events.poll()) {
            now = next.at;
            next.work.run();
        }
        return this;
    }

    private void arrive(double perSecond, long until) {
        long gap = (long) (-Math.log(1 - random.nextDouble()) / perSecond * SECONDS);
        if (now + gap > until) {
            return;
        }
        schedule(gap, () -> {
            attempt(CallScope.builder(METHOD).build(), now, 1);
            arrive(perSecond, until);
        });
    }

    private void attempt(CallScope call, long begun, int number) {
        Call attempt = number == 1 ? call : CallScope.child(call);
        Picked picked = cluster().tryPick(attempt);
        server(picked.endpoint().instance()).serve(call, picked, begun, number);
    }

    // ---- what came of it

    List<Answered> answered() {
        return answered;
    }

    List<Sent> sent() {
        return sent;
    }

    /** The latency that this share of the calls from {@code second} on did not exceed, in milliseconds. */
    double percentile(double share, double fromSecond) {
        double[] sorted = answered.stream()
                .filter(each -> each.second >= fromSecond)
                .mapToDouble(Answered::millis)
                .sorted()
                .toArray();
        return sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))];
    }

    /** The share of the attempts between two times that went to {@code server}. */
    double share(int server, double fromSecond, double toSecond) {
        double all = 0;
        double there = 0;
        for (Sent each : sent) {
            if (each.second >= fromSecond && each.second < toSecond) {
                all++;
                there += each.server == server ? 1 : 0;
            }
        }
        return all == 0 ? 0 : there / all;
    }

    long failedCalls() {
        return answered.stream().filter(Answered::failed).count();
    }

    long failedAttempts() {
        return sent.stream().filter(Sent::failed).count();
    }
}
