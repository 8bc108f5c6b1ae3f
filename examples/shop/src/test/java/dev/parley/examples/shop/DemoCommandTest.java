package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoCommandTest {

    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    private int run(String... args) {
        return new CommandLine(new DemoCommand())
                .setErr(new PrintWriter(err))
                .setOut(new PrintWriter(out))
                .execute(args);
    }

    @Test
    void aPortInUseIsNamedInOneLineWithTheWayOut() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = Math.min(taken.getLocalPort(), 65_526);
            assertThat(run("--base-port", Integer.toString(port))).isEqualTo(1);
            assertThat(err.toString().lines())
                    .singleElement()
                    .asString()
                    .contains("port " + taken.getLocalPort(), "--base-port");
        }
    }

    @Test
    void aBasePortWithoutRoomForTenIsRefused() {
        assertThat(run("--base-port", "65535")).isEqualTo(2);
        assertThat(err.toString()).contains("--base-port", "65535", "65526");
    }

    @Test
    void aBrokerThatIsNoneIsRefusedAndItsPasswordNotTold() {
        assertThat(run("--broker", "carrier-pigeon:home")).isNotZero();
        assertThat(err.toString()).contains("carrier-pigeon");
        assertThat(run("--broker", "amqp://joe:geheim@")).isNotZero();
        assertThat(err.toString()).contains("names no server").doesNotContain("geheim");
    }

    @Test
    void processesCannotShareABrokerThatIsInOneOfThem() {
        assertThat(run("--processes", "--broker", "memory:here")).isEqualTo(2);
        assertThat(err.toString()).contains("--broker", "memory:here", "parley://");
    }

    @Test
    void helpTeaches() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("--scenario", "7001", "sku-slow");
        assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    /** Through the command, in a process of its own, which ends by itself. */
    @Test
    @Tag("long") // all steps, those with processes, too
    @Timeout(1200)
    void theScenarioIsOkOverABrokerInAFolder(@TempDir Path folder) throws Exception {
        Path broker = folder.resolve("broker");
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "demo",
                        "--scenario",
                        "--broker",
                        "sqlite:" + broker)
                .redirectErrorStream(true)
                .start();
        try {
            String said = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(demo.waitFor()).as(said).isZero();
            assertThat(said.lines()).as(said).noneMatch(line -> line.startsWith("FAILED"));
            assertThat(said).containsPattern("(?m)^([1-9]\\d+) of \\1 steps ok, ");
            assertThat(broker.resolve("store.db")).as("that broker was used").isNotEmptyFile();
        } finally {
            demo.destroyForcibly();
        }
    }
}
