package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.parley.Metadata;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes on the wire, right and wrong ones. */
class WireTest {

    private static final String ECHO = "/parley.test.v1.EchoService/Echo";
    private static final String JOIN = "/parley.test.v1.EchoService/Join";
    private static final String REPEAT = "/parley.test.v1.EchoService/Repeat";
    private static final EchoRequest HI = EchoRequest.newBuilder().setText("hi").build();

    private final Requests requests = new Requests(RpcHandler.builder()
            .service(EchoService.DEFINITION, new EchoImplementation())
            .maxMessageBytes(1000)
            .build());

    private static byte[] envelope(Message message) {
        return Envelope.of(ProtoCodec.INSTANCE, message);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] bytes) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(all)) {
            out.write(bytes);
        }
        return all.toByteArray();
    }

    @Nested
    class Grpc {

        private Requests.Answer send(String path, byte[] body, String... headers) throws Exception {
            return requests.send(
                    "POST",
                    path,
                    Metadata.of("content-type", "application/grpc").addAll(Metadata.of(headers)),
                    body);
        }

        @Test
        void aUnaryCall() throws Exception {
            Requests.Answer answer = send(ECHO, envelope(HI));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-type")).isEqualTo("application/grpc");
            assertThat(answer.trailers().get("grpc-status")).contains("0");
            assertThat(answer.body())
                    .isEqualTo(envelope(EchoResponse.newBuilder().setText("hi").build()));
        }

        @Test
        void noMessageTwoMessagesAndHalfAMessage() throws Exception {
            assertThat(send(ECHO, new byte[0]).grpcStatus()).isEqualTo("12");
            assertThat(send(ECHO, concat(envelope(HI), envelope(HI))).grpcStatus())
                    .isEqualTo("12");
            assertThat(send(ECHO, new byte[] {0, 0, 0, 0, 9, 1}).grpcStatus()).isEqualTo("13");
            assertThat(send(ECHO, new byte[] {0, 0}).grpcStatus()).isEqualTo("13");
            assertThat(send(JOIN, concat(envelope(HI), new byte[] {0, 0, 0})).grpcStatus())
                    .isEqualTo("13");
            assertThat(send(JOIN, concat(envelope(HI), new byte[] {0, 0, 0, 0, 7, 1}))
                            .grpcStatus())
                    .isEqualTo("13");
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 5, 7, 1000})
        void envelopesInPiecesOfAnySize(int size) throws Exception {
            byte[] body = concat(envelope(HI), envelope(EchoRequest.getDefaultInstance()), envelope(HI));
            Requests.Answer answer =
                    requests.sendInPieces(JOIN, Metadata.of("content-type", "application/grpc"), body, size);
            assertThat(answer.grpcStatus()).isEqualTo("0");
            assertThat(EchoResponse.parseFrom(java.util.Arrays.copyOfRange(answer.body(), 5, answer.body().length)))
                    .isEqualTo(EchoResponse.newBuilder()
                            .setText("hihi")
                            .setIndex(3)
                            .build());
        }

        @Test
        void aClaimedLengthOverTheLimit() throws Exception {
            byte[] claim = {0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff};
            for (String path : new String[] {ECHO, JOIN}) {
                Requests.Answer answer = send(path, claim);
                assertThat(answer.grpcStatus()).isEqualTo("8");
                assertThat(answer.grpcMessage()).contains("4294967295").contains("1000");
            }
        }

        @Test
        void compression() throws Exception {
            byte[] compressed = Envelope.of(Envelope.COMPRESSED, gzip(HI.toByteArray()));
            assertThat(send(ECHO, compressed, "grpc-encoding", "gzip").grpcStatus())
                    .isEqualTo("0");
            assertThat(send(JOIN, compressed, "grpc-encoding", "gzip").grpcStatus())
                    .isEqualTo("0");
            assertThat(send(ECHO, compressed).grpcStatus()).isEqualTo("13");
            assertThat(send(JOIN, compressed).grpcStatus()).isEqualTo("13");
            Requests.Answer answer = send(ECHO, compressed, "grpc-encoding", "snappy");
            assertThat(answer.grpcStatus()).isEqualTo("12");
            assertThat(answer.header("grpc-accept-encoding")).isEqualTo("zstd,gzip,identity");
            byte[] bomb = Envelope.of(Envelope.COMPRESSED, gzip(new byte[1 << 20]));
            assertThat(send(ECHO, java.util.Arrays.copyOf(bomb, bomb.length), "grpc-encoding", "gzip")
                            .grpcStatus())
                    .isEqualTo("8");
        }

        @Test
        void malformedMessages() throws Exception {
            byte[] broken = Envelope.of(0, new byte[] {10, 50, 1});
            Requests.Answer answer = send(ECHO, broken);
            assertThat(answer.grpcStatus()).isEqualTo("3");
            assertThat(answer.grpcMessage()).contains("parley.test.v1.EchoRequest");
            assertThat(send(ECHO, Envelope.of(4, HI.toByteArray())).grpcStatus())
                    .isEqualTo("13");
        }

        @Test
        void unknownMethodsAreNamed() throws Exception {
            Requests.Answer answer = send("/parley.test.v1.EchoService/Nope", envelope(HI));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.grpcStatus()).isEqualTo("12");
            assertThat(answer.grpcMessage()).contains("/parley.test.v1.EchoService/Nope");
        }

        @Test
        void anotherMethodOrContentType() throws Exception {
            Requests.Answer put =
                    requests.send("PUT", ECHO, Metadata.of("content-type", "application/grpc"), envelope(HI));
            assertThat(put.status()).isEqualTo(405);
            assertThat(put.header("allow")).isEqualTo("GET, POST");
            Requests.Answer text = requests.send("POST", ECHO, Metadata.of("content-type", "text/plain"), envelope(HI));
            assertThat(text.status()).isEqualTo(415);
            assertThat(text.header("accept-post")).contains("application/grpc+proto");
            assertThat(requests.send("POST", ECHO, Metadata.of("content-type", "application/grpc+thrift"), envelope(HI))
                            .status())
                    .isEqualTo(415);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "S", "5", "5x", "-5S", "123456789S", "1 S"})
        void aMalformedTimeout(String timeout) throws Exception {
            Requests.Answer answer = send(ECHO, envelope(HI), "grpc-timeout", timeout);
            assertThat(answer.grpcStatus()).isEqualTo("3");
            assertThat(answer.grpcMessage()).contains("grpc-timeout");
        }

        @Test
        void aPassedTimeout() throws Exception {
            assertThat(send(
                                    ECHO,
                                    envelope(EchoRequest.newBuilder()
                                            .setText(EchoImplementation.BLOCK)
                                            .build()),
                                    "grpc-timeout",
                                    "20m")
                            .grpcStatus())
                    .isEqualTo("4");
        }
    }

    @Nested
    class Connect {

        @Test
        void aUnaryCallInJson() throws Exception {
            Requests.Answer answer = requests.json("POST", ECHO, "{\"text\":\"hi\",\"later\":1}");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("{\"text\":\"hi\"}");
            Requests.Answer utf8 = requests.send(
                    "POST", ECHO, Metadata.of("content-type", "Application/JSON; charset=UTF-8"), utf8("{}"));
            assertThat(utf8.status()).isEqualTo(200);
        }

        @Test
        void anError() throws Exception {
            Requests.Answer answer = requests.json("POST", ECHO, "{\"failWith\":5}");
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            assertThat(answer.text())
                    .isEqualTo("{\"code\":\"not_found\",\"message\":\"as asked: 100 % \u00fcber\\n\",\"details\":"
                            + "[{\"type\":\"parley.test.v1.EchoRequest\",\"value\":\"CgZkZXRhaWw\"}]}");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{\"text\": | invalid_argument",
                    "{\"count\":\"x\"} | invalid_argument",
                    "[] | invalid_argument",
                    "' ' | invalid_argument",
                    "{\"count\":99999999999} | invalid_argument",
                })
        void malformedJson(String json, String code) throws Exception {
            Requests.Answer answer = requests.json("POST", ECHO, json);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains(code).contains("EchoRequest");
        }

        @Test
        void textThatIsNotUtf8() throws Exception {
            byte[] bytes = {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xc3, '"', '}'};
            Requests.Answer answer =
                    requests.send("POST", ECHO, Metadata.of("content-type", "application/json"), bytes);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("UTF-8");
        }

        @Test
        void aGet() throws Exception {
            assertThat(requests.get(ECHO + "?connect=v1&encoding=json&message=%7B%22text%22%3A%22hi%22%7D")
                            .text())
                    .isEqualTo("{\"text\":\"hi\"}");
            Requests.Answer proto = requests.get(ECHO + "?connect=v1&encoding=proto&base64=1&message=CgJoaQ");
            assertThat(EchoResponse.parseFrom(proto.body()).getText()).isEqualTo("hi");
            assertThat(requests.get(ECHO + "?encoding=json").status()).isEqualTo(400);
            assertThat(requests.get(REPEAT + "?encoding=json&message=%7B%7D").status())
                    .isEqualTo(405);
        }

        @Test
        void headersThatAreWrong() throws Exception {
            Metadata json = Metadata.of("content-type", "application/json");
            assertThat(requests.send("POST", ECHO, new Metadata(json).add("connect-protocol-version", "2"), utf8("{}"))
                            .text())
                    .contains("invalid_argument");
            assertThat(requests.send("POST", ECHO, new Metadata(json).add("connect-timeout-ms", "5s"), utf8("{}"))
                            .text())
                    .contains("invalid_argument")
                    .contains("connect-timeout-ms");
            Requests.Answer encoding =
                    requests.send("POST", ECHO, new Metadata(json).add("content-encoding", "br"), utf8("{}"));
            assertThat(encoding.status()).isEqualTo(501);
            assertThat(encoding.header("accept-encoding")).isEqualTo("zstd,gzip,identity");
            assertThat(requests.send(
                                    "POST",
                                    ECHO,
                                    new Metadata(json).add("content-encoding", "gzip"),
                                    gzip(utf8("{\"text\":\"z\"}")))
                            .text())
                    .isEqualTo("{\"text\":\"z\"}");
        }

        @Test
        void aKindThatTheTypeDoesNotCarry() throws Exception {
            assertThat(requests.json("POST", JOIN, "{}").status()).isEqualTo(415);
            Requests.Answer answer =
                    requests.send("POST", ECHO, Metadata.of("content-type", "application/connect+json"), new byte[0]);
            assertThat(answer.status()).isEqualTo(415);
            assertThat(answer.header("accept-post")).contains("application/json");
        }

        @Test
        void aStream() throws Exception {
            Metadata type = Metadata.of("content-type", "application/connect+json");
            byte[] request = Envelope.of(0, utf8("{\"text\":\"a\",\"count\":1,\"failWith\":5}"));
            Requests.Answer answer = requests.send("POST", REPEAT, type, request);
            assertThat(answer.status()).isEqualTo(200);
            byte[] first = Envelope.of(0, utf8("{\"text\":\"a\"}"));
            assertThat(java.util.Arrays.copyOf(answer.body(), first.length)).isEqualTo(first);
            assertThat(answer.body()[first.length]).isEqualTo((byte) 2);
            assertThat(answer.text()).contains("{\"error\":{\"code\":\"not_found\"");
        }

        @Test
        void streamsThatAreBroken() throws Exception {
            Metadata type = Metadata.of("content-type", "application/connect+proto");
            assertThat(requests.send("POST", REPEAT, type, new byte[0]).text()).contains("unimplemented");
            assertThat(requests.send("POST", REPEAT, type, concat(envelope(HI), envelope(HI)))
                            .text())
                    .contains("unimplemented");
            assertThat(requests.send("POST", REPEAT, type, new byte[] {0, 0, 0, 0, 9})
                            .text())
                    .contains("invalid_argument");
            assertThat(requests.send("POST", JOIN, type, Envelope.of(1, new byte[0]))
                            .text())
                    .contains("internal");
            assertThat(requests.send("POST", JOIN, type, new byte[] {0, 127, 0, 0, 0})
                            .text())
                    .contains("resource_exhausted");
        }

        @Test
        void anUnknownMethod() throws Exception {
            Requests.Answer answer = requests.send(
                    "POST", "/nope.Service/Nope", Metadata.of("content-type", "application/proto"), new byte[0]);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).contains("unimplemented").contains("/nope.Service/Nope");
        }
    }
}
