package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.parley.http.Cors;
import dev.parley.http.HttpServer;
import dev.parley.http.ServerTls;
import dev.parley.http.TlsIdentity;
import dev.parley.rest.StaticFiles;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.interop.v1.InteropService;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code @connectrpc/connect-web} and {@code grpc-web} in Chromium, on a page of another origin than the server's. */
@Timeout(120)
class ConnectWebTest {

    /** What a page sees; keys in the order of {@code page.mjs}. */
    private static final Map<String, String> CONNECT_WEB = Map.ofEntries(
            Map.entry("unary", "\"Größe\""),
            Map.entry("large", "1048576"),
            Map.entry("get", "\"seen\""),
            Map.entry("serverStream", "500"),
            Map.entry("streamMetadata", "[\"value\",\"AAH/\",\"value\",\"AAH/\"]"),
            Map.entry("error", "[\"FailedPrecondition\",\"failed as asked: ü %\",\"text\"]"),
            Map.entry("getError", "[\"NotFound\",\"failed as asked: ü %\",\"text\"]"),
            Map.entry("midStream", "[\"ResourceExhausted\",\"failed as asked: ü %\",\"text\"]"),
            Map.entry("before", "2"),
            Map.entry(
                    "unknownMethod",
                    "[\"Unimplemented\",\"no method at POST /parley.interop.v1.InteropService/Nope\"]"),
            Map.entry("remaining", "true"),
            Map.entry("deadline", "\"DeadlineExceeded\""),
            Map.entry("cancel", "[\"Canceled\",\"signal is aborted without reason\"]"),
            Map.entry("next", "\"still good\""));

    private static final Map<String, String> GRPC_WEB_TEXT = Map.of(
            "unary", "[\"Größe\",\"value\"]",
            "serverStream", "[500,0]",
            "error", "[9,\"failed as asked: ü %\",true]",
            "midStream", "[2,8,\"failed as asked: ü %\",true]",
            "deadline", "4",
            "cancel", "[1]",
            "next", "\"still good\"");

    @TempDir
    private Path site;

    @TempDir
    private Path folder;

    private ServerTls tls;

    private final ParleyInterop service = new ParleyInterop();

    @BeforeEach
    void certify() throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .addSanIpAddress("127.0.0.1")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        tls = ServerTls.of(TlsIdentity.of(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath()));
    }

    private HttpServer pages(@Nullable ServerTls secured) {
        HttpServer.Builder server = HttpServer.builder().handler(StaticFiles.of(site));
        return (secured == null ? server : server.tls(secured)).start();
    }

    private RpcServer api(@Nullable ServerTls secured, String origin) {
        RpcServer.Builder server = RpcServer.builder()
                .service(InteropService.DEFINITION, service)
                .cors(Cors.origins(origin)
                        .allowHeaders(List.of("x-echo", "x-echo-bin"))
                        // Connect's trailers of a unary call are headers; one of the two stays hidden.
                        .exposeHeaders(List.of("x-echo", "x-echo-bin", "trailer-x-echo-trailer")));
        return (secured == null ? server : server.tls(secured)).start();
    }

    private JsonObject browse(String scheme, HttpServer page, RpcServer api, String what) throws Exception {
        String host = scheme + "://127.0.0.1:";
        try (NodePeer node =
                NodePeer.start(folder, "web.mjs", host + page.port() + "/", host + api.port(), site.toString(), what)) {
            List<String> lines = node.all();
            return JsonParser.parseString(lines.getLast()).getAsJsonObject().getAsJsonObject("result");
        }
    }

    @ParameterizedTest
    @CsvSource({"http, http/1.1", "https, h2"})
    void aPageOfAnotherOriginCalls(String scheme, String version) throws Exception {
        ServerTls secured = scheme.equals("https") ? tls : null;
        try (HttpServer page = pages(secured);
                RpcServer api = api(secured, scheme + "://127.0.0.1:" + page.port())) {
            JsonObject seen = browse(scheme, page, api, "calls");
            assertThat(seen.get("versions")).hasToString("[\"" + version + "\"]");
            // Nothing is asked in front of a GET; the gRPC-Web clients ask once, and the browser remembers.
            assertThat(seen.get("looks"))
                    .hasToString("[\"GET\",\"GET\",\"GET\",\"GET\",\"POST\",\"POST\",\"POST\",\"POST\"]");
            assertThat(seen.get("asked").getAsInt()).isEqualTo(1);
            JsonObject told = seen.getAsJsonObject("told");
            assertThat(told.keySet())
                    .containsExactly(
                            "connect json", "connect proto", "grpc-web json", "grpc-web proto", "grpc-web-text");
            for (String client : told.keySet()) {
                Map<String, JsonElement> steps = told.getAsJsonObject(client).asMap();
                if (!client.equals("grpc-web-text")) {
                    String hidden = client.startsWith("connect") ? "null" : "\"AAH/\"";
                    assertStep(client, steps, "metadata", "[\"value\",\"AAH/\",\"value\"," + hidden + ']');
                }
                (client.equals("grpc-web-text") ? GRPC_WEB_TEXT : CONNECT_WEB)
                        .forEach((step, value) -> assertStep(client, steps, step, value));
            }
            List<String> interrupted = new ArrayList<>();
            for (int i = 0; i < 2 * told.size(); i++) {
                interrupted.add(service.interrupts.poll(5, TimeUnit.SECONDS));
            }
            assertThat(interrupted).isEqualTo(alternating(told.size()));
        }
    }

    private static List<String> alternating(int times) {
        return Collections.nCopies(times, List.of("late", "left")).stream()
                .flatMap(List::stream)
                .toList();
    }

    private static void assertStep(String client, Map<String, JsonElement> steps, String step, String value) {
        assertThat(String.valueOf(steps.get(step))).as(client + ": " + step).isEqualTo(value);
    }

    @Test
    void aPageOfAnOriginThatIsNotAllowedGetsNothing() throws Exception {
        try (HttpServer page = pages(null);
                RpcServer api = api(null, "http://127.0.0.1:1")) {
            JsonObject told = browse("http", page, api, "stranger").getAsJsonObject("told");
            for (String call : List.of("connect", "connectStream", "web", "webStream")) {
                assertThat(told.get(call)).as(call).hasToString("[\"Unknown\",\"Failed to fetch\"]");
            }
            assertThat(told.get("opaque")).hasToString("[\"opaque\",0,\"\"]");
            assertThat(service.ends).as("calls that reached the service").isEmpty();
        }
    }
}
