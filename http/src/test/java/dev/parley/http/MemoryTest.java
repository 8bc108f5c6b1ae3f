package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams much larger than the memory, with readers that stop for a while; in a process of their own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MemoryTest {

    @ParameterizedTest
    @EnumSource
    void aStreamIsLargerThanTheMemory(HttpVersion version) throws Exception {
        stream(version, 24, 96L << 20);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void aGigabyteEachWayInSixtyFourMegabytes(HttpVersion version) throws Exception {
        stream(version, 64, 1L << 30);
    }

    private static void stream(HttpVersion version, int megabytes, long bytes) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + megabytes + "m",
                        "-XX:MaxDirectMemorySize=" + megabytes + "m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dio.netty.leakDetection.level=disabled",
                        "-Dio.netty.maxDirectMemory=" + ((long) megabytes << 20),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LargeStreams.class.getName(),
                        version.name(),
                        Long.toString(bytes)))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(output).contains("up: " + bytes).contains("down: " + bytes);
        assertThat(process.exitValue()).isZero();
    }
}
