package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Messages;
import dev.parley.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever does not read stops whoever writes, and nobody else. */
class BackPressureTest {

    private static final long TOTAL = 40 << 20;

    private final HttpClient client = HttpClient.create(ClientLimits.defaults().withConnections(256, 1, 1000));
    private HttpServer server = Talk.serve((call, request) -> Talk.echo(request));

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private void serve(dev.parley.Handler<HttpRequest, HttpResponse> handler) {
        server.close();
        server = Talk.serve(handler);
    }

    /** HTTP/2 counts; HTTP/1.1 has the kernel's buffers at both ends between writer and reader as well. */
    private static long bound(HttpVersion version) {
        return version == HttpVersion.HTTP_2 ? 600 << 10 : 16 << 20;
    }

    private static Body counted(AtomicLong sent, long total) {
        return Body.stream(Messages.produce(sink -> {
            while (sent.get() < total) {
                sink.send(new byte[16 << 10]);
                sent.addAndGet(16 << 10);
            }
        }));
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatDoesNotReadStopsTheClient(HttpVersion version) throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        serve((call, request) -> {
            Talk.await(read);
            AtomicLong received = new AtomicLong();
            request.body().limit(Long.MAX_VALUE).chunks().drain(chunk -> received.addAndGet(chunk.length));
            return HttpResponse.text(200, received.toString());
        });
        AtomicLong sent = new AtomicLong();
        FutureTask<String> call = Talk.start(() ->
                Talk.text(Talk.send(client, version, Talk.post(Talk.at(server), "/", counted(sent, TOTAL)))));
        assertThat(Talk.awaitStall(sent::get)).isLessThan(bound(version));
        read.countDown();
        assertThat(Talk.result(call)).isEqualTo(Long.toString(TOTAL));
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatDoesNotReadStopsTheServer(HttpVersion version) throws Exception {
        AtomicLong sent = new AtomicLong();
        serve((call, request) -> new HttpResponse(200, new Metadata(), counted(sent, TOTAL)));
        HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
        assertThat(Talk.awaitStall(sent::get)).isLessThan(bound(version));
        AtomicLong received = new AtomicLong();
        response.body().chunks().drain(chunk -> received.addAndGet(chunk.length));
        assertThat(received).hasValue(TOTAL);
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatStopsReadingStopsTheClientThroughTheEcho(HttpVersion version) throws Exception {
        AtomicLong sent = new AtomicLong();
        FutureTask<HttpResponse> call =
                Talk.start(() -> Talk.send(client, version, Talk.post(Talk.at(server), "/", counted(sent, TOTAL))));
        HttpResponse response = Talk.result(call);
        assertThat(Talk.awaitStall(sent::get)).isLessThan(2 * bound(version));
        AtomicLong received = new AtomicLong();
        response.body().chunks().drain(chunk -> received.addAndGet(chunk.length));
        assertThat(received).hasValue(TOTAL);
    }

    @Test
    void aConnectionThatWasStoppedServesTheNextCall() throws Exception {
        serve((call, request) -> HttpResponse.of(200, "x/y", new byte[3 << 20]));
        for (int i = 0; i < 20; i++) {
            HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/"));
            assertThat(response.body().readAll()).hasSize(3 << 20);
        }
        assertThat(client.openConnections()).isOne();
    }

    @Test
    void streamsThatNobodyReadsDoNotStopTheOthersOnTheirConnection() throws Exception {
        AtomicLong sent = new AtomicLong();
        serve((call, request) -> request.path().equals("/stalled")
                ? new HttpResponse(200, new Metadata(), counted(new AtomicLong(), TOTAL))
                : request.path().equals("/upload")
                        ? Talk.echo(request)
                        : new HttpResponse(200, new Metadata(), counted(sent, TOTAL)));
        List<HttpResponse> stalled = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            stalled.add(Talk.send(client, HttpVersion.HTTP_2, Talk.get(Talk.at(server), "/stalled")));
        }
        HttpResponse read = Talk.send(client, HttpVersion.HTTP_2, Talk.get(Talk.at(server), "/read"));
        AtomicLong received = new AtomicLong();
        FutureTask<Object> reading = Talk.start(() -> {
            read.body().chunks().drain(chunk -> received.addAndGet(chunk.length));
            return received;
        });
        Talk.result(reading);
        assertThat(received).hasValue(TOTAL);
        assertThat(client.openConnections()).isOne();
        for (HttpResponse response : stalled) {
            response.body().close();
        }
    }

    @Test
    void manyStreamsThatEachHoldBackALittleDoNotEmptyTheConnection() throws Exception {
        int streams = 100;
        int rounds = 4;
        int size = 31_000; // under an eighth of a stream's window, which is what a reader need not report
        List<CountDownLatch> gates = new ArrayList<>();
        for (int i = 0; i <= rounds; i++) {
            gates.add(new CountDownLatch(streams));
        }
        serve((call, request) -> {
            long received = 0;
            int round = 0;
            for (byte[] chunk : request.body().limit(Long.MAX_VALUE).chunks()) {
                received += chunk.length;
                while (received >= (long) (round + 1) * size) {
                    gates.get(round++).countDown();
                }
            }
            return HttpResponse.text(200, Long.toString(received));
        });
        List<FutureTask<String>> calls = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            Body body = Body.stream(Messages.produce(sink -> {
                for (int round = 0; round < rounds; round++) {
                    sink.send(new byte[size]);
                    Talk.await(gates.get(round)); // goes on once all have been received
                }
            }));
            calls.add(Talk.start(
                    () -> Talk.text(Talk.send(client, HttpVersion.HTTP_2, Talk.post(Talk.at(server), "/", body)))));
        }
        for (FutureTask<String> call : calls) {
            assertThat(Talk.result(call)).isEqualTo(Integer.toString(rounds * size));
        }
        assertThat(client.openConnections()).isOne();
    }
}
