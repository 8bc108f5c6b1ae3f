package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.rpc.RpcProtocol;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A gigabyte of messages each way through 64 MiB of heap and as much direct memory, in a process of its own. */
@Tag("long")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MemoryTest {

    private static final long MESSAGES = (1L << 30) / (64 << 10);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST") // which does not stream
    void aGigabyteEachWayInSixtyFourMegabytes(RpcProtocol protocol) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=64m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dio.netty.maxDirectMemory=" + (64 << 20),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LargeStreams.class.getName(),
                        protocol.name(),
                        Long.toString(MESSAGES)))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(output).contains("up: " + MESSAGES).contains("down: " + MESSAGES);
        assertThat(process.exitValue()).isZero();
    }
}
