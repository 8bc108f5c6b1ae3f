package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.chain.Chain;
import dev.parley.chain.DefaultChains;
import dev.parley.chain.ServerPolicies;
import dev.parley.chain.ServerResilience;
import dev.parley.examples.shop.recommendation.v1.GetSuggestionsRequest;
import dev.parley.examples.shop.recommendation.v1.GetSuggestionsResponse;
import dev.parley.examples.shop.recommendation.v1.RecommendationService;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.RpcServer;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Three times as many calls as a service can do, from callers who do not wait for each other's answers and have no use
 * for one that comes late.
 */
final class Overload {

    private static final int WORKERS = 4;
    private static final Duration WORK = Duration.ofMillis(40);
    private static final int CAPACITY = (int) (WORKERS * 1_000 / WORK.toMillis());
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration WARM_UP = Duration.ofMillis(500);
    private static final Duration MEASURED = Duration.ofSeconds(2);

    private Overload() {}

    static String play(Stage stage) throws InterruptedException {
        int without = goodput(stage, Chain.empty());
        int with = goodput(
                stage,
                DefaultChains.server(new ServerResilience("suggestions", ServerPolicies.defaults()), Telemetry.off()));
        Expect.that(
                with > CAPACITY / 2 && with > without,
                "more than half of " + CAPACITY + " a second are answered in time, and more than the " + without
                        + " without shedding, but it is " + with);
        return "of " + 3 * CAPACITY + " calls a second, with room for " + CAPACITY + ", " + with
                + " are answered in time; without shedding " + without;
    }

    /** Calls a second that are answered in time. */
    private static int goodput(Stage stage, Chain chain) throws InterruptedException {
        Semaphore workers = new Semaphore(WORKERS, true);
        RecommendationService works = new RecommendationService() {
            @Override
            public GetSuggestionsResponse getSuggestions(GetSuggestionsRequest request) {
                workers.acquireUninterruptibly(); // a pool whose waiters cannot leave, like that of many a database
                try {
                    LockSupport.parkNanos(WORK.toNanos());
                    return GetSuggestionsResponse.getDefaultInstance();
                } finally {
                    workers.release();
                }
            }
        };
        AtomicInteger good = new AtomicInteger();
        try (RpcServer server = RpcServer.builder()
                .chain(chain)
                .service(RecommendationService.DEFINITION, works)
                .start()) {
            RecommendationService client = RecommendationService.client(
                            stage.plain("http://127.0.0.1:" + server.port()))
                    .with(CallOptions.defaults().withTimeout(PATIENCE));
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                long start = System.nanoTime();
                long interval = TimeUnit.SECONDS.toNanos(1) / (3L * CAPACITY);
                long end = WARM_UP.plus(MEASURED).toNanos();
                for (long at = 0; at < end; at += interval) {
                    LockSupport.parkNanos(start + at - System.nanoTime());
                    boolean counts = at > WARM_UP.toNanos();
                    threads.execute(() -> call(client, counts ? good : new AtomicInteger()));
                }
            }
            server.shutdown(Duration.ZERO);
        }
        return (int) (good.get() * 1_000L / MEASURED.toMillis());
    }

    private static void call(RecommendationService client, AtomicInteger good) {
        try {
            client.getSuggestions(
                    GetSuggestionsRequest.newBuilder().setUserId("u-1").build());
            good.incrementAndGet();
        } catch (CallException late) {
            // refused or too late: of no use to whoever waits
        }
    }
}
