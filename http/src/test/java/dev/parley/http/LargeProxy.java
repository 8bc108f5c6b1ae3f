package dev.parley.http;

import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The program that {@link ProxyBodiesTest} runs with little memory: a stream each way through a proxy, each byte checked,
 * each reader stopping until its writer has provably stalled. Without the test libraries, which want memory of their own.
 */
final class LargeProxy {

    private static final int BLOCK = 64 << 10;

    private LargeProxy() {}

    public static void main(String[] arguments) throws Exception {
        HttpVersion down = HttpVersion.valueOf(arguments[0]);
        HttpVersion up = HttpVersion.valueOf(arguments[1]);
        long bytes = Long.parseLong(arguments[2]);
        AtomicLong downward = new AtomicLong();
        CountDownLatch mayRead = new CountDownLatch(1);
        try (HttpServer upstream = HttpServer.builder()
                        .handler((call, request) -> {
                            if (request.path().equals("/down")) {
                                return new HttpResponse(200, new Metadata(), pattern(downward, bytes));
                            }
                            mayRead.await();
                            return HttpResponse.text(
                                    200, Long.toString(read(request.body().limit(Long.MAX_VALUE))));
                        })
                        .start();
                HttpServer proxy = HttpServer.builder()
                        .filters(List.of(Proxy.to(new Upstream("127.0.0.1:" + upstream.port(), up))))
                        .start();
                HttpClient client = HttpClient.create()) {
            String authority = "127.0.0.1:" + proxy.port();
            AtomicLong upward = new AtomicLong();
            FutureTask<byte[]> upload = new FutureTask<>(() -> client.over(down)
                    .handle(call(), HttpRequest.of("POST", authority, "/up").withBody(pattern(upward, bytes)))
                    .body()
                    .readAll());
            Thread.ofVirtual().start(upload);
            awaitStall(upward::get, bytes);
            mayRead.countDown();
            System.out.println("up: " + new String(upload.get(), java.nio.charset.StandardCharsets.US_ASCII));

            HttpResponse response = client.over(down).handle(call(), HttpRequest.of("GET", authority, "/down"));
            awaitStall(downward::get, bytes);
            System.out.println("down: " + read(response.body()));
        }
    }

    private static CallScope call() {
        return CallScope.builder(Method.unary("memory", "Stream")).build();
    }

    private static byte at(long position) {
        return (byte) (position * 31 ^ position >>> 13);
    }

    private static Body pattern(AtomicLong sent, long total) {
        return Body.stream(Messages.produce(sink -> {
            while (sent.get() < total) {
                byte[] block = new byte[BLOCK];
                long from = sent.get();
                for (int i = 0; i < BLOCK; i++) {
                    block[i] = at(from + i);
                }
                sink.send(block);
                sent.addAndGet(BLOCK);
            }
        }));
    }

    /** How many bytes come, all of them as they were sent. */
    private static long read(Body body) {
        AtomicLong received = new AtomicLong();
        body.chunks().drain(chunk -> {
            long from = received.get();
            for (int i = 0; i < chunk.length; i++) {
                if (chunk[i] != at(from + i)) {
                    throw new IllegalStateException("another byte at " + (from + i));
                }
            }
            received.addAndGet(chunk.length);
        });
        return received.get();
    }

    /** Until the counter has not moved for a hundred looks in a row. */
    private static void awaitStall(LongSupplier counter, long total) throws InterruptedException {
        long last = -1;
        for (int same = 0; same < 100; ) {
            long now = counter.getAsLong();
            same = now == last && now > 0 ? same + 1 : 0;
            last = now;
            Thread.sleep(5);
        }
        if (last >= total) {
            throw new IllegalStateException("the writer did not stall");
        }
    }
}
