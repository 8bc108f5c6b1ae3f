package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.rpc.transcoding.TranscodingService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table by curl, over both versions of HTTP, and what only a connection shows, with curl and Node: streams that go on. */
@Timeout(60)
class RestPeersTest {

    private static final String HTTP_1 = "--http1.1";
    private static final String HTTP_2 = "--http2-prior-knowledge";
    private static final String NDJSON = "content-type: application/x-ndjson";

    private final Transcoding service = new Transcoding();
    private RpcServer server;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        server = RpcServer.builder()
                .service(TranscodingService.DEFINITION, service)
                .maxMessageBytes(100_000)
                .start();
    }

    @AfterEach
    void stop() {
        server.shutdown(Duration.ofSeconds(5));
    }

    private ProcessBuilder curl(String target, String... options) {
        List<String> command =
                new ArrayList<>(List.of("curl", "-sS", "--max-time", "30", "--path-as-is", "--globoff", "--no-buffer"));
        command.addAll(List.of(options));
        command.add("http://127.0.0.1:" + server.port() + target);
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    private static String output(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /** Every third row; every other of these over HTTP/2. */
    @TestFactory
    Stream<DynamicTest> rows() {
        return TranscodingTable.rows().stream()
                .filter(row -> row.line() % 3 == 0)
                .map(row -> DynamicTest.dynamicTest(
                        row.toString(),
                        () -> assertThat(TranscodingTable.failure(
                                        row,
                                        service,
                                        (method, target, headers, body) -> send(
                                                row.line() % 2 == 0 ? HTTP_1 : HTTP_2, method, target, headers, body)))
                                .isEmpty()));
    }

    private Requests.Answer send(String version, String method, String target, Metadata headers, byte[] body)
            throws Exception {
        Path head = folder.resolve("head");
        Path answer = folder.resolve("answer");
        Files.deleteIfExists(answer);
        List<String> options = new ArrayList<>(List.of(version, "-D", head.toString(), "-o", answer.toString()));
        if (method.equals("HEAD")) {
            options.add("-I");
        } else {
            options.addAll(List.of("-X", method));
        }
        headers.forEach((name, value) -> options.addAll(List.of("-H", name + ": " + value)));
        if (body.length > 0) {
            Path sent = Files.write(folder.resolve("body"), body);
            options.addAll(List.of("--data-binary", "@" + sent));
        }
        String told = output(curl(target, options.toArray(String[]::new)).start());
        assertThat(told).isEmpty();
        return answer(
                Files.readAllLines(head, StandardCharsets.ISO_8859_1),
                Files.exists(answer) && !method.equals("HEAD") ? Files.readAllBytes(answer) : new byte[0]);
    }

    /** curl writes the trailers of a response behind its headers. */
    private static Requests.Answer answer(List<String> lines, byte[] body) {
        int status = Integer.parseInt(lines.getFirst().split(" ")[1]);
        Metadata headers = new Metadata();
        Metadata trailers = new Metadata();
        boolean behind = false;
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                (behind ? trailers : headers)
                        .add(line.substring(0, colon), line.substring(colon + 1).strip());
            }
            behind |= line.isBlank();
        }
        return new Requests.Answer(status, headers, body, trailers);
    }

    /** By Node: curl does not read while it waits for what it is to send. */
    @Test
    void bothSidesTalkOverHttp2() throws Exception {
        String talk = """
                const client = require('http2').connect(process.argv[1]);
                const call = client.request({':method': 'POST', ':path': '/v1/chat', 'content-type': 'application/x-ndjson'});
                const send = id => call.write(JSON.stringify({id}) + '\\n');
                let answers = 0, text = '';
                call.setEncoding('utf8').on('data', data => {
                  text += data;
                  for (let end; (end = text.indexOf('\\n')) >= 0; text = text.slice(end + 1)) {
                    console.log(JSON.parse(text.slice(0, end)).id);
                    if (++answers < 5) send('' + answers); else call.end(); // the next once this one was answered
                  }
                }).on('end', () => client.close());
                send('0');
                """;
        Process process = new ProcessBuilder("node", "-e", talk, "http://127.0.0.1:" + server.port())
                .redirectErrorStream(true)
                .start();
        assertThat(output(process)).isEqualTo("0\n1\n2\n3\n4\n");
    }

    @Test
    void overHttp1TheAnswerBeginsBehindTheRequest() throws Exception {
        Process process =
                curl("/v1/chat", HTTP_1, "-X", "POST", "-H", NDJSON, "-T", "-").start();
        for (int i = 0; i < 2000; i++) {
            // More than all windows hold: a server that answered meanwhile would wait for a client that does not read.
            write(process, "{\"id\":\"" + "x".repeat(1000) + "\"}\n");
        }
        process.getOutputStream().close();
        assertThat(output(process).lines()).hasSize(2000).allMatch(line -> line.contains("xxx"));
    }

    private static void write(Process process, String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    @ParameterizedTest
    @ValueSource(strings = {HTTP_1, HTTP_2})
    void anErrorBehindTheFirstMessage(String version) throws Exception {
        Process lines = curl("/v1/watch/2/numbers?s32=5", version).start();
        assertThat(output(lines)).startsWith("0\n1\n{\"error\":{").endsWith("}}\n");
        assertThat(lines.exitValue()).isZero();
        Process array = curl("/v1/watch/2/numbers?s32=5", version, "-H", "accept: application/json")
                .start();
        // HTTP/2's reset may overtake what was sent before it.
        assertThat(output(array))
                .startsWith(version.equals(HTTP_1) ? "[0,1" : "")
                .doesNotContain("]");
        assertThat(array.exitValue())
                .as("curl tells that the answer is not whole")
                .isNotZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {HTTP_1, HTTP_2})
    void aDeadlineIsTheLastLine(String version) throws Exception {
        Process process = curl("/v1/watch/1/numbers?name=wait", version, "-H", "x-request-timeout-ms: 800")
                .start();
        assertThat(output(process)).startsWith("0\n{\"error\":{").contains("DEADLINE_EXCEEDED");
        assertThat(service.ends.poll(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.error().code()).isEqualTo(Code.DEADLINE_EXCEEDED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-ndjson", "application/json", "text/event-stream"})
    void aClientThatLeavesEndsTheStream(String accept) throws Exception {
        Process process = curl("/v1/watch/1/numbers?name=wait", HTTP_2, "-H", "accept: " + accept)
                .start();
        assertThat(process.getInputStream().read()).isPositive();
        process.destroy();
        assertThat(service.ends.poll(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.error()).isInstanceOf(CallException.class));
    }

    @Test
    void aLineHasALimitAndAStreamHasNone() throws Exception {
        String line = "{\"id\":\"" + "x".repeat(90_000) + "\"}\n";
        Path sent = folder.resolve("sent");
        Files.writeString(sent, line.repeat(150)); // 13 MB, more than HTTP's own limit of a body
        assertThat(output(curl("/v1/collect", HTTP_1, "-H", NDJSON, "--data-binary", "@" + sent)
                        .start()))
                .contains("\"i32\":150");
        Files.writeString(sent, line + line.replace("xxx", "xxx".repeat(2)));
        assertThat(output(curl("/v1/collect", "-i", HTTP_1, "-H", NDJSON, "--data-binary", "@" + sent)
                        .start()))
                .startsWith("HTTP/1.1 413")
                .contains("more than the limit of 100000 bytes (maxMessageBytes)");
    }
}
