package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.http.HttpServer;
import dev.parley.rpc.RpcHandler;
import dev.parley.rpc.interop.v1.InteropService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code @connectrpc/connect-node} as the client of Parley's server. */
@Timeout(90)
class ConnectNodeTest {

    private static final String FAILED = "\"failed as asked: ü %\",\"text\"]";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "connect, 1.1, json, identity",
        "connect, 1.1, proto, gzip",
        "connect, 2, json, gzip",
        "connect, 2, proto, identity",
        "grpc, 2, proto, gzip",
        "grpc, 2, json, identity",
        "grpc-web, 1.1, proto, identity",
        "grpc-web, 1.1, json, gzip",
        "grpc-web, 2, proto, gzip",
        "grpc-web, 2, json, identity"
    })
    void speaksWithConnectNode(String protocol, String version, String codec, String compression) throws Exception {
        ParleyInterop service = new ParleyInterop();
        RpcHandler handler =
                RpcHandler.builder().service(InteropService.DEFINITION, service).build();
        List<String> looks = new CopyOnWriteArrayList<>();
        try (HttpServer server = HttpServer.builder()
                        .timeout(handler::timeout)
                        .handler((call, request) -> {
                            if (request.path().endsWith("/Look")) {
                                looks.add(request.method());
                            }
                            return handler.handle(call, request);
                        })
                        .start();
                NodePeer node = NodePeer.start(
                        folder,
                        "peer.mjs",
                        "http://127.0.0.1:" + server.port(),
                        protocol,
                        version,
                        codec,
                        compression)) {
            assertThat(node.all()).containsExactlyElementsOf(expected(version));
            assertThat(looks).isEqualTo(Collections.nCopies(3, protocol.equals("connect") ? "GET" : "POST"));
            List<String> interrupted = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                interrupted.add(service.interrupts.poll(5, TimeUnit.SECONDS));
            }
            assertThat(interrupted).containsExactly("late", "late stream", "left stream", "left");
        }
    }

    private static List<String> expected(String version) {
        List<String> expected = new ArrayList<>();
        say(expected, "unary", "\"hello\"");
        say(expected, "long", "[40000,\"gzip\"]");
        say(expected, "large", "3145728");
        say(expected, "serverStream", "500");
        say(expected, "largeStream", "[4000000,\"gzip\"]");
        say(expected, "clientStream", "100");
        say(expected, "emptyClientStream", "0");
        if (version.equals("2")) {
            say(expected, "bidi", "[100,\"m99\"]");
            say(expected, "turns", "[20,true]");
            say(expected, "bidiFails", "[\"Aborted\"," + FAILED);
        } else {
            say(expected, "bidi", "[\"Unknown\",\"HTTP 505\"]");
        }
        say(expected, "metadata", "[\"value\",\"AAH/\",\"value\",\"AAH/\"]");
        say(expected, "streamMetadata", "[\"value\",\"AAH/\",\"value\",\"AAH/\"]");
        say(expected, "errorMetadata", "[\"value\",\"AAH/\"]");
        say(expected, "error", "[\"FailedPrecondition\"," + FAILED);
        say(expected, "codes", "16");
        say(expected, "midStream", "[\"ResourceExhausted\"," + FAILED);
        say(expected, "beforeTheFailure", "2");
        say(expected, "clientStreamFails", "[\"AlreadyExists\"," + FAILED);
        String noMethod = "[\"Unimplemented\",\"no method at POST /parley.interop.v1.";
        say(expected, "unknownMethod", noMethod + "InteropService/Nope\"]");
        say(expected, "unknownService", noMethod + "Nowhere/Unary\"]");
        say(expected, "tooLarge", "[\"ResourceExhausted\",true]");
        say(expected, "get", "\"Größe\"");
        say(expected, "longGet", "4000");
        say(expected, "getError", "[\"NotFound\"," + FAILED);
        String noBrotli =
                "[\"Unimplemented\",\"compression \\\"br\\\" is not supported; expected one of zstd,gzip,identity\"]";
        say(expected, "brotli", noBrotli);
        say(expected, "brotliStream", noBrotli);
        say(expected, "acceptsBrotli", "[40000,\"none\"]");
        say(expected, "remaining", "true");
        say(expected, "deadline", "\"DeadlineExceeded\"");
        say(expected, "streamDeadline", "\"DeadlineExceeded\"");
        say(expected, "cancel", "[\"Canceled\",\"This operation was aborted\"]");
        say(expected, "cancelUnary", "[\"Canceled\",\"This operation was aborted\"]");
        say(expected, "next", "\"still good\"");
        return expected;
    }

    private static void say(List<String> lines, String step, String value) {
        lines.add("{\"step\":\"" + step + "\",\"value\":" + value + '}');
    }
}
