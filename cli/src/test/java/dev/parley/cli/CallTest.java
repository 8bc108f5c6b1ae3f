package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.parley.cli.talk.TalkService;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.rpc.RpcServer;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code parley call} in this process, over sockets: its options, and whatever can be wrong. */
@Timeout(60)
class CallTest {

    private static final String TALK = "parley.cli.test.v1.TalkService/";

    private final RpcServer server =
            RpcServer.builder().service(TalkService.DEFINITION, new Talk()).start();
    private final String url = "http://127.0.0.1:" + server.port();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private Path schema() throws Exception {
        FileDescriptorSet set = FileDescriptorSet.newBuilder()
                .addFile(TalkService.DEFINITION.descriptor().getFile().toProto())
                .build();
        return Files.write(folder.resolve("talk.binpb"), set.toByteArray());
    }

    private static void fails(Parley.Result result, int status, String... words) {
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("parley: ").contains(words);
        assertThat(result.status()).isEqualTo(status);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void rest() {
        Parley.Result result = Parley.run(
                "call",
                "--protocol",
                "rest",
                "-v",
                url,
                TALK + "Say",
                "{\"text\": \"a b\", \"count\": 2, \"marks\": [1, 2]}");
        assertThat(result.out()).isEqualTo("{\"text\":\"a b\",\"count\":2,\"marks\":[\"1\",\"2\"]}\n");
        assertThat(result.err()).contains("> GET " + url + "/say/a%20b?count=2&marks=1&marks=2 (rest, HTTP/1.1)");
        assertThat(result.status()).isZero();
    }

    @Test
    void whatWasDecidedIsExplained() throws Exception {
        int dead;
        try (ServerSocket gone = new ServerSocket(0)) {
            dead = gone.getLocalPort();
        }
        String endpoints = "static:127.0.0.1:" + dead + ",127.0.0.1:" + server.port();
        boolean retried = false;
        for (int i = 0; i < 50 && !retried; i++) { // by chance the one that is gone is picked first or not
            Parley.Result result = Parley.run(
                    "call", "--explain", "--schema", schema().toString(), endpoints, TALK + "Say", "{\"text\": \"a\"}");
            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out()).contains("\"a\"");
            assertThat(result.err())
                    .contains("* balance: attempt 1 to 127.0.0.1:", "    -> 127.0.0.1:", "* call: ended after");
            retried = result.err().contains("* retry: attempt 2 in ");
            if (retried) {
                assertThat(result.err())
                        .contains("* balance: attempt 2 to 127.0.0.1:" + server.port(), "could not connect");
            }
        }
        assertThat(retried).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "consull://127.0.0.1:8500/talk | no registry for scheme 'consull' | consul+https, dns, etcd, k8s, local, static",
                "static:127.0.0.1:70000        | 127.0.0.1:70000                  | 65535",
                "consul://127.0.0.1:8500       | names no service                 | /user-service",
            })
    void aRegistryThatCannotBeIsRefused(String target, String word, String other) {
        fails(Parley.run("call", target, TALK + "Say"), 2, word, other);
    }

    @Test
    void restFailsWithTheSameCode() {
        Parley.Result result =
                Parley.run("call", "--protocol", "rest", url, TALK + "Say", "{\"text\": \"a\", \"failWith\": 5}");
        assertThat(result.status()).isEqualTo(69);
        assertThat(result.err()).contains("NOT_FOUND: as asked", "a detail", "retry: not before 2.000 s");
    }

    @ParameterizedTest
    @CsvSource({"grpc, 2", "connect, 1.1", "connect, 2", "rest, 1.1", "rest, 2"})
    void theVersionOfHttpCanBeChosen(String protocol, String http) {
        Parley.Result result = Parley.run(
                "call", "-v", "--protocol", protocol, "--http", http, url, TALK + "Say", "{\"text\": \"a\"}");
        assertThat(result.out()).isEqualTo("{\"text\":\"a\"}\n");
        assertThat(result.err()).contains("(" + protocol + ", HTTP/" + http + ")");
    }

    @Test
    void verboseShowsWhatTravelsButNoSecrets() {
        Parley.Result result = Parley.run(
                "call",
                "--verbose",
                "-H",
                "Authorization: Bearer s3cret",
                "-H",
                "x-ask: why",
                "-H",
                "x-api-key: s3cret",
                url,
                TALK + "Say",
                "{\"text\": \"a\"}");
        assertThat(result.out()).isEqualTo("{\"text\":\"a\"}\n");
        assertThat(result.err())
                .contains(
                        "> POST " + url + "/" + TALK + "Say (grpc, HTTP/2)",
                        "> authorization: (redacted)",
                        "> x-api-key: (redacted)",
                        "> x-ask: why",
                        "< 200",
                        "< x-head: why",
                        "< trailer x-tail: end",
                        "< trailer x-session-id: (redacted)",
                        "* contract from reflection in ",
                        "* OK in ",
                        "1 message, the first message after")
                .doesNotContain("s3cret", "hidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void requestsAreCompressedOnRequest(String encoding) {
        Parley.Result result = Parley.run("call", "-v", "--compress", encoding, url, TALK + "Say", "{\"text\": \"a\"}");
        assertThat(result.out()).isEqualTo("{\"text\":\"a\"}\n");
        assertThat(result.err()).contains("> grpc-encoding: " + encoding);
    }

    @Test
    void defaultsAreShownOnRequest() {
        assertThat(Parley.run("call", "--emit-defaults", url, TALK + "Say", "{}")
                        .out())
                .contains("\"text\":\"\"", "\"count\":0", "\"marks\":[]");
        assertThat(Parley.run("call", url, TALK + "Say").out()).isEqualTo("{}\n");
    }

    @Test
    void requestsComeFromAFileAndTheContractFromAnother() throws Exception {
        Path requests = Files.writeString(folder.resolve("in.json"), "{\"text\": \"a\"}\n\n{\"text\": \"b\"}");
        assertThat(Parley.run("call", "--schema", schema().toString(), url, TALK + "Join", "@" + requests))
                .isEqualTo(new Parley.Result(0, "{\"text\":\"ab\"}\n", ""));
    }

    @Test
    void grpcJavaWithReflection() throws Exception {
        Server other = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(new HealthStatusManager().getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build()
                .start();
        try {
            String there = "http://127.0.0.1:" + other.getPort();
            assertThat(Parley.run("call", there).out().lines()).contains("grpc.health.v1.Health");
            assertThat(Parley.run("call", there, "grpc.health.v1.Health.Check"))
                    .isEqualTo(new Parley.Result(0, "{\"status\":\"SERVING\"}\n", ""));
            Parley.Result watch = Parley.run("call", "--timeout", "700ms", there, "grpc.health.v1.Health/Watch", "{}");
            assertThat(watch.out()).isEqualTo("{\"status\":\"SERVING\"}\n");
            assertThat(watch.status()).isEqualTo(68);
            fails(Parley.run("call", there, "grpc.health.v1.Health/Check", "{\"service\": \"none\"}"), 69, "NOT_FOUND");
            fails(Parley.run("call", "--protocol", "rest", there, "grpc.health.v1.Health/Check"), 76, "has no REST");
        } finally {
            other.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void anUnknownMethodGetsASuggestion() {
        fails(Parley.run("call", url, TALK + "Sai", "{}"), 2, "no method", "did you mean " + TALK + "Say");
        fails(
                Parley.run("call", url, "parley.cli.test.v1.TalkServic/Say"),
                2,
                "did you mean parley.cli.test.v1.TalkService?");
        fails(Parley.run("call", url, "Say"), 2, "METHOD must be package.Service/Method, but is \"Say\"");
    }

    @Test
    void wrongJsonIsToldWithItsField() {
        fails(
                Parley.run("call", url, TALK + "Say", "{\"cout\": 1}"),
                2,
                "the request",
                "cout",
                "parley.cli.test.v1.Line");
        fails(Parley.run("call", url, TALK + "Say", "{\"count\": \"x\"}"), 2, "count");
        fails(Parley.run("call", url, TALK + "Say", "{\"text\""), 2, "begins in line 1 does not end");
        fails(Parley.run("call", url, TALK + "Say", "{} {}"), 2, "takes one request message, but got more");
        fails(Parley.runWith("", "call", url, TALK + "Say", "-"), 2, "but got none");
        fails(Parley.runWith("{}\n\n{\"x\": 1}", "call", url, TALK + "Join", "-"), 2, "stdin", "line 3");
        fails(Parley.run("call", url, TALK + "Say", "@/no/such"), 2, "/no/such cannot be read");
    }

    @Test
    void whatWasAnsweredBeforeABadLineIsShown() {
        Parley.Result result = Parley.runWith("{\"text\": \"a\"}\n[}\n", "call", url, TALK + "Chat", "-");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err().lines()).singleElement().asString().contains("stdin", "line 2");
    }

    @Test
    void aServerThatIsNotThereIsTold() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        fails(
                Parley.run("call", "http://127.0.0.1:" + free, TALK + "Say"),
                78,
                "UNAVAILABLE",
                "127.0.0.1:" + free,
                "refused");
    }

    @Test
    void aServerWithoutReflectionIsToldWithTheWayOut() throws Exception {
        try (RpcServer silent = RpcServer.builder()
                .reflection(false)
                .service(TalkService.DEFINITION, new Talk())
                .start()) {
            String there = "http://127.0.0.1:" + silent.port();
            fails(Parley.run("call", there, TALK + "Say"), 3, "no reflection", "--schema FILE");
            assertThat(Parley.run("call", "--schema", schema().toString(), there, TALK + "Say", "{\"text\": \"a\"}")
                            .out())
                    .isEqualTo("{\"text\":\"a\"}\n");
        }
    }

    @Test
    void anotherKindOfServerIsTold() throws Exception {
        try (HttpServer web = HttpServer.builder()
                .handler((call, request) -> HttpResponse.text(404, "nothing here"))
                .start()) {
            String there = "http://127.0.0.1:" + web.port();
            fails(Parley.run("call", there, TALK + "Say"), 3, "--schema FILE");
            for (String protocol : new String[] {"grpc", "connect"}) {
                fails(
                        Parley.run(
                                "call", "--protocol", protocol, "--schema", schema().toString(), there, TALK + "Say"),
                        76,
                        "404",
                        "another --protocol");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "127.0.0.1:7001", "ftp://127.0.0.1", "http://"})
    void aUrlThatIsNoneIsTold(String wrong) {
        fails(Parley.run("call", wrong, TALK + "Say"), 2, "URL must be a URL such as http://host:port", wrong);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--protocol soap | expected one of grpc, grpc-web, grpc-web-text, connect, rest",
                "--codec xml | --codec must be proto or json, but is xml",
                "--compress br | --compress must be gzip or zstd, but is br",
                "--http 3 | --http must be 1.1 or 2, but is 3",
                "--http 1.1 | gRPC needs HTTP/2",
                "--timeout soon | is no time; expected one such as 5s",
                "--timeout 0s | leaves no time",
                "-H nonsense | name: value",
                "--schema /no/such | --schema: /no/such is no file",
                "--cacert /no/such | --cacert: /no/such is no file",
                "--cert /no/such | --cert and --key belong together",
                "--nonsense | --nonsense",
            })
    void aWrongOptionIsTold(String options, String told) {
        String[] words = options.split(" ");
        String[] args = new String[words.length + 3];
        args[0] = "call";
        System.arraycopy(words, 0, args, 1, words.length);
        args[args.length - 2] = url;
        args[args.length - 1] = TALK + "Say";
        fails(Parley.run(args), 2, told);
    }

    @Test
    void theSecretOfAWrongHeaderIsNotShown() {
        Parley.Result result = Parley.run("call", "-H", "bad name: s3cret", url, TALK + "Say");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("bad name").doesNotContain("s3cret");
    }

    @Test
    void helpTeaches() {
        Parley.Result result = Parley.run("call", "--help");
        assertThat(result.status()).isZero();
        assertThat(result.out())
                .contains(
                        "--protocol",
                        "grpc, grpc-web, grpc-web-text, connect",
                        "--schema",
                        "Exit codes",
                        "shop.inventory.v1.InventoryService/CheckStock")
                .doesNotContain("${");
        assertThat(result.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
}
