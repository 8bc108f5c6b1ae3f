package dev.parley.rpc;

import dev.parley.http.Cors;
import java.util.List;

/** The headers that clients of Connect and gRPC-Web in a browser send and have to read. */
final class CorsHeaders {

    private static final List<String> SENT = List.of(
            "content-type",
            "connect-protocol-version",
            "connect-timeout-ms",
            "connect-accept-encoding",
            "connect-content-encoding",
            "content-encoding",
            "grpc-timeout",
            "grpc-encoding",
            "grpc-accept-encoding",
            "x-grpc-web",
            "x-user-agent",
            "x-accept-content-transfer-encoding",
            "x-accept-response-streaming",
            "x-request-timeout-ms");

    private static final List<String> READ = List.of(
            "grpc-status",
            "grpc-message",
            "grpc-status-details-bin",
            "grpc-encoding",
            "grpc-accept-encoding",
            "grpc-retry-pushback-ms",
            "connect-content-encoding",
            "connect-accept-encoding",
            "content-encoding",
            "retry-after");

    private CorsHeaders() {}

    static Cors addTo(Cors cors) {
        return cors.allowHeaders(SENT).exposeHeaders(READ);
    }
}
