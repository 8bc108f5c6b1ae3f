package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.rpc.BadRequest;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.ChannelBuilder;
import dev.parley.rpc.Codec;
import dev.parley.rpc.Compression;
import dev.parley.rpc.ErrorDetails;
import dev.parley.rpc.ResponseMetadata;
import dev.parley.rpc.RpcMethod;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.interop.v1.Answer;
import dev.parley.rpc.interop.v1.Ask;
import dev.parley.rpc.interop.v1.InteropProto;
import dev.parley.rpc.interop.v1.InteropService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parley's client of {@code @connectrpc/connect-node}'s server, on node:http and on node:http2. */
@Timeout(60)
class ConnectNodeServerTest {

    @TempDir
    private static Path folder1;

    @TempDir
    private static Path folder2;

    private static NodePeer http1;
    private static NodePeer http2;
    private static int port1;
    private static int port2;

    @BeforeAll
    static void start() throws Exception {
        http1 = NodePeer.start(folder1, "server.mjs", "1.1");
        http2 = NodePeer.start(folder2, "server.mjs", "2");
        port1 = next(http1, "port").get("port").getAsInt();
        port2 = next(http2, "port").get("port").getAsInt();
    }

    @AfterAll
    static void stop() {
        http1.close();
        http2.close();
    }

    /** The next line of {@code peer} that has {@code key}. */
    private static JsonObject next(NodePeer peer, String key) throws Exception {
        while (true) {
            JsonObject line = JsonParser.parseString(peer.line()).getAsJsonObject();
            if (line.has(key)) {
                return line;
            }
        }
    }

    private static NodePeer peer(HttpVersion version) {
        return version == HttpVersion.HTTP_2 ? http2 : http1;
    }

    private static ChannelBuilder channel(RpcProtocol protocol, HttpVersion version) {
        return Channel.builder("http://127.0.0.1:" + (version == HttpVersion.HTTP_2 ? port2 : port1))
                .protocol(protocol)
                .http(version);
    }

    private static Ask ask(String text) {
        return Ask.newBuilder().setText(text).build();
    }

    private static Ask failing(String text, int count, Code code) {
        return Ask.newBuilder()
                .setText(text)
                .setCount(count)
                .setFailCode(code.number())
                .build();
    }

    private static Messages<Ask> asks(int count) {
        return Messages.from(
                IntStream.range(0, count).mapToObj(i -> ask("m" + i)).toList());
    }

    private static CallException failure(Runnable call) {
        return catchThrowableOfType(CallException.class, call::run);
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, HTTP_1_1, JSON, IDENTITY",
        "CONNECT, HTTP_1_1, PROTO, GZIP",
        "CONNECT, HTTP_2, JSON, GZIP",
        "CONNECT, HTTP_2, PROTO, IDENTITY",
        "GRPC, HTTP_2, PROTO, GZIP",
        "GRPC, HTTP_2, JSON, IDENTITY",
        "GRPC_WEB, HTTP_1_1, PROTO, IDENTITY",
        "GRPC_WEB, HTTP_1_1, JSON, GZIP",
        "GRPC_WEB, HTTP_2, PROTO, GZIP",
        "GRPC_WEB, HTTP_2, JSON, IDENTITY"
    })
    void speaksWithConnectNode(RpcProtocol protocol, HttpVersion version, Codec codec, Compression compression)
            throws Exception {
        try (Channel channel =
                channel(protocol, version).codec(codec).compression(compression).build()) {
            InteropService.Client client = InteropService.client(channel);
            unaryAndStreams(client);
            if (version == HttpVersion.HTTP_2) {
                bidiTurnByTurn(client);
            } else {
                CallException refused = failure(() -> client.bidi(asks(1)).toList(9));
                assertThat(refused.code()).isEqualTo(Code.UNKNOWN);
                assertThat(refused.message()).contains("505");
            }
            metadata(client);
            errors(client);
            if (version == HttpVersion.HTTP_2) {
                earlyErrors(client);
            }
            unknownMethod(channel);
            timeAndLeaving(client, peer(version));
        }
    }

    private static void unaryAndStreams(InteropService.Client client) {
        assertThat(client.unary(ask("hello")).getText()).isEqualTo("hello");
        assertThat(client.unary(ask("x".repeat(3 << 20))).getText()).hasSize(3 << 20);
        try (Messages<Answer> answers =
                client.serverStream(ask("s").toBuilder().setCount(500).build())) {
            assertThat(answers.map(Answer::getIndex).toList(1000))
                    .isEqualTo(IntStream.range(0, 500).boxed().toList());
        }
        long bytes = 0;
        try (Messages<Answer> answers = client.serverStream(
                ask("x".repeat(100_000)).toBuilder().setCount(40).build())) {
            for (Answer answer : answers) {
                bytes += answer.getText().length();
            }
        }
        assertThat(bytes).isEqualTo(4_000_000);
        try (Messages<Answer> none = client.serverStream(ask("none"))) {
            assertThat(none.toList(9)).isEmpty();
        }
        Answer all = client.clientStream(asks(100));
        assertThat(all.getIndex()).isEqualTo(100);
        assertThat(all.getText()).startsWith("m0,m1,").endsWith(",m99");
        assertThat(client.clientStream(asks(0)).getIndex()).isZero();
    }

    private static void bidiTurnByTurn(InteropService.Client client) {
        Pipe<Ask> requests = Messages.pipe(1);
        try (Messages<Answer> answers = client.bidi(requests.messages())) {
            Iterator<Answer> iterator = answers.iterator();
            for (int i = 0; i < 50; i++) {
                requests.send(ask("m" + i));
                assertThat(iterator.next().getText()).isEqualTo("m" + i);
            }
            requests.complete();
            assertThat(iterator.hasNext()).isFalse();
        }
        CallException failed = failure(
                () -> client.bidi(Messages.of(failing("b", 0, Code.ABORTED))).toList(9));
        assertFailed(failed, Code.ABORTED);
    }

    private static void metadata(InteropService.Client client) {
        ResponseMetadata received = new ResponseMetadata();
        InteropService.Client sending = client.with(CallOptions.defaults()
                .withHeader("x-echo", "value")
                .withHeaders(new dev.parley.Metadata().addBinary("x-echo-bin", new byte[] {0, 1, -1}))
                .withResponseMetadata(received));
        sending.unary(ask("m"));
        assertEchoed(received);
        try (Messages<Answer> answers =
                sending.serverStream(ask("m").toBuilder().setCount(1).build())) {
            assertThat(answers.toList(9)).hasSize(1);
        }
        assertEchoed(received);
        CallException failed = failure(() -> sending.unary(failing("m", 0, Code.INVALID_ARGUMENT)));
        assertThat(failed.metadata().get("x-echo-trailer")).contains("value");
        assertThat(failed.metadata().getBinary("x-echo-trailer-bin")).contains(new byte[] {0, 1, -1});
    }

    private static void assertEchoed(ResponseMetadata received) {
        assertThat(received.headers().get("x-echo")).contains("value");
        assertThat(received.headers().getBinary("x-echo-bin")).contains(new byte[] {0, 1, -1});
        assertThat(received.trailers().get("x-echo-trailer")).contains("value");
        assertThat(received.trailers().getBinary("x-echo-trailer-bin")).contains(new byte[] {0, 1, -1});
    }

    private static void errors(InteropService.Client client) {
        for (Code code : Code.values()) {
            assertFailed(failure(() -> client.unary(failing("e", 0, code))), code);
        }
        List<Answer> received = new ArrayList<>();
        CallException midStream = failure(
                () -> client.serverStream(failing("s", 3, Code.DATA_LOSS)).forEach(received::add));
        assertThat(received).hasSize(3);
        assertFailed(midStream, Code.DATA_LOSS);
    }

    /** In the middle of a request. Over HTTP/1.1 node's server breaks the connection then, with its answer or ahead of it. */
    private static void earlyErrors(InteropService.Client client) {
        assertFailed(
                failure(() -> client.clientStream(Messages.from(IntStream.range(0, 1000)
                        .mapToObj(i -> failing("c", 0, Code.ALREADY_EXISTS))
                        .toList()))),
                Code.ALREADY_EXISTS);
        CallException tooLarge = failure(() -> client.unary(ask("x".repeat(5 << 20))));
        assertThat(tooLarge.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }

    private static void assertFailed(CallException thrown, Code code) {
        assertThat(thrown.code()).isEqualTo(code);
        assertThat(thrown.message()).isEqualTo("failed as asked: ü %");
        assertThat(thrown.origin()).isEqualTo(CallException.Origin.REMOTE);
        assertThat(ErrorDetails.find(thrown, BadRequest.getDefaultInstance())).contains(ParleyInterop.detail());
    }

    private static void unknownMethod(Channel channel) throws Exception {
        RpcMethod<Ask, Answer> nope =
                RpcMethod.unary(unknownMethod(), Ask.getDefaultInstance(), Answer.getDefaultInstance());
        assertThat(failure(() -> channel.call(nope, CallOptions.defaults(), ask("?")))
                        .code())
                .isEqualTo(Code.UNIMPLEMENTED);
    }

    /** The contract's first method by another name. */
    private static MethodDescriptor unknownMethod() throws DescriptorValidationException {
        FileDescriptor file = InteropProto.getDescriptor();
        FileDescriptorProto.Builder renamed = file.toProto().toBuilder();
        renamed.getServiceBuilder(0).getMethodBuilder(0).setName("Nope");
        FileDescriptor[] imports = file.getDependencies().toArray(FileDescriptor[]::new);
        return FileDescriptor.buildFrom(renamed.build(), imports)
                .getServices()
                .getFirst()
                .getMethods()
                .getFirst();
    }

    private static void timeAndLeaving(InteropService.Client client, NodePeer peer) throws Exception {
        InteropService.Client hasty = client.with(CallOptions.defaults().withTimeout(Duration.ofMillis(500)));
        assertThat(client.with(CallOptions.defaults().withTimeout(Duration.ofSeconds(10)))
                        .unary(ask("d"))
                        .getRemainingMs())
                .isBetween(1L, 10_000L);
        Ask late = ask("late").toBuilder().setCount(1).setWaitMs(60_000).build();
        assertThat(failure(() -> hasty.unary(late)).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(next(peer, "left").get("left").getAsString()).isEqualTo("late");
        assertThat(failure(() -> hasty.serverStream(late).toList(9)).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(next(peer, "left").get("left").getAsString()).isEqualTo("late");
        try (Messages<Answer> answers =
                client.serverStream(late.toBuilder().setText("left").build())) {
            assertThat(answers.receive()).isNotNull();
        }
        assertThat(next(peer, "left").get("left").getAsString()).isEqualTo("left");
        assertThat(client.unary(ask("next")).getText()).isEqualTo("next");
    }

    @Test
    void looksByGet() throws Exception {
        try (Channel channel = channel(RpcProtocol.CONNECT, HttpVersion.HTTP_1_1)
                .getUpTo(8_000)
                .build()) {
            InteropService.Client client = InteropService.client(channel);
            assertThat(marked(client, "get").look(ask("Größe")).getText()).isEqualTo("Größe");
            assertThat(wire(http1, "get")).startsWith("GET");
            assertFailed(failure(() -> marked(client, "failed").look(failing("e", 0, Code.NOT_FOUND))), Code.NOT_FOUND);
            assertThat(wire(http1, "failed")).startsWith("GET");
            assertThat(marked(client, "long").look(ask("x".repeat(9_000))).getText())
                    .hasSize(9_000);
            assertThat(wire(http1, "long")).startsWith("POST");
            assertThat(marked(client, "acts").unary(ask("u")).getText()).isEqualTo("u");
            assertThat(wire(http1, "acts")).startsWith("POST");
        }
    }

    @ParameterizedTest
    @CsvSource({"CONNECT, HTTP_1_1", "CONNECT, HTTP_2", "GRPC, HTTP_2", "GRPC_WEB, HTTP_1_1", "GRPC_WEB, HTTP_2"})
    void compresses(RpcProtocol protocol, HttpVersion version) throws Exception {
        NodePeer peer = peer(version);
        try (Channel plain = channel(protocol, version).build();
                Channel gzip =
                        channel(protocol, version).compression(Compression.GZIP).build();
                Channel zstd =
                        channel(protocol, version).compression(Compression.ZSTD).build()) {
            Ask large = ask("x".repeat(10_000)).toBuilder().setCount(2).build();
            String mark = protocol + " " + version;
            assertThat(marked(plain, mark + " plain").unary(large).getText()).hasSize(10_000);
            assertThat(wire(peer, mark + " plain")).isEqualTo("POST, sent none, got gzip");
            assertThat(marked(gzip, mark + " gzip").unary(large).getText()).hasSize(10_000);
            assertThat(wire(peer, mark + " gzip")).isEqualTo("POST, sent gzip, got gzip");
            assertThat(marked(gzip, mark + " stream").serverStream(large).toList(9))
                    .hasSize(2);
            assertThat(wire(peer, mark + " stream")).isEqualTo("POST, sent gzip, got gzip");
            CallException unknown = failure(() -> marked(zstd, mark + " zstd").unary(large));
            assertThat(unknown.code()).isEqualTo(Code.UNIMPLEMENTED);
            assertThat(unknown.message()).contains("zstd", "gzip");
        }
    }

    private static InteropService.Client marked(Channel channel, String mark) {
        return marked(InteropService.client(channel), mark);
    }

    /** A client whose calls the server tells of by {@code mark}. */
    private static InteropService.Client marked(InteropService.Client client, String mark) {
        return client.with(CallOptions.defaults().withHeader("x-mark", mark));
    }

    /** What the server says of the call with this mark: the method, and the encodings of request and response. */
    private static String wire(NodePeer peer, String mark) throws Exception {
        while (true) {
            JsonObject line = next(peer, "mark");
            if (line.get("mark").getAsString().equals(mark)) {
                return line.get("method").getAsString() + ", sent "
                        + line.get("sent").getAsString() + ", got "
                        + line.get("got").getAsString();
            }
        }
    }

    @Test
    void aServerWithoutTextSaysSo() {
        try (Channel channel =
                channel(RpcProtocol.GRPC_WEB_TEXT, HttpVersion.HTTP_1_1).build()) {
            CallException refused = failure(() -> InteropService.client(channel).unary(ask("hello")));
            assertThat(refused.code()).isEqualTo(Code.UNKNOWN);
            assertThat(refused.message()).contains("415");
        }
    }
}
