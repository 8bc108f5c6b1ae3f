package dev.parley.rpc;

import dev.parley.Handler;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** When requests last came in, health checks aside: a registry's go on for as long as the server answers. Thread-safe. */
final class Arrivals {

    private static final Duration STEP = Duration.ofMillis(10);
    private static final String GRPC_HEALTH = "/grpc.health.v1.";

    private final AtomicLong last = new AtomicLong(System.nanoTime());

    Handler<HttpRequest, HttpResponse> countedBefore(Handler<HttpRequest, HttpResponse> next) {
        return (call, request) -> {
            if (!isHealthCheck(request.path())) {
                last.set(System.nanoTime());
            }
            return next.handle(call, request);
        };
    }

    private static boolean isHealthCheck(String path) {
        return path.equals("/readyz") || path.equals("/healthz") || path.startsWith(GRPC_HEALTH);
    }

    /** Waits until nothing has come for {@code quiet}, from now at the earliest, but no longer than {@code most}. */
    void awaitQuiet(Duration quiet, Duration most) throws InterruptedException {
        long start = System.nanoTime();
        long now = start;
        while (now - start < most.toNanos()) {
            long since = Math.max(last.get() - start, 0) + start;
            if (now - since >= quiet.toNanos()) {
                return;
            }
            Thread.sleep(STEP);
            now = System.nanoTime();
        }
    }
}
