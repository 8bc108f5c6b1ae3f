package dev.parley.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A small real program, started, killed and started again. */
class ServerProcessTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static String ask(ServerProcess server) throws IOException {
        return ask(server, 10_000);
    }

    private static String ask(ServerProcess server, int timeoutMillis) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), server.port())) {
            socket.setSoTimeout(timeoutMillis);
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    @Test
    void runsUntilItIsClosedAndLeavesNothingBehind() throws Exception {
        ServerProcess server = SmallServer.builder().start();
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();

        assertThat(ask(server)).isEqualTo("1 " + server.pid());
        assertThat(server.output()).contains("serving, start 1");
        assertThat(server.authority()).isEqualTo("127.0.0.1:" + server.port("main"));

        server.close();
        assertThat(process.isAlive()).isFalse();
        assertThat(server.folder()).doesNotExist();
        server.close();
        assertThatThrownBy(server::restart)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void killedAndRestartedInTheSameFolderAndPort() throws Exception {
        ServerProcess server = fixture.open(SmallServer.builder().start());
        int port = server.port();
        long first = server.pid();

        server.kill();
        assertThat(server.isRunning()).isFalse();
        assertThat(server.folder().resolve("orderly")).doesNotExist();
        server.restart();

        assertThat(server.port()).isEqualTo(port);
        assertThat(ask(server)).isEqualTo("2 " + server.pid()).isNotEqualTo("2 " + first);
        assertThat(server.output()).doesNotContain("start 1");
    }

    @Test
    void stopIsOrderly() throws Exception {
        ServerProcess server = fixture.open(SmallServer.builder().start());
        server.pause();

        server.stop();

        assertThat(server.isRunning()).isFalse();
        assertThat(server.folder().resolve("orderly")).exists();
    }

    @Test
    void wipedItBeginsAnew() throws Exception {
        ServerProcess server = fixture.open(SmallServer.builder().start());
        assertThatThrownBy(server::wipe).hasMessageContaining("has to be killed");
        Files.createDirectories(server.folder().resolve("a/b"));
        server.kill();

        server.wipe();
        server.restart();

        assertThat(server.folder().resolve("a")).doesNotExist();
        assertThat(ask(server)).startsWith("1 ");
    }

    @Test
    void pausedItAnswersNothing() throws Exception {
        ServerProcess server = fixture.open(SmallServer.builder().start());

        server.pause();
        // The system takes the connection, nobody answers.
        assertThatThrownBy(() -> ask(server, 300)).isInstanceOf(SocketTimeoutException.class);
        assertThat(server.isRunning()).isTrue();

        server.resume();
        assertThat(ask(server)).startsWith("1 ");
    }

    @Test
    void aMissingProgramSaysWhatToInstall() {
        assertThatThrownBy(() -> ServerProcess.builder("no-such-server")
                        .debianPackage("no-such-package")
                        .ports("main")
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the program no-such-server is missing: install it (Debian: apt-get install no-such-package)");
    }

    @Test
    void oneThatFailsToStartSaysWhy() {
        assertThatThrownBy(() -> SmallServer.builder()
                        .arguments(place -> SmallServer.command("fail"))
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended with status 3 before it was ready")
                .hasMessageContaining("the moon is full");
    }

    @Test
    void oneThatHangsIsGivenUp() throws Exception {
        long[] pid = new long[1];
        assertThatThrownBy(() -> SmallServer.builder()
                        .arguments(place -> SmallServer.command("hang"))
                        .readyWhen(server -> {
                            pid[0] = server.pid();
                            return server.output().contains("ready");
                        })
                        .startTimeout(Duration.ofSeconds(2))
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was not ready in PT2S");
        var process = ProcessHandle.of(pid[0]);
        if (process.isPresent()) {
            process.get().onExit().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void onlyTheLastOfItsOutputIsKept() throws Exception {
        ServerProcess server = fixture.open(SmallServer.builder()
                .arguments(place -> SmallServer.command("talk", Integer.toString(place.port("main"))))
                .readyWhen(started -> started.output().contains("serving"))
                .start());
        assertThat(server.output())
                .startsWith("[... ")
                .contains("line 99999")
                .doesNotContain("line 5\n")
                .hasSizeLessThan(70_000);
    }

    @Test
    void endsWithTheJvm() throws Exception {
        ServerProcess jvm = fixture.open(ServerProcess.builder(System.getProperty("java.home") + "/bin/java")
                .arguments(place ->
                        List.of("-Xmx64m", "-cp", System.getProperty("java.class.path"), Parent.class.getName()))
                .readyWhen(started -> started.output().contains("child "))
                .start());
        String line = jvm.output()
                .lines()
                .filter(each -> each.startsWith("child "))
                .findFirst()
                .orElseThrow();
        ProcessHandle child =
                ProcessHandle.of(Long.parseLong(line.substring(6).strip())).orElseThrow();

        // Not stop(), which would end its children too.
        ProcessHandle.of(jvm.pid()).orElseThrow().destroy();

        child.onExit().get(30, TimeUnit.SECONDS);
        assertThat(child.isAlive()).isFalse();
    }

    /** Starts a server, and waits for its own end. */
    static final class Parent {
        private Parent() {}

        public static void main(String... arguments) throws Exception {
            ServerProcess server = SmallServer.builder().start();
            System.out.println("child " + server.pid() + "\n");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void needsToKnowWhenItIsReady() {
        assertThatThrownBy(() -> ServerProcess.builder("java").start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("when it is ready");
    }
}
