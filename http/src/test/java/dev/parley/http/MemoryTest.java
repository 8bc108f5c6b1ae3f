package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams much larger than the memory, with readers that stop for a while; in a process of their own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MemoryTest {

    @TempDir
    Path folder;

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

    /** Four answers of ten megabytes that wait for their readers, and 24 MB outside the heap. */
    @ParameterizedTest
    @EnumSource
    void largeAnswersFromMemoryAreNotCopiedWhole(HttpVersion version) throws Exception {
        String output = run(24, LargeAnswers.class, version.name(), "4", "10000000");
        assertThat(output).contains("read: 40000000").contains("next: 10000000");
    }

    /** One in a thousand of them would be an ordinary busy server. */
    @Test
    @Tag("long")
    void aHundredThousandIdleStreams() throws Exception {
        String output = run(1024, IdleStreams.class, "1000");
        assertThat(output).contains("next: here").contains("streams: 100000").contains("all given up");
    }

    private void stream(HttpVersion version, int megabytes, long bytes) throws Exception {
        String output = run(megabytes, LargeStreams.class, version.name(), Long.toString(bytes));
        assertThat(output).contains("up: " + bytes).contains("down: " + bytes);
    }

    private String run(int megabytes, Class<?> program, String... arguments) throws Exception {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(
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
                program.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as(Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }
}
