package dev.parley.http;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;

/** Servers, calls and waiting, as the tests of this package need them. */
final class Talk {

    static final HttpLimits LIMITS = HttpLimits.defaults();

    private Talk() {}

    static HttpServer serve(Handler<HttpRequest, HttpResponse> handler) {
        return HttpServer.builder().handler(handler).start();
    }

    static HttpServer serve(HttpLimits limits, Handler<HttpRequest, HttpResponse> handler) {
        return HttpServer.builder().limits(limits).handler(handler).start();
    }

    static String at(HttpServer server) {
        return "127.0.0.1:" + server.port();
    }

    static CallScope call() {
        return CallScope.builder(Method.unary("test", "Call")).build();
    }

    static CallScope call(Duration deadline) {
        return CallScope.builder(Method.unary("test", "Call"))
                .deadline(Deadline.after(deadline))
                .build();
    }

    static HttpRequest get(String authority, String target) {
        return HttpRequest.of("GET", authority, target);
    }

    static HttpRequest post(String authority, String target, Body body) {
        return HttpRequest.of("POST", authority, target).withBody(body);
    }

    static HttpResponse send(HttpClient client, HttpVersion version, HttpRequest request) throws Exception {
        return client.over(version).handle(call(), request);
    }

    static String text(HttpResponse response) {
        return new String(response.body().readAll(), StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static HttpLimits limits(UnaryOperator<HttpLimits> change) {
        return change.apply(LIMITS);
    }

    /** With other limits for heads and windows, for which the record has no short form. */
    static HttpLimits small(int headerBytes, int targetBytes, int window) {
        return new HttpLimits(
                headerBytes,
                targetBytes,
                LIMITS.maxBodyBytes(),
                LIMITS.maxConcurrentStreams(),
                LIMITS.maxConnections(),
                window,
                LIMITS.idleTimeout(),
                LIMITS.headTimeout(),
                LIMITS.maxConnectionAge());
    }

    static <T> FutureTask<T> start(Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(body);
        Thread.ofVirtual().start(task);
        return task;
    }

    static <T> T result(FutureTask<T> task) throws Exception {
        try {
            return task.get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("what the test waits for did not come in 20 seconds");
        }
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("did not come in 20 seconds: " + what);
            }
            Thread.sleep(1);
        }
    }

    /** Waits until interrupted; what a handler does that a cancellation must reach. */
    static HttpResponse forever(CountDownLatch interrupted) {
        try {
            new CountDownLatch(1).await();
            throw new AssertionError("nobody counts this down");
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw new CallException(Code.CANCELLED, "interrupted");
        }
    }

    static CallException failure(Callable<?> call) {
        return Assertions.catchThrowableOfType(CallException.class, call::call);
    }

    /** The answer to a request that shows it: method, target, and the body's length. */
    static HttpResponse echo(HttpRequest request) {
        return new HttpResponse(
                200,
                new Metadata(),
                Body.stream(request.body().limit(Long.MAX_VALUE).chunks()));
    }

    /** Waits until {@code counter} has not moved for so many looks in a row: whoever moves it has stopped. */
    static long awaitStall(java.util.function.LongSupplier counter) throws InterruptedException {
        long last = -1;
        for (int same = 0; same < 100; ) {
            long now = counter.getAsLong();
            same = now == last && now > 0 ? same + 1 : 0;
            last = now;
            Thread.sleep(3);
        }
        return last;
    }
}
