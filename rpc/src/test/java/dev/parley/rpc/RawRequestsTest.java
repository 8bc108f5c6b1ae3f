package dev.parley.rpc;

import static dev.parley.rpc.WireBytes.base64;
import static dev.parley.rpc.WireBytes.claim;
import static dev.parley.rpc.WireBytes.concat;
import static dev.parley.rpc.WireBytes.frame;
import static dev.parley.rpc.WireBytes.gzip;
import static dev.parley.rpc.WireBytes.utf8;
import static dev.parley.rpc.WireBytes.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallScope;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoService;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests, right and wrong ones, byte by byte over the network, and what each protocol's specification has for them. */
class RawRequestsTest {

    private static final byte[] HI =
            EchoRequest.newBuilder().setText("hi").build().toByteArray();
    private static final byte[] FAIL =
            EchoRequest.newBuilder().setFailWith(9).build().toByteArray();
    private static final byte[] TWICE =
            EchoRequest.newBuilder().setText("hi").setCount(2).build().toByteArray();
    private static final byte[] JSON = utf8("{\"text\":\"hi\"}");
    private static final byte[] BOMB = new byte[1 << 20];
    private static final byte[] NONE = {};

    private static RpcServer server;
    private static RpcServer strict;
    private static HttpClient client;

    /** {@code method}: its name, or a verb before it. {@code versions}: 1, 2 or 12. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(String name, String versions, String method, byte[] body, String expected, String... headers) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() {
        server = RpcServer.builder()
                .service(EchoService.DEFINITION, new EchoImplementation())
                .maxMessageBytes(1000)
                .start();
        strict = RpcServer.builder()
                .service(EchoService.DEFINITION, new EchoImplementation())
                .requireConnectVersion(true)
                .start();
        client = HttpClient.create();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
        strict.close();
    }

    static Stream<Row> grpc() {
        String[] type = {"content-type", "application/grpc", "te", "trailers"};
        return Stream.of(
                new Row("unary", "2", "Echo", frame(0, HI), "200 grpc 0 x1", type),
                new Row("without te", "2", "Echo", frame(0, HI), "200 grpc 0 x1", "content-type", "application/grpc"),
                new Row(
                        "parameters",
                        "2",
                        "Echo",
                        frame(0, HI),
                        "200 grpc 0 x1",
                        "content-type",
                        "Application/gRPC; a=b"),
                new Row("json", "2", "Echo", frame(0, JSON), "200 grpc 0 x1", "content-type", "application/grpc+json"),
                new Row("an empty message", "2", "Echo", frame(0, NONE), "200 grpc 0 x1", type),
                new Row("a stream", "2", "Repeat", frame(0, TWICE), "200 grpc 0 x2", type),
                new Row("an error", "2", "Echo", frame(0, FAIL), "200 grpc 9 only", type),
                new Row("no message", "2", "Echo", NONE, "200 grpc 12 only", type),
                new Row("two messages", "2", "Echo", concat(frame(0, HI), frame(0, HI)), "200 grpc 12 only", type),
                new Row("no message for a stream", "2", "Repeat", NONE, "200 grpc 12 only", type),
                new Row("no messages of a stream", "2", "Join", NONE, "200 grpc 0 x1", type),
                new Row("half a prefix", "2", "Join", new byte[] {0, 0, 0}, "200 grpc 13 only", type),
                new Row("half a message", "2", "Join", claim(0, 9, HI), "200 grpc 13 only", type),
                new Row("half a unary message", "2", "Echo", claim(0, 9, HI), "200 grpc 13 only", type),
                new Row("4 GiB claimed", "2", "Join", claim(0, -1, HI), "200 grpc 8 only", type),
                new Row("unknown flags", "2", "Echo", frame(4, HI), "200 grpc 13 only", type),
                new Row("flags of gRPC-Web's trailers", "2", "Join", frame(0x80, HI), "200 grpc 13 only", type),
                new Row("not the message", "2", "Echo", frame(0, new byte[] {10, 9}), "200 grpc 3 only", type),
                new Row("compressed, no encoding", "2", "Echo", frame(1, gzip(HI)), "200 grpc 13 only", type),
                new Row(
                        "compressed, identity",
                        "2",
                        "Join",
                        frame(1, gzip(HI)),
                        "200 grpc 13 only",
                        with(type, "grpc-encoding", "identity")),
                new Row("gzip", "2", "Echo", frame(1, gzip(HI)), "200 grpc 0 x1", with(type, "grpc-encoding", "gzip")),
                new Row("zstd", "2", "Join", frame(1, zstd(HI)), "200 grpc 0 x1", with(type, "grpc-encoding", "zstd")),
                new Row(
                        "gzip named, not used",
                        "2",
                        "Echo",
                        frame(0, HI),
                        "200 grpc 0 x1",
                        with(type, "grpc-encoding", "gzip")),
                new Row(
                        "gzip of nothing",
                        "2",
                        "Echo",
                        frame(1, NONE),
                        "200 grpc 0 x1",
                        with(type, "grpc-encoding", "gzip")),
                new Row(
                        "gzip that is none",
                        "2",
                        "Echo",
                        frame(1, HI),
                        "200 grpc 3 only",
                        with(type, "grpc-encoding", "gzip")),
                new Row(
                        "zstd that is none",
                        "2",
                        "Echo",
                        frame(1, HI),
                        "200 grpc 3 only",
                        with(type, "grpc-encoding", "zstd")),
                new Row(
                        "zstd cut short",
                        "2",
                        "Echo",
                        frame(1, Arrays.copyOf(zstd(BOMB), 12)),
                        "200 grpc 3 only",
                        with(type, "grpc-encoding", "zstd")),
                new Row(
                        "a bomb of gzip",
                        "2",
                        "Join",
                        frame(1, Arrays.copyOf(gzip(BOMB), 1000)),
                        "200 grpc 8 only",
                        with(type, "grpc-encoding", "gzip")),
                new Row(
                        "a bomb of zstd",
                        "2",
                        "Join",
                        frame(1, zstd(BOMB)),
                        "200 grpc 8 only",
                        with(type, "grpc-encoding", "zstd")),
                new Row(
                        "a window of 2 GiB",
                        "2",
                        "Join",
                        frame(1, hugeWindow()),
                        "200 grpc 3 only",
                        with(type, "grpc-encoding", "zstd")),
                new Row(
                        "an unknown encoding",
                        "2",
                        "Echo",
                        frame(0, HI),
                        "200 grpc 12 only",
                        with(type, "grpc-encoding", "snappy")),
                new Row(
                        "an unknown codec",
                        "2",
                        "Echo",
                        frame(0, HI),
                        "415",
                        "content-type",
                        "application/grpc+thrift"),
                new Row("an unknown method", "2", "Nope", frame(0, HI), "200 grpc 12 only", type),
                new Row("an unknown service", "2", "/x.Y/Echo", frame(0, HI), "200 grpc 12 only", type),
                new Row("another verb", "2", "PUT Echo", frame(0, HI), "405", type),
                new Row("HTTP/1.1", "1", "Echo", frame(0, HI), "505", type),
                new Row("no content type", "2", "Echo", frame(0, HI), "415"),
                new Row("another content type", "2", "Echo", frame(0, HI), "415", "content-type", "image/jpeg"),
                new Row(
                        "a timeout of 0",
                        "2",
                        "Echo",
                        frame(0, HI),
                        "200 grpc 4 only",
                        with(type, "grpc-timeout", "0n")),
                new Row(
                        "8 digits",
                        "2",
                        "Echo",
                        frame(0, HI),
                        "200 grpc 0 x1",
                        with(type, "grpc-timeout", "99999999H")),
                new Row(
                        "9 digits",
                        "2",
                        "Echo",
                        frame(0, HI),
                        "200 grpc 3 only",
                        with(type, "grpc-timeout", "100000000H")),
                new Row("no unit", "2", "Echo", frame(0, HI), "200 grpc 3 only", with(type, "grpc-timeout", "5")),
                new Row(
                        "a negative timeout",
                        "2",
                        "Echo",
                        frame(0, HI),
                        "200 grpc 3 only",
                        with(type, "grpc-timeout", "-5S")));
    }

    static Stream<Row> grpcWeb() {
        String[] web = {"content-type", "application/grpc-web+proto", "x-grpc-web", "1", "x-user-agent", "x/1"};
        String[] text = {"content-type", "application/grpc-web-text", "accept", "application/grpc-web-text"};
        byte[] whole = frame(0, HI);
        byte[] pieces = concat(
                base64(Arrays.copyOf(whole, 1)),
                base64(Arrays.copyOfRange(whole, 1, 5)),
                base64(Arrays.copyOfRange(whole, 5, whole.length)));
        return Stream.of(
                new Row("unary", "12", "Echo", frame(0, HI), "200 web 0 x1", web),
                new Row("no codec", "12", "Echo", frame(0, HI), "200 web 0 x1", "content-type", "application/grpc-web"),
                new Row(
                        "json",
                        "12",
                        "Echo",
                        frame(0, JSON),
                        "200 web 0 x1",
                        "content-type",
                        "application/grpc-web+json"),
                new Row("an empty message", "1", "Echo", frame(0, NONE), "200 web 0 x1", web),
                new Row("a stream", "12", "Repeat", frame(0, TWICE), "200 web 0 x2", web),
                new Row("requests in a stream", "12", "Join", concat(whole, whole), "200 web 0 x1", web),
                new Row("both stream", "2", "Chat", concat(whole, whole), "200 web 0 x2", web),
                new Row("both stream", "1", "Chat", concat(whole, whole), "505", web),
                new Row("an error", "12", "Echo", frame(0, FAIL), "200 web 9 only", web),
                new Row("an error of a stream", "1", "Repeat", frame(0, FAIL), "200 web 9 x0", web),
                new Row("no message", "12", "Echo", NONE, "200 web 12 only", web),
                new Row("two messages", "12", "Echo", concat(whole, whole), "200 web 12 only", web),
                new Row("two messages for a stream", "1", "Repeat", concat(whole, whole), "200 web 12 only", web),
                new Row("half a message", "1", "Echo", claim(0, 9, HI), "200 web 13 only", web),
                new Row("trailers of a client", "1", "Echo", concat(whole, frame(0x80, NONE)), "200 web 13 only", web),
                new Row("4 GiB claimed", "1", "Echo", claim(0, -1, HI), "200 web 8 only", web),
                new Row("compressed, no encoding", "1", "Echo", frame(1, gzip(HI)), "200 web 13 only", web),
                new Row("gzip", "1", "Echo", frame(1, gzip(HI)), "200 web 0 x1", with(web, "grpc-encoding", "gzip")),
                new Row(
                        "an unknown encoding",
                        "1",
                        "Echo",
                        whole,
                        "200 web 12 only",
                        with(web, "grpc-encoding", "foo")),
                new Row("an unknown codec", "1", "Echo", whole, "415", "content-type", "application/grpc-web+foo"),
                new Row("an unknown method", "12", "Nope", whole, "200 web 12 only", web),
                new Row("another verb", "1", "DELETE Echo", whole, "405", web),
                new Row("a malformed timeout", "1", "Echo", whole, "200 web 3 only", with(web, "grpc-timeout", "x")),
                new Row("text", "12", "Echo", base64(whole), "200 text 0 x1", text),
                new Row(
                        "text without Accept",
                        "1",
                        "Echo",
                        base64(whole),
                        "200 text 0 x1",
                        "content-type",
                        "application/grpc-web-text+proto"),
                new Row(
                        "text asked for",
                        "1",
                        "Echo",
                        whole,
                        "200 text 0 x1",
                        with(web, "accept", "*/*, application/grpc-web-text+proto")),
                new Row(
                        "binary asked for",
                        "1",
                        "Echo",
                        base64(whole),
                        "200 web 0 x1",
                        "content-type",
                        "application/grpc-web-text",
                        "accept",
                        "application/grpc-web"),
                new Row("base64 in pieces", "12", "Echo", pieces, "200 text 0 x1", text),
                new Row("base64 unpadded", "1", "Echo", trimmed(base64(frame(0, NONE))), "200 text 0 x1", text),
                new Row("a stream of text", "12", "Repeat", base64(frame(0, TWICE)), "200 text 0 x2", text),
                new Row("not base64", "1", "Echo", utf8("AAAA*AAA"), "200 text 13 only", text),
                new Row("base64 for URLs", "1", "Echo", utf8("AAAA_AAA"), "200 text 13 only", text),
                new Row("padding too early", "1", "Echo", utf8("A==="), "200 text 13 only", text),
                new Row("a character behind padding", "1", "Echo", utf8("AA=A"), "200 text 13 only", text),
                new Row("one character left", "1", "Echo", utf8("AAAAA"), "200 text 13 only", text),
                new Row("half a padding", "1", "Echo", utf8("AA="), "200 text 13 only", text),
                new Row("no text", "1", "Echo", NONE, "200 text 12 only", text),
                new Row("an error in text", "1", "Echo", base64(frame(0, FAIL)), "200 text 9 only", text));
    }

    static Stream<Row> connect() {
        String[] proto = {"content-type", "application/proto", "connect-protocol-version", "1"};
        String[] json = {"content-type", "application/json"};
        String[] stream = {"content-type", "application/connect+proto", "connect-protocol-version", "1"};
        byte[] two = concat(frame(0, HI), frame(0, HI));
        return Stream.of(
                new Row("unary", "12", "Echo", HI, "200", proto),
                new Row("an empty message", "1", "Echo", NONE, "200", proto),
                new Row("nothing in gzip", "1", "Echo", NONE, "200", with(proto, "content-encoding", "gzip")),
                new Row("no JSON", "1", "Echo", NONE, "400 invalid_argument", json),
                new Row("an error", "12", "Echo", FAIL, "400 failed_precondition", proto),
                new Row(
                        "another version",
                        "1",
                        "Echo",
                        JSON,
                        "400 invalid_argument",
                        with(json, "connect-protocol-version", "2")),
                new Row("an unknown codec", "1", "Echo", HI, "415", "content-type", "application/foo"),
                new Row("a charset", "1", "Echo", JSON, "415", "content-type", "application/json; charset=utf-16"),
                new Row("gzip", "1", "Echo", gzip(HI), "200", with(proto, "content-encoding", "gzip")),
                new Row("zstd", "2", "Echo", zstd(JSON), "200", with(json, "content-encoding", "zstd")),
                new Row(
                        "gzip that is none",
                        "1",
                        "Echo",
                        HI,
                        "400 invalid_argument",
                        with(proto, "content-encoding", "gzip")),
                new Row(
                        "a bomb",
                        "1",
                        "Echo",
                        zstd(BOMB),
                        "429 resource_exhausted",
                        with(proto, "content-encoding", "zstd")),
                new Row(
                        "an unknown encoding",
                        "1",
                        "Echo",
                        HI,
                        "501 unimplemented",
                        with(proto, "content-encoding", "br")),
                new Row("too large", "1", "Echo", new byte[1001], "429 resource_exhausted", proto),
                new Row("10 digits", "1", "Echo", HI, "200", with(proto, "connect-timeout-ms", "9999999999")),
                new Row(
                        "11 digits",
                        "1",
                        "Echo",
                        HI,
                        "400 invalid_argument",
                        with(proto, "connect-timeout-ms", "10000000000")),
                new Row(
                        "a negative timeout",
                        "1",
                        "Echo",
                        HI,
                        "400 invalid_argument",
                        with(proto, "connect-timeout-ms", "-1")),
                new Row(
                        "a timeout of 0",
                        "1",
                        "Echo",
                        HI,
                        "504 deadline_exceeded",
                        with(proto, "connect-timeout-ms", "0")),
                new Row("an unknown method", "12", "Nope", HI, "404 unimplemented", proto),
                new Row("another verb", "1", "DELETE Echo", HI, "405", proto),
                new Row("a unary method as a stream", "1", "Echo", frame(0, HI), "415", stream),
                new Row("a stream as unary", "1", "Join", HI, "415", proto),
                new Row(
                        "GET",
                        "12",
                        "GET Echo?connect=v1&encoding=json&message=%7B%22text%22%3A%22hi%22%7D",
                        NONE,
                        "200"),
                new Row("GET, base64", "1", "GET Echo?message=CgJoaQ&base64=1&encoding=proto&other=x", NONE, "200"),
                new Row("GET, padded", "1", "GET Echo?message=CgJoaQ%3D%3D&base64=1&encoding=proto", NONE, "200"),
                new Row("GET, another base64", "1", "GET Echo?message=%7B%7D&base64=2&encoding=json", NONE, "200"),
                new Row("GET, nothing", "1", "GET Echo?message=&encoding=proto&compression=gzip", NONE, "200"),
                new Row(
                        "GET, gzip",
                        "1",
                        "GET Echo?base64=1&compression=gzip&encoding=proto&message=" + query(gzip(HI)),
                        NONE,
                        "200"),
                new Row(
                        "GET, zstd",
                        "1",
                        "GET Echo?base64=1&compression=zstd&encoding=proto&message=" + query(zstd(HI)),
                        NONE,
                        "200"),
                new Row(
                        "GET, a bomb",
                        "1",
                        "GET Echo?base64=1&compression=zstd&encoding=proto&message=" + query(zstd(BOMB)),
                        NONE,
                        "429 resource_exhausted"),
                new Row(
                        "GET, unknown compression",
                        "1",
                        "GET Echo?message=&compression=br&encoding=proto",
                        NONE,
                        "501 unimplemented"),
                new Row(
                        "GET, bad base64",
                        "1",
                        "GET Echo?message=*&base64=1&encoding=proto",
                        NONE,
                        "400 invalid_argument"),
                new Row("GET, not UTF-8", "1", "GET Echo?message=%ff&encoding=json", NONE, "400 invalid_argument"),
                new Row("GET, no message", "1", "GET Echo?encoding=json", NONE, "400 invalid_argument"),
                new Row("GET, no encoding", "1", "GET Echo?message=", NONE, "400 invalid_argument"),
                new Row("GET, unknown codec", "1", "GET Echo?message=&encoding=thrift", NONE, "415"),
                new Row(
                        "GET, another version",
                        "1",
                        "GET Echo?message=&encoding=proto&connect=v2",
                        NONE,
                        "400 invalid_argument"),
                new Row("GET of a stream", "1", "GET Repeat?message=&encoding=proto&connect=v1", NONE, "405"),
                new Row("a stream", "12", "Repeat", frame(0, TWICE), "200 stream ok x2", stream),
                new Row("requests in a stream", "12", "Join", two, "200 stream ok x1", stream),
                new Row("both stream", "2", "Chat", two, "200 stream ok x2", stream),
                new Row("both stream", "1", "Chat", two, "505", stream),
                new Row(
                        "an error of a stream",
                        "1",
                        "Repeat",
                        frame(0, FAIL),
                        "200 stream failed_precondition x0",
                        stream),
                new Row("no message", "1", "Repeat", NONE, "200 stream unimplemented x0", stream),
                new Row("two messages", "1", "Repeat", two, "200 stream unimplemented x0", stream),
                new Row("no messages of a stream", "1", "Join", NONE, "200 stream ok x1", stream),
                new Row("half a message", "1", "Join", claim(0, 9, HI), "200 stream invalid_argument x0", stream),
                new Row("an end of a client", "1", "Join", frame(2, utf8("{}")), "200 stream internal x0", stream),
                new Row("4 GiB claimed", "1", "Join", claim(0, -1, HI), "200 stream resource_exhausted x0", stream),
                new Row(
                        "compressed, identity",
                        "1",
                        "Repeat",
                        frame(1, gzip(HI)),
                        "200 stream internal x0",
                        with(stream, "connect-content-encoding", "identity")),
                new Row(
                        "zstd in a stream",
                        "1",
                        "Join",
                        frame(1, zstd(HI)),
                        "200 stream ok x1",
                        with(stream, "connect-content-encoding", "zstd")),
                new Row(
                        "unknown encoding of a stream",
                        "1",
                        "Join",
                        two,
                        "200 stream unimplemented x0",
                        with(stream, "connect-content-encoding", "br")),
                new Row(
                        "another version of a stream",
                        "1",
                        "Join",
                        two,
                        "200 stream invalid_argument x0",
                        "content-type",
                        "application/connect+proto",
                        "connect-protocol-version",
                        "2"),
                new Row(
                        "a stream in JSON",
                        "1",
                        "Repeat",
                        frame(0, JSON),
                        "200 stream ok x0",
                        "content-type",
                        "application/connect+json"));
    }

    static Stream<Row> strictConnect() {
        String[] json = {"content-type", "application/json"};
        return Stream.of(
                new Row("with its version", "1", "Echo", JSON, "200", with(json, "connect-protocol-version", "1")),
                new Row("without", "1", "Echo", JSON, "400 invalid_argument", json),
                new Row("GET with", "1", "GET Echo?message=%7B%7D&encoding=json&connect=v1", NONE, "200"),
                new Row("GET without", "1", "GET Echo?message=%7B%7D&encoding=json", NONE, "400 invalid_argument"),
                new Row(
                        "a stream without",
                        "1",
                        "Join",
                        NONE,
                        "200 stream invalid_argument x0",
                        "content-type",
                        "application/connect+proto"));
    }

    @ParameterizedTest
    @MethodSource({"grpc", "grpcWeb", "connect"})
    void isAnsweredAsSpecified(Row row) throws Exception {
        check(row, server);
    }

    @ParameterizedTest
    @MethodSource
    void strictConnect(Row row) throws Exception {
        check(row, strict);
    }

    private static void check(Row row, RpcServer asked) throws Exception {
        for (char version : row.versions().toCharArray()) {
            assertThat(WireAnswer.line(send(asked, row, version == '2' ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)))
                    .as("over HTTP/%s", version)
                    .isEqualTo(row.expected());
        }
    }

    private static HttpResponse send(RpcServer asked, Row row, HttpVersion version) throws Exception {
        int space = row.method().indexOf(' ');
        String verb = space < 0 ? "POST" : row.method().substring(0, space);
        String method = row.method().substring(space + 1);
        HttpRequest request = new HttpRequest(
                verb,
                "http",
                "127.0.0.1:" + asked.port(),
                method.startsWith("/") ? method : "/parley.test.v1.EchoService/" + method,
                Metadata.of(row.headers()),
                Body.of(row.body()));
        return CallScope.builder(Method.unary("test", verb.toLowerCase(Locale.ROOT)))
                .build()
                .run(client.over(version), request);
    }

    private static String[] with(String[] headers, String... more) {
        return Stream.of(headers, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private static String query(byte[] bytes) {
        return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] trimmed(byte[] base64) {
        return utf8(new String(base64, java.nio.charset.StandardCharsets.US_ASCII).replace("=", ""));
    }

    /** The head of a frame of zstd with the largest window there is, and one raw block. */
    private static byte[] hugeWindow() {
        return new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) (21 << 3), 9, 0, 0, 'x'};
    }
}
