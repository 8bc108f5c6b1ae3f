package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that are cancelled at any moment of their lives leave nothing behind. */
class CancelStormTest {

    private static final int AT_A_TIME = 60;

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftOfCancelledCalls(HttpVersion version) throws Exception {
        storm(version, 2_000);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void nothingIsLeftOfManyCancelledCalls(HttpVersion version) throws Exception {
        storm(version, 10_000);
    }

    private static HttpResponse handle(dev.parley.Call call, HttpRequest request) throws Exception {
        return switch (request.path()) {
            case "/echo" -> Talk.echo(request);
            case "/wait" -> Talk.forever(new CountDownLatch(1));
            case "/stream" ->
                new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
                    for (int i = 0; i < 100; i++) {
                        sink.send(new byte[10_000]);
                    }
                })));
            default -> HttpResponse.text(200, "ok");
        };
    }

    private static void storm(HttpVersion version, int calls) throws Exception {
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        java.util.Queue<Throwable> unexpected = new java.util.concurrent.ConcurrentLinkedQueue<>();
        Semaphore room = new Semaphore(AT_A_TIME);
        ClientLimits limits = ClientLimits.defaults().withConnections(64, 2, 1000);
        try (HttpServer server = Talk.serve(CancelStormTest::handle);
                HttpClient client = HttpClient.create(limits)) {
            for (int i = 0; i < calls; i++) {
                room.acquire();
                Thread.ofVirtual().start(() -> {
                    try {
                        oneCall(client, version, Talk.at(server));
                        answered.incrementAndGet();
                    } catch (CallException e) {
                        if (e.code() == Code.ABORTED) {
                            cancelled.incrementAndGet();
                        } else {
                            unexpected.add(e);
                        }
                    } catch (Throwable e) {
                        unexpected.add(e);
                    } finally {
                        room.release();
                    }
                });
            }
            room.acquire(AT_A_TIME);
            assertThat(unexpected).isEmpty();
            assertThat(answered.get() + cancelled.get()).isEqualTo(calls);
            assertThat(cancelled.get()).isGreaterThan(calls / 10);
            Talk.await("no exchange is left on the client", () -> client.running() == 0);
            Talk.await("no request is left on the server", () -> server.activeRequests() == 0);
            int most = version == HttpVersion.HTTP_2 ? 2 : 64;
            assertThat(client.openConnections()).isLessThanOrEqualTo(most);
            Talk.await("the server sees those closed", () -> server.openConnections() <= most);
            for (int i = 0; i < 100; i++) {
                assertThat(Talk.text(Talk.send(client, version, Talk.get(Talk.at(server), "/"))))
                        .isEqualTo("ok");
            }
        }
    }

    private static void oneCall(HttpClient client, HttpVersion version, String authority) throws Exception {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String path = new String[] {"/", "/echo", "/wait", "/stream"}[random.nextInt(4)];
        long nanos = random.nextInt(4) == 0 ? 0 : random.nextLong(3_000_000);
        CallScope call = Talk.call();
        Thread.ofVirtual().start(() -> {
            if (nanos > 0) {
                LockSupport.parkNanos(nanos);
            }
            call.cancel(new CallException(Code.ABORTED, "by the storm"));
        });
        Body body = path.equals("/echo")
                ? Body.stream(Messages.of(new byte[50_000], new byte[50_000], new byte[50_000]))
                : Body.empty();
        HttpResponse response = client.over(version).handle(call, Talk.post(authority, path, body));
        response.body().readAll();
    }
}
