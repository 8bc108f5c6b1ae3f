package dev.parley.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;

/**
 * Runs a coverage-guided fuzzer, Jazzer, over one target in a JVM of its own. A target is a class with {@code public
 * static void fuzzerTestOneInput(byte[] input)} that throws when something is wrong. The caller has Jazzer on its class
 * path, in test scope.
 *
 * <p>The kept corpus is {@code src/test/resources/fuzz/TARGET}, one input a file; it is run first, whole. What a run finds
 * of new ways through the code stays in {@code target/fuzz/TARGET} for the next one on this machine. An input that fails
 * is named in the failure: once the fault is mended it belongs into the kept corpus.
 */
public final class Fuzzer {

    /** Seconds for each target of the long run: {@code -Dparley.fuzz.seconds=600}; 60 if it is not set. */
    public static final String LONG_SECONDS = "parley.fuzz.seconds";

    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
    private static final int SHORT_SECONDS = 3;
    private static final int SHORT_RUNS = 30_000;
    private static final int INPUT_BYTES = 4096;

    private Fuzzer() {}

    /** The kept corpus and a few seconds of new inputs, always from the same seed. */
    public static void runShort(Class<?> target) {
        run(target, SHORT_SECONDS, 1);
    }

    /** The kept corpus and a long run from another seed each time. */
    public static void runLong(Class<?> target) {
        run(target, Integer.getInteger(LONG_SECONDS, 60), 0);
    }

    private static void run(Class<?> target, int seconds, int seed) {
        String name = target.getSimpleName();
        Path kept = Path.of("src/test/resources/fuzz", name);
        Path found = Path.of("target/fuzz", name);
        Path output = Path.of("target/fuzz", name + ".log");
        try {
            Assertions.assertThat(kept).as("the kept corpus").isNotEmptyDirectory();
            Files.createDirectories(found);
            Process process = new ProcessBuilder(command(target, seconds, seed, found, kept))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                boolean ended =
                        process.waitFor(Duration.ofSeconds(seconds + 180L).toMillis(), TimeUnit.MILLISECONDS);
                Assertions.assertThat(ended).as(() -> "hangs: " + tail(output)).isTrue();
            } finally {
                process.destroyForcibly();
            }
            Assertions.assertThat(process.exitValue())
                    .as(() -> "the fuzzer found something: " + tail(output))
                    .isZero();
            // Without coverage it would be blind, and pass for ever.
            Assertions.assertThat(Files.readString(output))
                    .contains("INITED cov:")
                    .contains("DONE");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static List<String> command(Class<?> target, int seconds, int seed, Path found, Path kept) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                JAZZER,
                "--target_class=" + target.getName(),
                "--instrumentation_includes=dev.parley.**:io.netty.handler.codec.**",
                // Its hooks look for injections into interpreters, of which there are none, and break Netty's Unsafe.
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer",
                "--custom_hook_includes=dev.parley.none.**",
                "-rss_limit_mb=0",
                "-timeout=90",
                "-max_len=" + INPUT_BYTES,
                "-max_total_time=" + seconds,
                "--reproducer_path=" + found.getParent(),
                "-artifact_prefix=" + found.getParent() + "/failed-"));
        if (seed != 0) {
            // Counted as well as timed: a faster machine must not get further than the one that a change was tried on.
            command.add("-seed=" + seed);
            command.add("-runs=" + SHORT_RUNS);
        }
        command.add(found.toString());
        command.add(kept.toString());
        return command;
    }

    private static String tail(Path output) {
        try {
            List<String> lines = Files.readAllLines(output, java.nio.charset.StandardCharsets.ISO_8859_1);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return "no output: " + e;
        }
    }
}
