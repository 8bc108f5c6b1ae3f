package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who compresses what, as it stands on the wire between a server and a client over the network. */
class CompressionTest {

    private static final String LONG = "all work and no play ".repeat(200);

    private final RpcServer server =
            RpcServer.builder().service(EchoService.DEFINITION, new Choosing()).start();
    private final HttpClient http = HttpClient.create();
    private final List<Metadata> requests = new CopyOnWriteArrayList<>();
    private final List<Integer> lengths = new CopyOnWriteArrayList<>();
    private final List<Metadata> responses = new CopyOnWriteArrayList<>();

    /** Answers in the compression that the request's text names. */
    private static final class Choosing implements EchoService {
        @Override
        public EchoResponse echo(EchoRequest request) {
            choose(request.getText());
            return EchoResponse.newBuilder().setText(request.getText()).build();
        }

        @Override
        public Messages<EchoResponse> repeat(EchoRequest request) {
            return Messages.produce(sink -> {
                for (String text : request.getText().split(",", -1)) {
                    choose(text);
                    sink.send(EchoResponse.newBuilder().setText(text).build());
                }
            });
        }

        @Override
        public EchoResponse join(Messages<EchoRequest> asked) {
            StringBuilder all = new StringBuilder();
            asked.drain(request -> all.append(request.getText()));
            return EchoResponse.newBuilder().setText(all.toString()).build();
        }

        private static void choose(String text) {
            for (Compression each : Compression.values()) {
                if (text.startsWith(each.wireName())) {
                    Compression.respondWith(each);
                }
            }
        }
    }

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    private ChannelBuilder channel(RpcProtocol protocol) {
        Handler<HttpRequest, HttpResponse> sender = http.over(HttpVersion.HTTP_2);
        return Channel.builder("http://127.0.0.1:" + server.port())
                .protocol(protocol)
                .transport((call, request) -> {
                    requests.add(request.headers());
                    request.body().length().ifPresent(length -> lengths.add((int) length));
                    HttpResponse response = sender.handle(call, request);
                    responses.add(response.headers());
                    return response;
                });
    }

    private static String encoding(Metadata headers) {
        return headers.get("grpc-encoding")
                .or(() -> headers.get("content-encoding"))
                .or(() -> headers.get("connect-content-encoding"))
                .orElse("none");
    }

    private static EchoRequest text(String text) {
        return EchoRequest.newBuilder().setText(text).build();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST") // whose contract is another
    void aServerCompressesLargeAnswersAndLeavesSmallOnes(RpcProtocol protocol) {
        EchoService client = EchoService.client(channel(protocol).build());
        assertThat(client.echo(text(LONG)).getText()).isEqualTo(LONG);
        assertThat(client.echo(text("small")).getText()).isEqualTo("small");
        assertThat(responses.stream().map(CompressionTest::encoding)).containsExactly("zstd", "none");
        assertThat(requests.stream().map(CompressionTest::encoding)).containsExactly("none", "none");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST") // whose contract is another
    void aClientCompressesLargeRequestsIfTold(RpcProtocol protocol) {
        for (Compression how : List.of(Compression.GZIP, Compression.ZSTD)) {
            lengths.clear();
            EchoService client =
                    EchoService.client(channel(protocol).compression(how).build());
            assertThat(client.echo(text(LONG)).getText()).isEqualTo(LONG);
            assertThat(lengths.getFirst()).isLessThan(400);
            assertThat(encoding(requests.getLast())).isEqualTo(how.wireName());
            assertThat(client.join(Messages.of(text(LONG), text("x"))).getText())
                    .isEqualTo(LONG + "x");
            assertThat(encoding(requests.getLast())).isEqualTo(how.wireName());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST") // whose contract is another
    void aCallCompressesEvenASmallRequest(RpcProtocol protocol) {
        EchoService client = EchoService.client(channel(protocol).build())
                .with(CallOptions.defaults().withCompression(Compression.GZIP));
        assertThat(client.echo(text("x")).getText()).isEqualTo("x");
        assertThat(encoding(requests.getFirst())).isEqualTo("gzip");
        assertThat(client.echo(text("")).getText()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST") // whose contract is another
    void aHandlerChooses(RpcProtocol protocol) {
        EchoService client = EchoService.client(channel(protocol).build());
        assertThat(client.echo(text("gzip")).getText()).isEqualTo("gzip");
        assertThat(client.echo(text("identity" + LONG)).getText()).startsWith("identity");
        assertThat(responses.stream().map(CompressionTest::encoding)).containsExactly("gzip", "none");
    }

    @Test
    void aHandlerChoosesForEachMessage() throws Exception {
        HttpResponse response = raw(
                "Repeat",
                "application/grpc",
                WireBytes.frame(0, text("zstd,identity " + LONG + ",zstd again").toByteArray()),
                "grpc-accept-encoding",
                "gzip, zstd");
        assertThat(WireAnswer.frames(response.body().readAll()).stream().map(WireAnswer.Frame::flags))
                .containsExactly(1, 0, 1);
        assertThat(encoding(response.headers())).isEqualTo("zstd");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | gzip",
                "identity,gzip | gzip",
                "deflate, gzip, br, zstd | gzip",
                "br,zstd , gzip | zstd",
                "GZIP | gzip",
                "gzip;q=0, zstd;q=0.5 | zstd",
                "gzip;q=0.000 | none",
                "identity | none",
                "br | none",
                "'' | none",
                "'*' | none",
            })
    void theFirstOfTheClientsListThatIsKnown(String accepted, String chosen) throws Exception {
        byte[] message = text(LONG).toByteArray();
        assertThat(encoding(raw("Echo", "application/proto", message, "accept-encoding", accepted)
                        .headers()))
                .isEqualTo(chosen);
        assertThat(encoding(raw(
                                "Echo",
                                "application/grpc-web",
                                WireBytes.frame(0, message),
                                "grpc-accept-encoding",
                                accepted)
                        .headers()))
                .isEqualTo(chosen);
    }

    @Test
    void aClientWithoutAListAcceptsWhatItSends() throws Exception {
        byte[] message = WireBytes.gzip(text(LONG).toByteArray());
        HttpResponse response = raw("Echo", "application/proto", message, "content-encoding", "gzip");
        assertThat(encoding(response.headers())).isEqualTo("gzip");
        assertThat(raw("Echo", "application/proto", text(LONG).toByteArray())
                        .headers()
                        .names())
                .doesNotContain("content-encoding");
    }

    @Test
    void anUnknownEncodingIsToldWhatIsKnown() throws Exception {
        List<String> lists = new ArrayList<>();
        lists.add(raw("Echo", "application/proto", new byte[0], "content-encoding", "br")
                .headers()
                .get("accept-encoding")
                .orElse(""));
        lists.add(raw("Join", "application/connect+proto", new byte[0], "connect-content-encoding", "br")
                .headers()
                .get("connect-accept-encoding")
                .orElse(""));
        lists.add(raw("Echo", "application/grpc-web", new byte[0], "grpc-encoding", "br")
                .headers()
                .get("grpc-accept-encoding")
                .orElse(""));
        assertThat(lists).containsOnly("zstd,gzip,identity");
    }

    @Test
    void aServerThatNeverCompresses() throws Exception {
        try (RpcServer plain = RpcServer.builder()
                        .service(EchoService.DEFINITION, new Choosing())
                        .compressAbove(Integer.MAX_VALUE)
                        .start();
                Channel channel =
                        Channel.builder("http://127.0.0.1:" + plain.port()).build()) {
            assertThat(EchoService.client(channel).echo(text(LONG)).getText()).isEqualTo(LONG);
        }
        assertThatThrownBy(() -> RpcServer.builder().compressAbove(0)).hasMessageContaining("compressAbove");
    }

    @Test
    void aLimitIsThatOfTheMessageBehindIt() {
        EchoService client = EchoService.client(
                channel(RpcProtocol.GRPC).maxMessageBytes(1000).build());
        assertThatThrownBy(() -> client.echo(text(LONG)))
                .isInstanceOfSatisfying(
                        CallException.class, error -> assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED));
    }

    private HttpResponse raw(String method, String type, byte[] body, String... headers) throws Exception {
        HttpRequest request = new HttpRequest(
                "POST",
                "http",
                "127.0.0.1:" + server.port(),
                "/parley.test.v1.EchoService/" + method,
                Metadata.of("content-type", type).addAll(Metadata.of(headers)),
                Body.of(body));
        return dev.parley.CallScope.builder(dev.parley.Method.unary("test", "raw"))
                .build()
                .run(http.over(HttpVersion.HTTP_2), request);
    }
}
