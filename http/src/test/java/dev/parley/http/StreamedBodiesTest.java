package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Messages;
import dev.parley.Metadata;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Chunks of a stream may travel together; their bytes arrive whole, in order, and no later than their reader can read. */
@ExtendWith(LeakCheck.class)
class StreamedBodiesTest {

    private final HttpClient client = HttpClient.create();

    @AfterEach
    void close() {
        client.close();
    }

    /** Small ones, and ones around the size of a frame, in an order of their own. */
    private static List<byte[]> chunks(long seed) {
        Random random = new Random(seed);
        int[] large = {0, 1, 255, 256, 257, 16_383, 16_384, 16_385, 70_000};
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            byte[] chunk = new byte[i % 50 == 0 ? large[random.nextInt(large.length)] : random.nextInt(200)];
            random.nextBytes(chunk);
            chunks.add(chunk);
        }
        return chunks;
    }

    private static byte[] whole(List<byte[]> chunks) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        chunks.forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    private static Body stream(List<byte[]> chunks) {
        return Body.stream(Messages.produce(sink -> {
            for (byte[] chunk : chunks) {
                sink.send(chunk);
            }
        }));
    }

    @ParameterizedTest
    @EnumSource
    void chunksOfEverySizeArriveInOrder(HttpVersion version) throws Exception {
        List<byte[]> down = chunks(1);
        List<byte[]> up = chunks(2);
        byte[] expectedUp = whole(up);
        try (HttpServer server = Talk.serve((call, request) -> {
            if (request.method().equals("GET")) {
                return new HttpResponse(200, new Metadata(), stream(down));
            }
            boolean same = java.util.Arrays.equals(
                    expectedUp, request.body().limit(Long.MAX_VALUE).readAll());
            return HttpResponse.text(200, same ? "whole" : "not what was sent");
        })) {
            FutureTask<String> upload = Talk.start(
                    () -> Talk.text(Talk.send(client, version, Talk.post(Talk.at(server), "/", stream(up)))));
            byte[] received = Talk.send(client, version, Talk.get(Talk.at(server), "/"))
                    .body()
                    .limit(Long.MAX_VALUE)
                    .readAll();
            assertThat(received).isEqualTo(whole(down));
            assertThat(Talk.result(upload)).isEqualTo("whole");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChunkDoesNotWaitForTheNext(HttpVersion version) throws Exception {
        try (HttpServer server = Talk.serve((call, request) -> Talk.echo(request))) {
            dev.parley.Pipe<byte[]> requests = Messages.pipe(1);
            FutureTask<HttpResponse> answer = Talk.start(() ->
                    Talk.send(client, version, Talk.post(Talk.at(server), "/", Body.stream(requests.messages()))));
            requests.send(new byte[] {0});
            Messages<byte[]> responses = Talk.result(answer).body().chunks();
            assertThat(responses.receive()).containsExactly(0);
            for (byte i = 1; i < 100; i++) {
                requests.send(new byte[] {i});
                assertThat(responses.receive()).containsExactly(i);
            }
            requests.complete();
            assertThat(responses.receive()).isNull();
        }
    }
}
