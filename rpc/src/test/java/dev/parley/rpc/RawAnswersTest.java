package dev.parley.rpc;

import static dev.parley.rpc.WireBytes.base64;
import static dev.parley.rpc.WireBytes.claim;
import static dev.parley.rpc.WireBytes.concat;
import static dev.parley.rpc.WireBytes.frame;
import static dev.parley.rpc.WireBytes.gzip;
import static dev.parley.rpc.WireBytes.utf8;
import static dev.parley.rpc.WireBytes.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.chain.Chain;
import dev.parley.http.Body;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers, right and wrong ones, of a server that sends what it is told, and what each protocol's client makes of them. */
class RawAnswersTest {

    private static final byte[] OK =
            EchoResponse.newBuilder().setText("ok").build().toByteArray();
    private static final byte[] BIG = new byte[1 << 20];
    private static final byte[] NONE = {};
    private static final EchoRequest REQUEST = EchoRequest.getDefaultInstance();

    private static final Map<RpcProtocol, Channel> CHANNELS = new EnumMap<>(RpcProtocol.class);
    private static HttpServer server;
    private static volatile @Nullable Row scripted;

    /**
     * {@code kind}: unary, stream (the server's) or join (the client's). {@code headers}: {@code ~} before a trailer. {@code
     * expected}: how many messages, then the code and, behind a colon, the message's beginning.
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(
            String name,
            RpcProtocol protocol,
            String kind,
            int status,
            byte[] body,
            String expected,
            String... headers) {

        HttpResponse response() {
            Metadata head = new Metadata();
            Metadata trailers = new Metadata();
            for (int i = 0; i < headers.length; i += 2) {
                boolean trailer = headers[i].startsWith("~");
                (trailer ? trailers : head).add(headers[i].substring(trailer ? 1 : 0), headers[i + 1]);
            }
            return new HttpResponse(status, head, Body.of(body, trailers));
        }

        @Override
        public String toString() {
            return protocol + " " + kind + ": " + name;
        }
    }

    @BeforeAll
    static void start() {
        server = HttpServer.builder()
                .handler((call, request) -> {
                    request.body().readAll();
                    return Objects.requireNonNull(scripted).response();
                })
                .start();
        for (RpcProtocol protocol : RpcProtocol.values()) {
            CHANNELS.put(
                    protocol,
                    Channel.builder("http://127.0.0.1:" + server.port())
                            .protocol(protocol)
                            .chain(Chain.empty()) // what one answer is taken for
                            .maxMessageBytes(1000)
                            .build());
        }
    }

    @AfterAll
    static void stop() {
        CHANNELS.values().forEach(Channel::close);
        server.close();
    }

    static Stream<Row> grpc() {
        RpcProtocol p = RpcProtocol.GRPC;
        String[] type = {"content-type", "application/grpc"};
        String[] ok = with(type, "~grpc-status", "0");
        byte[] one = frame(0, OK);
        return Stream.of(
                new Row("one", p, "unary", 200, one, "1 ok", ok),
                new Row("an empty one", p, "unary", 200, frame(0, NONE), "1 ok", ok),
                new Row(
                        "with the codec",
                        p,
                        "unary",
                        200,
                        one,
                        "1 ok",
                        "content-type",
                        "application/grpc+proto",
                        "~grpc-status",
                        "0"),
                new Row(
                        "another codec",
                        p,
                        "unary",
                        200,
                        one,
                        "0 internal",
                        "content-type",
                        "application/grpc+json",
                        "~grpc-status",
                        "0"),
                new Row(
                        "gRPC-Web",
                        p,
                        "unary",
                        200,
                        one,
                        "0 unknown",
                        "content-type",
                        "application/grpc-web",
                        "~grpc-status",
                        "0"),
                new Row("an image", p, "unary", 200, NONE, "0 unknown", "content-type", "image/jpeg"),
                new Row("no type", p, "unary", 200, NONE, "0 unknown"),
                new Row("none", p, "unary", 200, NONE, "0 unimplemented", ok),
                new Row("none, at once", p, "unary", 200, NONE, "0 unimplemented", with(type, "grpc-status", "0")),
                new Row("two", p, "unary", 200, concat(one, one), "0 unimplemented", ok),
                new Row("none", p, "join", 200, NONE, "0 unimplemented", ok),
                new Row("two", p, "join", 200, concat(one, one), "0 unimplemented", ok),
                new Row(
                        "two and an error",
                        p,
                        "unary",
                        200,
                        concat(one, one),
                        "0 aborted",
                        with(type, "~grpc-status", "10")),
                new Row(
                        "an error",
                        p,
                        "unary",
                        200,
                        NONE,
                        "0 failed_precondition:a % \u00fc",
                        with(type, "~grpc-status", "9", "~grpc-message", "a %25 %C3%BC")),
                new Row(
                        "a malformed message",
                        p,
                        "unary",
                        200,
                        NONE,
                        "0 failed_precondition:a %2 %zz %",
                        with(type, "grpc-status", "9", "grpc-message", "a %2 %zz %")),
                new Row("an error at once", p, "stream", 200, NONE, "0 not_found", with(type, "grpc-status", "5")),
                new Row(
                        "an error behind two",
                        p,
                        "stream",
                        200,
                        concat(one, one),
                        "2 not_found",
                        with(type, "~grpc-status", "5")),
                new Row("no status", p, "unary", 200, NONE, "0 unknown", with(type, "~grpc-message", "error")),
                new Row("no trailers", p, "unary", 200, one, "0 internal", type),
                new Row("no trailers", p, "stream", 200, one, "1 internal", type),
                new Row("nothing at all", p, "stream", 200, NONE, "0 unknown", type),
                new Row(
                        "a status in the head, a body",
                        p,
                        "unary",
                        200,
                        one,
                        "0 internal",
                        with(type, "grpc-status", "9")),
                new Row(
                        "a status in both",
                        p,
                        "unary",
                        200,
                        NONE,
                        "0 failed_precondition",
                        with(type, "grpc-status", "8", "~grpc-status", "9", "~foo", "bar")),
                new Row("a status in both", p, "stream", 200, one, "1 ok", with(ok, "grpc-status", "8")),
                new Row("no number", p, "unary", 200, NONE, "0 unknown", with(type, "~grpc-status", "x")),
                new Row("out of range", p, "unary", 200, NONE, "0 unknown", with(type, "~grpc-status", "17")),
                new Row(
                        "too large a number",
                        p,
                        "unary",
                        200,
                        NONE,
                        "0 unknown",
                        with(type, "~grpc-status", "99999999999")),
                new Row("negative", p, "unary", 200, NONE, "0 unknown", with(type, "~grpc-status", "-1")),
                new Row(
                        "details that are none",
                        p,
                        "unary",
                        200,
                        NONE,
                        "0 not_found",
                        with(type, "~grpc-status", "5", "~grpc-status-details-bin", "***")),
                new Row("400", p, "unary", 400, NONE, "0 internal", "content-type", "text/html"),
                new Row("401", p, "unary", 401, NONE, "0 unauthenticated"),
                new Row("403", p, "unary", 403, NONE, "0 permission_denied"),
                new Row("404", p, "stream", 404, NONE, "0 unimplemented"),
                new Row("429", p, "unary", 429, NONE, "0 unavailable"),
                new Row("500", p, "unary", 500, NONE, "0 unknown"),
                new Row("502", p, "unary", 502, utf8("<html>"), "0 unavailable", "content-type", "text/html"),
                new Row("503 as gRPC", p, "stream", 503, utf8("overloaded"), "0 unavailable", type),
                new Row("503 with a status", p, "unary", 503, NONE, "0 data_loss", with(type, "grpc-status", "15")),
                new Row("503 with trailers", p, "unary", 503, NONE, "0 data_loss", with(type, "~grpc-status", "15")),
                new Row("504", p, "unary", 504, NONE, "0 unavailable", type),
                new Row("half a message", p, "unary", 200, claim(0, 9, OK), "0 internal", ok),
                new Row("half a message", p, "stream", 200, concat(one, claim(0, 9, OK)), "1 internal", ok),
                new Row(
                        "half a message and an error",
                        p,
                        "stream",
                        200,
                        claim(0, 9, OK),
                        "0 aborted",
                        with(type, "~grpc-status", "10")),
                new Row("4 GiB claimed", p, "stream", 200, claim(0, -1, OK), "0 resource_exhausted", ok),
                new Row("too large", p, "unary", 200, frame(0, new byte[1001]), "0 resource_exhausted", ok),
                new Row("unknown flags", p, "unary", 200, frame(2, OK), "0 internal", ok),
                new Row("not the message", p, "unary", 200, frame(0, new byte[] {10, 9}), "0 internal", ok),
                new Row("gzip", p, "unary", 200, frame(1, gzip(OK)), "1 ok", with(ok, "grpc-encoding", "gzip")),
                new Row(
                        "zstd",
                        p,
                        "stream",
                        200,
                        concat(frame(1, zstd(OK)), one),
                        "2 ok",
                        with(ok, "grpc-encoding", "zstd")),
                new Row(
                        "a bomb",
                        p,
                        "unary",
                        200,
                        frame(1, zstd(BIG)),
                        "0 resource_exhausted",
                        with(ok, "grpc-encoding", "zstd")),
                new Row(
                        "an unknown encoding",
                        p,
                        "unary",
                        200,
                        frame(1, OK),
                        "0 internal",
                        with(ok, "grpc-encoding", "foo")),
                new Row(
                        "an unknown encoding",
                        p,
                        "stream",
                        200,
                        frame(1, OK),
                        "0 internal",
                        with(ok, "grpc-encoding", "foo")),
                new Row(
                        "compressed, identity",
                        p,
                        "unary",
                        200,
                        frame(1, OK),
                        "0 internal",
                        with(ok, "grpc-encoding", "identity")));
    }

    static Stream<Row> grpcWeb() {
        RpcProtocol p = RpcProtocol.GRPC_WEB;
        RpcProtocol t = RpcProtocol.GRPC_WEB_TEXT;
        String[] type = {"content-type", "application/grpc-web+proto"};
        String[] text = {"content-type", "application/grpc-web-text"};
        byte[] one = frame(0, OK);
        byte[] ok = frame(0x80, utf8("grpc-status: 0\r\n"));
        byte[] nine = frame(0x80, utf8("Grpc-Status:9\r\ngRPC-Message: oops%21\r\nx-trail: a\r\nx-trail: b\r\n"));
        return Stream.of(
                new Row("one", p, "unary", 200, concat(one, ok), "1 ok", type),
                new Row("bare type", p, "unary", 200, concat(one, ok), "1 ok", "content-type", "application/grpc-web"),
                new Row("two", p, "stream", 200, concat(one, one, ok), "2 ok", type),
                new Row("an error", p, "unary", 200, nine, "0 failed_precondition:oops!", type),
                new Row("an error", p, "stream", 200, concat(one, nine), "1 failed_precondition:oops!", type),
                new Row(
                        "an error of lines",
                        p,
                        "unary",
                        200,
                        frame(0x80, utf8("grpc-status: 9\n")),
                        "0 failed_precondition",
                        type),
                new Row(
                        "an error at once",
                        p,
                        "unary",
                        200,
                        NONE,
                        "0 failed_precondition:oops",
                        with(type, "grpc-status", "9", "grpc-message", "oops")),
                new Row(
                        "an error at once",
                        p,
                        "stream",
                        200,
                        NONE,
                        "0 failed_precondition",
                        with(type, "grpc-status", "9")),
                new Row(
                        "a status in both",
                        p,
                        "unary",
                        200,
                        nine,
                        "0 failed_precondition",
                        with(type, "grpc-status", "8")),
                new Row("no status at once", p, "unary", 200, NONE, "0 unknown", with(type, "grpc-message", "x")),
                new Row("no status", p, "unary", 200, frame(0x80, utf8("grpc-message: x\r\n")), "0 unknown", type),
                new Row("empty trailers", p, "unary", 200, concat(one, frame(0x80, NONE)), "0 internal", type),
                new Row("none", p, "unary", 200, ok, "0 unimplemented", type),
                new Row("none at once", p, "unary", 200, NONE, "0 unimplemented", with(type, "grpc-status", "0")),
                new Row("two", p, "unary", 200, concat(one, one, ok), "0 unimplemented", type),
                new Row("none", p, "join", 200, ok, "0 unimplemented", type),
                new Row("two", p, "join", 200, concat(one, one, ok), "0 unimplemented", type),
                new Row("no trailers", p, "unary", 200, one, "0 internal", type),
                new Row("no trailers", p, "stream", 200, one, "1 internal", type),
                new Row("trailers twice", p, "unary", 200, concat(one, ok, ok), "0 internal", type),
                new Row("a message behind the trailers", p, "stream", 200, concat(one, ok, one), "1 internal", type),
                new Row(
                        "trailers that are none",
                        p,
                        "unary",
                        200,
                        concat(one, frame(0x80, utf8("hello"))),
                        "0 internal",
                        type),
                new Row(
                        "trailers cut short",
                        p,
                        "unary",
                        200,
                        concat(one, claim(0x80, 99, utf8("grpc-status: 0\r\n"))),
                        "0 internal",
                        type),
                new Row("trailers of 4 GiB", p, "stream", 200, claim(0x80, -1, NONE), "0 resource_exhausted", type),
                new Row(
                        "compressed trailers",
                        p,
                        "unary",
                        200,
                        frame(0x81, gzip(utf8("grpc-status: 9\r\n"))),
                        "0 failed_precondition",
                        with(type, "grpc-encoding", "gzip")),
                new Row(
                        "compressed trailers, no encoding",
                        p,
                        "unary",
                        200,
                        frame(0x81, gzip(utf8("grpc-status: 9\r\n"))),
                        "0 internal",
                        type),
                new Row(
                        "zstd",
                        p,
                        "unary",
                        200,
                        concat(frame(1, zstd(OK)), ok),
                        "1 ok",
                        with(type, "grpc-encoding", "zstd")),
                new Row(
                        "an unknown encoding",
                        p,
                        "unary",
                        200,
                        concat(frame(1, OK), ok),
                        "0 internal",
                        with(type, "grpc-encoding", "foo")),
                new Row(
                        "compressed, identity",
                        p,
                        "unary",
                        200,
                        concat(frame(1, OK), ok),
                        "0 internal",
                        with(type, "grpc-encoding", "identity")),
                new Row(
                        "another codec",
                        p,
                        "unary",
                        200,
                        concat(one, ok),
                        "0 internal",
                        "content-type",
                        "application/grpc-web+json"),
                new Row("an image", p, "unary", 200, NONE, "0 unknown", "content-type", "image/jpeg"),
                new Row("503", p, "unary", 503, NONE, "0 unavailable"),
                new Row("404", p, "unary", 404, NONE, "0 unimplemented", "content-type", "text/html"),
                new Row("text for binary", p, "unary", 200, base64(concat(one, ok)), "1 ok", text),
                new Row("one", t, "unary", 200, base64(concat(one, ok)), "1 ok", text),
                new Row("padding in the middle", t, "unary", 200, concat(base64(one), base64(ok)), "1 ok", text),
                new Row("pieces", t, "stream", 200, pieces(concat(one, one, ok)), "2 ok", text),
                new Row("binary for text", t, "unary", 200, concat(one, ok), "1 ok", type),
                new Row("an error", t, "unary", 200, base64(nine), "0 failed_precondition:oops!", text),
                new Row(
                        "an error at once",
                        t,
                        "unary",
                        200,
                        NONE,
                        "0 failed_precondition",
                        with(text, "grpc-status", "9")),
                new Row("not base64", t, "unary", 200, utf8("AAAA!"), "0 internal", text),
                new Row("cut short", t, "stream", 200, Arrays.copyOf(base64(concat(one, ok)), 21), "1 internal", text));
    }

    static Stream<Row> connect() {
        RpcProtocol p = RpcProtocol.CONNECT;
        String[] proto = {"content-type", "application/proto"};
        String[] json = {"content-type", "application/json"};
        String[] stream = {"content-type", "application/connect+proto"};
        byte[] one = frame(0, OK);
        byte[] end = frame(2, utf8("{}"));
        return Stream.of(
                new Row("one", p, "unary", 200, OK, "1 ok", proto),
                new Row("nothing", p, "unary", 200, NONE, "1 ok", proto),
                new Row("a trailer without a name", p, "unary", 200, OK, "1 ok", with(proto, "trailer-", "x")),
                new Row("nothing in gzip", p, "unary", 200, NONE, "1 ok", with(proto, "content-encoding", "gzip")),
                new Row("gzip", p, "unary", 200, gzip(OK), "1 ok", with(proto, "content-encoding", "gzip")),
                new Row(
                        "a bomb",
                        p,
                        "unary",
                        200,
                        gzip(BIG),
                        "0 resource_exhausted",
                        with(proto, "content-encoding", "gzip")),
                new Row(
                        "an unknown encoding",
                        p,
                        "unary",
                        200,
                        OK,
                        "0 internal",
                        with(proto, "content-encoding", "foo")),
                new Row("another codec", p, "unary", 200, utf8("{}"), "0 internal", json),
                new Row("an image", p, "unary", 200, NONE, "0 unknown", "content-type", "image/jpeg"),
                new Row("too large", p, "unary", 200, new byte[1001], "0 resource_exhausted", proto),
                new Row("not the message", p, "unary", 200, new byte[] {10, 9}, "0 internal", proto),
                error(409, "{\"code\":\"aborted\",\"message\":\"oops\"}", "0 aborted:oops"),
                error(401, "null", "0 unauthenticated"),
                error(401, "{\"code\":null,\"message\":\"oops\"}", "0 unauthenticated:oops"),
                error(401, "{\"message\":\"oops\"}", "0 unauthenticated:oops"),
                error(429, "{\"code\":\"foobar\",\"message\":\"oops\"}", "0 unavailable:oops"),
                error(401, "{\"code\":\"unauthenticated\"}", "0 unauthenticated"),
                error(422, "{\"code\":\"out_of_range\",\"message\":\"oops\",\"foobar\":1}", "0 out_of_range:oops"),
                error(422, "{\"code\":\"out_of_range\",\"details\":null}", "0 out_of_range"),
                error(422, "{\"code\":\"out_of_range\",\"details\":[null,1,{}]}", "0 out_of_range"),
                error(
                        422,
                        "{\"code\":\"out_of_range\",\"details\":[{\"type\":\"a.B\",\"value\":\"*\"}]}",
                        "0 out_of_range"),
                error(503, "{\"code\":5}", "0 unavailable"),
                error(503, "{'code':'aborted'}", "0 unavailable"),
                error(503, "{\"code\":\"aborted\"}{}", "0 unavailable"),
                error(503, "[".repeat(5000), "0 unavailable"),
                error(403, "", "0 permission_denied"),
                new Row(
                        "gzip",
                        p,
                        "unary",
                        409,
                        gzip(utf8("{\"code\":\"aborted\"}")),
                        "0 aborted",
                        with(json, "content-encoding", "gzip")),
                new Row(
                        "a broken gzip",
                        p,
                        "unary",
                        503,
                        utf8("{\"code\":\"aborted\"}"),
                        "0 unavailable",
                        with(json, "content-encoding", "gzip")),
                new Row("a message with an error's status", p, "unary", 403, OK, "0 permission_denied", proto),
                new Row("502 in HTML", p, "unary", 502, utf8("<html>"), "0 unavailable", "content-type", "text/html"),
                new Row("505", p, "stream", 505, NONE, "0 unknown"),
                new Row("404", p, "stream", 404, NONE, "0 unimplemented", json),
                new Row("two", p, "stream", 200, concat(one, one, end), "2 ok", stream),
                new Row(
                        "zstd",
                        p,
                        "stream",
                        200,
                        concat(frame(1, zstd(OK)), end),
                        "1 ok",
                        with(stream, "connect-content-encoding", "zstd")),
                new Row(
                        "a compressed end",
                        p,
                        "stream",
                        200,
                        frame(3, gzip(utf8("{\"error\":{\"code\":\"aborted\",\"message\":\"x\"}}"))),
                        "0 aborted:x",
                        with(stream, "connect-content-encoding", "gzip")),
                new Row(
                        "a compressed end, no encoding",
                        p,
                        "stream",
                        200,
                        frame(3, gzip(utf8("{}"))),
                        "0 internal",
                        stream),
                new Row("one", p, "join", 200, concat(one, end), "1 ok", stream),
                new Row("none", p, "join", 200, end, "0 unimplemented", stream),
                new Row("two", p, "join", 200, concat(one, one, end), "0 unimplemented", stream),
                new Row("no end", p, "join", 200, one, "0 internal", stream),
                new Row("no end", p, "stream", 200, one, "1 internal", stream),
                new Row("nothing", p, "stream", 200, NONE, "0 internal", stream),
                new Row("an end twice", p, "stream", 200, concat(one, end, end), "1 internal", stream),
                new Row("a message behind the end", p, "stream", 200, concat(end, one), "0 internal", stream),
                new Row("half an end", p, "stream", 200, claim(2, 9, utf8("{}")), "0 internal", stream),
                new Row("an end of 4 GiB", p, "stream", 200, claim(2, -1, utf8("{}")), "0 resource_exhausted", stream),
                new Row("unknown flags", p, "stream", 200, concat(frame(0x80, OK), end), "0 internal", stream),
                new Row(
                        "another codec",
                        p,
                        "stream",
                        200,
                        concat(one, end),
                        "0 internal",
                        "content-type",
                        "application/connect+json"),
                new Row("a unary answer", p, "stream", 200, OK, "0 unknown", proto),
                new Row(
                        "an unknown encoding",
                        p,
                        "stream",
                        200,
                        concat(frame(1, OK), end),
                        "0 internal",
                        with(stream, "connect-content-encoding", "foo")),
                new Row(
                        "compressed, identity",
                        p,
                        "stream",
                        200,
                        concat(frame(1, OK), end),
                        "0 internal",
                        with(stream, "connect-content-encoding", "identity")),
                ended("{\"error\":{\"code\":\"aborted\",\"message\":\"oops\"}}", "1 aborted:oops"),
                ended("{\"error\":null}", "1 ok"),
                ended("{\"error\":{}}", "1 unknown"),
                ended("{\"error\":{\"code\":null,\"message\":\"oops\"}}", "1 unknown:oops"),
                ended("{\"error\":{\"message\":\"oops\"}}", "1 unknown:oops"),
                ended("{\"error\":{\"code\":\"foobar\",\"message\":\"oops\"}}", "1 unknown:oops"),
                ended("{\"error\":\"oops\"}", "1 internal"),
                ended("{\"metadata\":{\"x-a\":[\"b\"],\"\":[\"c\"],\"x-d\":7},\"other\":1}", "1 ok"),
                ended("{\"metadata\":null}", "1 ok"),
                ended("null", "1 internal"),
                ended("", "1 internal"),
                ended("{", "1 internal"),
                ended("{} {}", "1 internal"));
    }

    private static Row error(int status, String json, String expected) {
        String name = status + " " + json.substring(0, Math.min(60, json.length()));
        return new Row(
                name, RpcProtocol.CONNECT, "unary", status, utf8(json), expected, "content-type", "application/json");
    }

    private static Row ended(String json, String expected) {
        return new Row(
                "an end " + json,
                RpcProtocol.CONNECT,
                "stream",
                200,
                concat(frame(0, OK), frame(2, utf8(json))),
                expected,
                "content-type",
                "application/connect+proto");
    }

    @ParameterizedTest
    @MethodSource({"grpc", "grpcWeb", "connect"})
    void isTakenAsSpecified(Row row) {
        scripted = row;
        String expected = row.expected();
        String seen = seen(row, EchoService.client(CHANNELS.get(row.protocol())));
        assertThat(expected.contains(":") ? seen : seen.replaceFirst(":.*(?s:.*)", ""))
                .isEqualTo(expected);
    }

    private static String seen(Row row, EchoService client) {
        int messages = 0;
        try {
            switch (row.kind()) {
                case "unary" -> {
                    client.echo(REQUEST);
                    messages = 1;
                }
                case "join" -> {
                    client.join(Messages.of(REQUEST));
                    messages = 1;
                }
                default -> {
                    try (Messages<EchoResponse> answers = client.repeat(REQUEST)) {
                        while (answers.receive() != null) {
                            messages++;
                        }
                    }
                }
            }
            return messages + " ok";
        } catch (CallException e) {
            return messages + " " + e.code().name().toLowerCase(Locale.ROOT) + ":" + e.message();
        }
    }

    private static byte[] pieces(byte[] bytes) {
        byte[][] parts = new byte[bytes.length][];
        for (int i = 0; i < bytes.length; i++) {
            parts[i] = base64(new byte[] {bytes[i]});
        }
        return concat(parts);
    }

    private static String[] with(String[] headers, String... more) {
        return Stream.of(headers, more).flatMap(Arrays::stream).toArray(String[]::new);
    }
}
