package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.rpc.RpcServer;
import dev.parley.rpc.interop.v1.InteropService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** curl against Parley's server: Connect and REST as a person types them. */
@Timeout(30)
class CurlTest {

    private static final String UNARY = "/parley.interop.v1.InteropService/Unary";
    private RpcServer server;

    @BeforeEach
    void start() {
        server = RpcServer.builder()
                .service(InteropService.DEFINITION, new ParleyInterop())
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** What curl prints, the status last. */
    private String curl(String path, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "10", "-w", " %{http_code}"));
        command.addAll(List.of(options));
        command.add("http://127.0.0.1:" + server.port() + path);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @ParameterizedTest
    @CsvSource({"--http1.1", "--http2-prior-knowledge"})
    void connect(String version) throws Exception {
        assertThat(curl(UNARY, version, "-H", "content-type: application/json", "-d", "{\"text\":\"hello\"}"))
                .startsWith("{\"text\":\"hello\"")
                .endsWith(" 200");
        assertThat(curl(UNARY, version, "-H", "content-type: application/json", "-d", "{\"failCode\":5}"))
                .contains("\"code\":\"not_found\"")
                .contains("\"type\":\"google.rpc.BadRequest\"")
                .endsWith(" 404");
    }

    @Test
    void malformedJsonNamesTheFieldAndTheServerGoesOn() throws Exception {
        assertThat(curl(UNARY, "-H", "content-type: application/json", "-d", "{\"count\":\"many\"}"))
                .contains("invalid_argument")
                .contains("count")
                .endsWith(" 400");
        assertThat(curl(UNARY, "-H", "content-type: application/json", "-d", "{\"text\":"))
                .contains("invalid_argument")
                .endsWith(" 400");
        assertThat(curl(UNARY, "-H", "content-type: application/json", "-d", "{\"text\":\"ok\"}"))
                .endsWith(" 200");
    }

    @Test
    void anUnknownCodecIsUnsupported() throws Exception {
        assertThat(curl(UNARY, "-i", "-H", "content-type: application/xml", "-d", "<a/>"))
                .containsIgnoringCase("accept-post:")
                .endsWith(" 415");
    }

    @Test
    void aWrongMethodIsNotAllowed() throws Exception {
        assertThat(curl(UNARY, "-i", "-X", "PUT", "-d", "{}"))
                .containsIgnoringCase("allow: POST")
                .endsWith(" 405");
    }

    @Test
    void anUnknownPathIsNotFound() throws Exception {
        assertThat(curl("/nothing/here")).contains("/nothing/here").endsWith(" 404");
    }

    @Test
    void rest() throws Exception {
        assertThat(curl("/interop/hello", "-H", "content-type: application/json", "-d", "{}"))
                .contains("\"text\":\"hello\"")
                .endsWith(" 200");
        assertThat(curl("/interop/hello", "-i", "-H", "content-type: application/json", "-d", "{\"failCode\":5}"))
                .containsIgnoringCase("content-type: application/problem+json")
                .contains("failed as asked")
                .endsWith(" 404");
    }
}
