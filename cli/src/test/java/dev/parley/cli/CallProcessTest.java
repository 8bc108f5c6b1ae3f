package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Outcome;
import dev.parley.cli.talk.TalkService;
import dev.parley.rpc.RpcServer;
import java.io.BufferedReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code parley call} as a process of its own, against a server over a socket. */
@Timeout(180) // a process that starts on a busy machine takes its time
class CallProcessTest {

    private static final String TALK = "parley.cli.test.v1.TalkService/";

    private final Talk talk = new Talk();
    private final RpcServer server =
            RpcServer.builder().service(TalkService.DEFINITION, talk).start();
    private final String url = "http://127.0.0.1:" + server.port();

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"grpc, proto", "connect, json"})
    void everyKindOfCall(String protocol, String codec) throws Exception {
        String[] how = {"call", "--protocol", protocol, "--codec", codec, url};
        assertThat(Parley.runProcess("", with(how, TALK + "Say", "{\"text\": \"ü\"}")))
                .isEqualTo(new Parley.Result(0, "{\"text\":\"ü\"}\n", ""));
        assertThat(Parley.runProcess("", with(how, TALK + "Repeat", "{\"text\": \"a\", \"count\": 2}")))
                .isEqualTo(new Parley.Result(0, "{\"text\":\"a0\"}\n{\"text\":\"a1\"}\n", ""));
        assertThat(Parley.runProcess("{\"text\": \"a\"}\n{\"text\": \"b\"}\n", with(how, TALK + "Join", "-")))
                .isEqualTo(new Parley.Result(0, "{\"text\":\"ab\"}\n", ""));
        assertThat(Parley.runProcess("{\"text\": \"a\"} {\"text\": \"b\"}", with(how, TALK + "Chat", "-")))
                .isEqualTo(new Parley.Result(0, "{\"text\":\"a\"}\n{\"text\":\"b\"}\n", ""));
    }

    private static String[] with(String[] how, String method, String request) {
        String[] all = java.util.Arrays.copyOf(how, how.length + 2);
        all[how.length] = method;
        all[how.length + 1] = request;
        return all;
    }

    @Test
    void aLineThatIsTypedIsAnsweredBeforeTheNext() throws Exception {
        Process process = Parley.process("call", url, TALK + "Chat", "-").start();
        try (Writer in = process.outputWriter(StandardCharsets.UTF_8);
                BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < 5; i++) {
                in.write("{\"text\": \"line " + i + "\"}\n");
                in.flush();
                assertThat(out.readLine()).isEqualTo("{\"text\":\"line " + i + "\"}");
            }
            in.close();
            assertThat(out.readLine()).isNull();
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aFailedCallEndsWithItsCode() throws Exception {
        Parley.Result result = Parley.runProcess("", "call", url, TALK + "Say", "{\"failWith\": 5}");
        assertThat(result.status()).isEqualTo(64 + 5);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines())
                .containsExactly(
                        "parley: NOT_FOUND: as asked",
                        "  detail: {\"@type\":\"type.googleapis.com/parley.cli.test.v1.Line\",\"text\":\"a detail\"}",
                        "  retry: not before 2.000 s");
    }

    @Test
    void aSignalCancelsTheCall() throws Exception {
        Process process = Parley.process("call", "--timeout", "50s", url, TALK + "Wait", "{}")
                .start();
        try {
            assertThat(talk.waiting.await(30, TimeUnit.SECONDS)).isTrue();
            process.toHandle().destroy(); // SIGTERM; the same hook as Ctrl-C's
            Outcome end = talk.ends.poll(20, TimeUnit.SECONDS);
            assertThat(end).isInstanceOf(Outcome.Failed.class);
            assertThat(process.waitFor()).isIn(130, 143); // its own status, or the signal's if that was faster
            assertThat(process.getErrorStream().readAllBytes()).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }
}
