package dev.parley.rpc.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.Codec;
import dev.parley.rpc.Compression;
import dev.parley.rpc.conformance.Seen.Kind;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoService;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A status of HTTP without a word of any protocol, as a proxy answers, is the code of gRPC's table in each of them. */
@Timeout(60)
class StatusTest {

    private static final Map<Integer, Code> TABLE = new TreeMap<>(Map.of(
            400, Code.INTERNAL,
            401, Code.UNAUTHENTICATED,
            403, Code.PERMISSION_DENIED,
            404, Code.UNIMPLEMENTED,
            429, Code.UNAVAILABLE,
            502, Code.UNAVAILABLE,
            503, Code.UNAVAILABLE,
            504, Code.UNAVAILABLE));
    private static final List<Integer> UNMAPPED =
            List.of(201, 302, 405, 409, 412, 413, 415, 418, 431, 499, 500, 505, 599, 800, 999);

    private static StatusServer server;

    @BeforeAll
    static void start() throws Exception {
        UNMAPPED.forEach(each -> TABLE.put(each, Code.UNKNOWN));
        server = new StatusServer();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    static Stream<Setup> setups() {
        return Setup.all().stream()
                .filter(setup -> setup.codec() == Codec.PROTO && setup.compression() == Compression.IDENTITY);
    }

    @ParameterizedTest
    @MethodSource("setups")
    void isTheCodeOfTheTable(Setup setup) {
        try (Channel channel = setup.channel(server.port(), 1000)) {
            EchoService.Client client = EchoService.client(channel);
            TABLE.forEach((given, code) -> {
                server.answer(given);
                for (Kind kind : Kind.values()) {
                    if (kind != Kind.BIDI_STREAM || setup.isFullDuplex()) {
                        Seen seen = Seen.of(
                                client, CallOptions.defaults(), kind, List.of(EchoRequest.getDefaultInstance()));
                        assertThat(seen.code())
                                .as("%s %s %d", setup, kind, given)
                                .isEqualTo(code);
                    }
                }
            });
        }
    }
}
