package dev.parley.rpc.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.Codec;
import dev.parley.rpc.Compression;
import dev.parley.rpc.ErrorDetails;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.conformance.Seen.Kind;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Success, errors, metadata, limits and timeouts of every kind of call, in every way to make it. */
@Timeout(60)
class CallsTest {

    private static final int LIMIT = 20_000;
    private static final CallOptions ASKING =
            CallOptions.defaults().withHeader(Scripted.ASK, "Value1").withHeader(Scripted.ASK, "Value2");
    private static RpcServer server;

    @BeforeAll
    static void start() {
        server = RpcServer.builder()
                .service(EchoService.DEFINITION, new Scripted())
                .maxMessageBytes(LIMIT)
                .start();
    }

    @AfterAll
    static void stop() {
        server.shutdown(Duration.ZERO);
    }

    static List<Setup> setups() {
        return Setup.all();
    }

    static Stream<Setup> fullDuplex() {
        return Setup.all().stream().filter(Setup::isFullDuplex); // the others are refused: RawRequestsTest
    }

    static Stream<Setup> limits() {
        return Setup.all().stream().filter(setup -> setup.codec() == Codec.PROTO); // of which the sizes are known
    }

    static Stream<Setup> timeouts() {
        return Setup.all().stream().filter(setup -> setup.compression() == Compression.IDENTITY);
    }

    private static EchoRequest request(String text, int count, int failWith) {
        return EchoRequest.newBuilder()
                .setText(text)
                .setCount(count)
                .setFailWith(failWith)
                .build();
    }

    private static List<Kind> kinds(Setup setup) {
        return setup.isFullDuplex()
                ? List.of(Kind.values())
                : List.of(Kind.UNARY, Kind.CLIENT_STREAM, Kind.SERVER_STREAM);
    }

    private static List<EchoRequest> requests(Kind kind, int count, int failWith) {
        EchoRequest first = request("first", count, failWith);
        return kind.streamsRequests() ? List.of(first, request("second", 0, 0)) : List.of(first);
    }

    @ParameterizedTest
    @MethodSource("setups")
    void messagesMetadataAndErrors(Setup setup) {
        try (Channel channel = setup.channel(server.port(), LIMIT)) {
            EchoService.Client client = EchoService.client(channel);
            for (Kind kind : kinds(setup)) {
                for (int count : kind.streamsResponses() ? new int[] {0, 2} : new int[] {1}) {
                    for (Code code : Code.values()) {
                        check(
                                setup,
                                kind,
                                count,
                                code,
                                Seen.of(client, ASKING, kind, requests(kind, count, code.number())));
                    }
                    check(setup, kind, count, null, Seen.of(client, ASKING, kind, requests(kind, count, 0)));
                }
            }
        }
    }

    private static void check(Setup setup, Kind kind, int count, @Nullable Code code, Seen seen) {
        String text = kind.streamsRequests() ? "Value1,Value2,first,second" : "Value1,Value2,first";
        boolean answered = code == null || kind.streamsResponses();
        Seen expected = new Seen(
                answered ? Collections.nCopies(count, text) : List.of(),
                code,
                code == null ? "" : Scripted.MESSAGE,
                code == null ? List.of() : List.of(ErrorDetails.pack(Scripted.DETAIL)),
                Scripted.HEADS,
                Scripted.TRAILS);
        assertThat(seen).as("%s %s, %d answers, %s", setup, kind, count, code).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource
    void fullDuplex(Setup setup) {
        try (Channel channel = setup.channel(server.port(), LIMIT)) {
            Pipe<EchoRequest> requests = Messages.pipe(1);
            try (Messages<EchoResponse> responses =
                    EchoService.client(channel).with(ASKING).chat(requests.messages())) {
                for (int i = 0; i < 3; i++) {
                    requests.send(request(Scripted.FULL_DUPLEX, 0, 0));
                    EchoResponse response = responses.receive();
                    assertThat(response == null ? "" : response.getText())
                            .isEqualTo("Value1,Value2," + Scripted.FULL_DUPLEX);
                }
                requests.complete();
                assertThat(responses.receive()).isNull();
            }
        }
    }

    /** A request of exactly the limit passes, however it is packed; one byte more does not. */
    @ParameterizedTest
    @MethodSource
    void limits(Setup setup) {
        EchoRequest whole = request("x".repeat(LIMIT - 4), 0, 0);
        assertThat(whole.getSerializedSize()).isEqualTo(LIMIT);
        EchoRequest over = request("x".repeat(LIMIT - 3), 0, 0);
        try (Channel channel = setup.channel(server.port(), 2 * LIMIT + 100)) {
            EchoService.Client client = EchoService.client(channel);
            for (Kind kind : kinds(setup)) {
                boolean many = kind.streamsRequests();
                assertThat(Seen.of(client, ASKING, kind, many ? List.of(whole, whole) : List.of(whole))
                                .code())
                        .as("%s %s, the limit", setup, kind)
                        .isNull();
                assertThat(Seen.of(client, ASKING, kind, List.of(over)).code())
                        .as("%s %s, over the limit", setup, kind)
                        .isEqualTo(Code.RESOURCE_EXHAUSTED);
                assertThat(
                                many
                                        ? Seen.of(client, ASKING, kind, List.of(whole, over))
                                                .code()
                                        : Code.RESOURCE_EXHAUSTED)
                        .as("%s %s, the second over the limit", setup, kind)
                        .isEqualTo(Code.RESOURCE_EXHAUSTED);
            }
        }
    }

    @ParameterizedTest
    @MethodSource
    void timeouts(Setup setup) {
        try (Channel channel = setup.channel(server.port(), LIMIT)) {
            EchoService.Client client = EchoService.client(channel);
            for (Kind kind : kinds(setup)) {
                Seen seen = Seen.of(
                        client,
                        CallOptions.defaults().withTimeout(Duration.ofMillis(100)),
                        kind,
                        List.of(request(Scripted.WAIT, 1, 0)));
                assertThat(seen.code()).as("%s %s", setup, kind).isEqualTo(Code.DEADLINE_EXCEEDED);
            }
        }
    }
}
