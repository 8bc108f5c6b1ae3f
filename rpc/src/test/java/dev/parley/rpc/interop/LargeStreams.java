package dev.parley.rpc.interop;

import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.interop.v1.Answer;
import dev.parley.rpc.interop.v1.Ask;
import dev.parley.rpc.interop.v1.InteropService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Run in a small process by {@link MemoryTest}: a stream of messages each way whose reader starts only when its writer
 * has stalled. Arguments: protocol, messages of 64 KiB.
 */
final class LargeStreams {

    private static final String TEXT = "x".repeat(64 << 10);

    private LargeStreams() {}

    public static void main(String[] arguments) throws Exception {
        RpcProtocol protocol = RpcProtocol.valueOf(arguments[0]);
        long total = Long.parseLong(arguments[1]);
        AtomicLong up = new AtomicLong();
        AtomicLong down = new AtomicLong();
        CountDownLatch mayRead = new CountDownLatch(1);
        InteropService service = new HandlersAsService(
                unused(),
                (call, text) -> counted(down, total),
                (call, texts) -> {
                    mayRead.await();
                    return Long.toString(count(texts));
                },
                unused());
        try (RpcServer server = RpcServer.builder()
                        .service(InteropService.DEFINITION, service)
                        .compressAbove(Integer.MAX_VALUE)
                        .start();
                Channel channel = Channel.builder("http://127.0.0.1:" + server.port())
                        .protocol(protocol)
                        .http(HttpVersion.HTTP_2)
                        .build()) {
            InteropService.Client client = InteropService.client(channel);
            FutureTask<Answer> upload = new FutureTask<>(
                    () -> client.clientStream(counted(up, total).map(HandlersAsService::ask)));
            Thread.ofVirtual().start(upload);
            awaitStall(up, total);
            mayRead.countDown();
            System.out.println("up: " + upload.get().getText());
            try (Messages<Answer> answers = client.serverStream(Ask.getDefaultInstance())) {
                awaitStall(down, total);
                System.out.println("down: " + count(answers));
            }
        }
    }

    private static <Q, R> Handler<Q, R> unused() {
        return (call, request) -> {
            throw new AssertionError("not called");
        };
    }

    private static Messages<String> counted(AtomicLong sent, long total) {
        return Messages.produce(sink -> {
            while (sent.get() < total) {
                sink.send(TEXT);
                sent.incrementAndGet();
            }
        });
    }

    private static long count(Messages<?> messages) {
        AtomicLong received = new AtomicLong();
        messages.drain(message -> received.incrementAndGet());
        return received.get();
    }

    /** Until the counter has not moved for a hundred looks in a row. */
    private static void awaitStall(AtomicLong counter, long total) throws InterruptedException {
        long last = -1;
        for (int same = 0; same < 100; ) {
            long now = counter.get();
            same = now == last && now > 0 ? same + 1 : 0;
            last = now;
            Thread.sleep(5);
        }
        if (last >= total) {
            throw new IllegalStateException("the writer did not stall");
        }
    }
}
