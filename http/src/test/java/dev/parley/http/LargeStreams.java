package dev.parley.http;

import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The program that {@link MemoryTest} runs with little memory: a server and a client, and a stream each way whose reader
 * stops until its writer has provably stalled. Without the test libraries, which want memory of their own.
 */
final class LargeStreams {

    private LargeStreams() {}

    public static void main(String[] arguments) throws Exception {
        HttpVersion version = HttpVersion.valueOf(arguments[0]);
        long bytes = Long.parseLong(arguments[1]);
        AtomicLong down = new AtomicLong();
        CountDownLatch mayRead = new CountDownLatch(1);
        try (HttpServer server = HttpServer.builder()
                        .handler((call, request) -> {
                            if (request.path().equals("/down")) {
                                return new HttpResponse(200, new Metadata(), counted(down, bytes));
                            }
                            mayRead.await();
                            return HttpResponse.text(
                                    200, Long.toString(read(request.body().limit(Long.MAX_VALUE))));
                        })
                        .start();
                HttpClient client = HttpClient.create()) {
            String authority = "127.0.0.1:" + server.port();
            AtomicLong up = new AtomicLong();
            FutureTask<byte[]> upload = new FutureTask<>(() -> client.over(version)
                    .handle(call(), HttpRequest.of("POST", authority, "/up").withBody(counted(up, bytes)))
                    .body()
                    .readAll());
            Thread.ofVirtual().start(upload);
            awaitStall(up::get, bytes);
            mayRead.countDown();
            System.out.println("up: " + new String(upload.get(), java.nio.charset.StandardCharsets.US_ASCII));

            HttpResponse response = client.over(version).handle(call(), HttpRequest.of("GET", authority, "/down"));
            awaitStall(down::get, bytes);
            System.out.println("down: " + read(response.body()));
        }
    }

    private static CallScope call() {
        return CallScope.builder(Method.unary("memory", "Stream")).build();
    }

    private static Body counted(AtomicLong sent, long total) {
        return Body.stream(Messages.produce(sink -> {
            while (sent.get() < total) {
                sink.send(new byte[64 << 10]);
                sent.addAndGet(64 << 10);
            }
        }));
    }

    private static long read(Body body) {
        AtomicLong received = new AtomicLong();
        body.chunks().drain(chunk -> received.addAndGet(chunk.length));
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
