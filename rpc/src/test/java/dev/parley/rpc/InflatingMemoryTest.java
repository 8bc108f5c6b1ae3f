package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.rpc.transcoding.Everything;
import dev.parley.rpc.transcoding.TranscodingService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A decompressor's window, which is not in Java's memory, is given back however a streamed request ends. */
class InflatingMemoryTest {

    private static final int REQUESTS = 400;
    private static final long WINDOW = 8 << 20;

    /** Reads everything, leaves behind the first message, or meets what is no JSON. */
    @ParameterizedTest
    @ValueSource(strings = {"read", "left", "malformed"})
    void isGivenBack(String how) throws Exception {
        byte[] body = zstd("{}\n{\"i32\":1}\n" + (how.equals("malformed") ? "{\"" : "") + "{}\n".repeat(20_000));
        Requests requests = new Requests(RpcHandler.builder()
                .service(TranscodingService.DEFINITION, new TranscodingService() {
                    @Override
                    public Everything collect(Messages<Everything> all) {
                        if (how.equals("left")) {
                            return Objects.requireNonNull(all.receive());
                        }
                        all.forEach(each -> {});
                        return Everything.getDefaultInstance();
                    }
                })
                .build());
        send(requests, body);
        long before = virtualBytes();
        for (int i = 0; i < REQUESTS; i++) {
            send(requests, body);
        }
        assertThat(virtualBytes() - before).isLessThan(REQUESTS * WINDOW / 2);
    }

    private static void send(Requests requests, byte[] body) throws Exception {
        requests.sendInPieces(
                "/v1/collect",
                Metadata.of("content-type", "application/x-ndjson", "content-encoding", "zstd"),
                body,
                20);
    }

    private static byte[] zstd(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStreamNoFinalizer out = new ZstdOutputStreamNoFinalizer(packed)) {
            out.setLong(23);
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }

    /** What the system has promised this process; a window that nobody has written to yet counts. */
    private static long virtualBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmSize:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("/proc/self/status has no VmSize");
    }
}
