package dev.parley.rpc;

import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.ResponseException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Sends raw requests straight into a handler, on this thread. */
final class Requests {

    private final RpcHandler handler;

    Requests(RpcHandler handler) {
        this.handler = handler;
    }

    /** An answer, read to its end. */
    record Answer(int status, Metadata headers, byte[] body, Metadata trailers) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String header(String name) {
            return headers.get(name).orElse("");
        }

        /** gRPC's status, wherever it stands. */
        String grpcStatus() {
            return trailers.get("grpc-status")
                    .or(() -> headers.get("grpc-status"))
                    .orElse("");
        }

        String grpcMessage() {
            return GrpcStatus.percentDecode(trailers.get("grpc-message")
                    .or(() -> headers.get("grpc-message"))
                    .orElse(""));
        }
    }

    Answer send(String method, String target, Metadata headers, byte[] body) throws Exception {
        return send(method, target, headers, Body.of(body));
    }

    /** The body in pieces of {@code size} bytes, as a slow network has them. */
    Answer sendInPieces(String target, Metadata headers, byte[] body, int size) throws Exception {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < body.length; at += size) {
            pieces.add(java.util.Arrays.copyOfRange(body, at, Math.min(body.length, at + size)));
        }
        return send("POST", target, headers, Body.stream(Messages.from(pieces)));
    }

    Answer send(String method, String target, Metadata headers, Body body) throws Exception {
        HttpRequest request = new HttpRequest(method, "http", "test", target, headers, body);
        return CallScope.builder(Method.unary("http", method))
                .requestHeaders(headers)
                .build()
                .run(
                        (call, sent) -> {
                            HttpResponse response = handler.handle(call, sent);
                            try {
                                return answer(response);
                            } catch (ResponseException early) {
                                return answer(early.response()); // as HTTP's server does
                            }
                        },
                        request);
    }

    private static Answer answer(HttpResponse response) {
        byte[] all = response.body().readAll();
        return new Answer(
                response.status(), response.headers(), all, response.body().trailers());
    }

    Answer get(String target) throws Exception {
        return send("GET", target, new Metadata(), new byte[0]);
    }

    Answer json(String method, String target, String json) throws Exception {
        return send(
                method, target, Metadata.of("content-type", "application/json"), json.getBytes(StandardCharsets.UTF_8));
    }
}
