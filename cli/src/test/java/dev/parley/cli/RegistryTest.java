package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code parley registry} as a process of its own. */
@Timeout(180) // a process that starts on a busy machine takes its time
class RegistryTest {

    @TempDir
    private Path folder;

    private static void put(String url, String target, String body) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(url + target))
                            .PUT(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    private static JsonObject next(BufferedReader out) throws Exception {
        return JsonParser.parseString(out.readLine()).getAsJsonObject();
    }

    @Test
    void tellsWhatComesAndGoesAndEndsGracefully() throws Exception {
        for (int round = 0; round < 2; round++) {
            Process process = Parley.process(
                            "registry",
                            "--port",
                            "0",
                            "--json",
                            "--data",
                            folder.resolve("data").toString())
                    .start();
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                JsonObject listening = next(out);
                assertThat(listening.get("event").getAsString()).isEqualTo("listening");
                assertThat(listening.get("instances").getAsInt()).isEqualTo(round);
                String url = listening.get("url").getAsString();
                if (round == 0) {
                    put(
                            url,
                            "/v1/agent/service/register",
                            "{\"Name\": \"a\", \"Port\": 1, \"Check\": {\"TTL\": \"1h\", \"Status\": \"passing\"}}");
                    put(url, "/v1/agent/check/fail/service:a?note=broken", "");
                    put(url, "/v1/agent/check/pass/service:a", "");
                    put(url, "/v1/agent/service/register", "{\"Name\": \"b\"}");
                    put(url, "/v1/agent/service/deregister/b", "");
                    for (String event : new String[] {"came a", "critical a", "recovered a", "came b", "gone b"}) {
                        JsonObject line = next(out);
                        assertThat(line.get("event").getAsString()
                                        + ' '
                                        + line.get("id").getAsString())
                                .isEqualTo(event);
                        if (event.equals("critical a")) {
                            assertThat(line.get("reason").getAsString()).isEqualTo("broken");
                        }
                    }
                }
                process.toHandle().destroy(); // SIGTERM, as Ctrl-C
                assertThat(process.waitFor()).isZero();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Parley.Result result = Parley.runProcess("", "registry", "--port", Integer.toString(taken.getLocalPort()));
            assertThat(result.status()).isEqualTo(ExitCode.USAGE);
            assertThat(result.err())
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .contains("--port 0 takes a free one");
            assertThat(result.err().lines()).hasSize(1);
        }
    }

    @Test
    void aWrongPortIsNamed() throws Exception {
        Parley.Result result = Parley.runProcess("", "registry", "--port", "65536");
        assertThat(result.status()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("port must be from 0 to 65535, but is 65536");
    }
}
