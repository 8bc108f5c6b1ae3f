package dev.parley.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;
import java.util.Set;

/**
 * The names of OpenTelemetry's semantic conventions that are used here, version {@value #VERSION}, in one place because they
 * have changed often and will again. What the conventions have no name for begins with {@code parley}.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/rpc/">RPC</a>
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/http/">HTTP</a>
 */
final class Conventions {

    static final String VERSION = "1.44.0";
    static final String SCHEMA_URL = "https://opentelemetry.io/schemas/" + VERSION;
    static final String SCOPE = "dev.parley";

    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");
    static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
    // Ours: the conventions have no word for it.
    static final AttributeKey<String> DECISION = AttributeKey.stringKey("parley.decision");
    static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
    static final AttributeKey<String> PROTOCOL_VERSION = AttributeKey.stringKey("network.protocol.version");
    static final AttributeKey<String> USER_AGENT = AttributeKey.stringKey("user_agent.original");

    static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system.name");
    static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
    /** From 1.39 on; what comes after 1.44 calls it {@code rpc.status_code}. */
    static final AttributeKey<String> RPC_STATUS = AttributeKey.stringKey("rpc.response.status_code");

    static final AttributeKey<String> HTTP_METHOD = AttributeKey.stringKey("http.request.method");
    static final AttributeKey<String> HTTP_METHOD_ORIGINAL = AttributeKey.stringKey("http.request.method_original");
    static final AttributeKey<Long> HTTP_RESENDS = AttributeKey.longKey("http.request.resend_count");
    static final AttributeKey<Long> HTTP_STATUS = AttributeKey.longKey("http.response.status_code");
    static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
    static final AttributeKey<String> URL_SCHEME = AttributeKey.stringKey("url.scheme");
    static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");
    static final AttributeKey<String> URL_QUERY = AttributeKey.stringKey("url.query");
    static final AttributeKey<String> URL_FULL = AttributeKey.stringKey("url.full");

    // Deprecated since 1.40 without anything in their place; only there if messages are asked for.
    static final String MESSAGE_EVENT = "rpc.message";
    static final AttributeKey<String> MESSAGE_TYPE = AttributeKey.stringKey("rpc.message.type");
    static final AttributeKey<Long> MESSAGE_ID = AttributeKey.longKey("rpc.message.id");
    static final AttributeKey<Long> MESSAGE_COMPRESSED = AttributeKey.longKey("rpc.message.compressed_size");
    static final AttributeKey<Long> MESSAGE_UNCOMPRESSED = AttributeKey.longKey("rpc.message.uncompressed_size");
    static final AttributeKey<String> MESSAGE_CONTENT = AttributeKey.stringKey("parley.message.content");

    static final AttributeKey<String> DIRECTION = AttributeKey.stringKey("parley.message.direction");
    static final AttributeKey<String> POLICY = AttributeKey.stringKey("parley.policy.name");
    static final AttributeKey<String> REASON = AttributeKey.stringKey("parley.policy.reason");

    static final String OTHER = "_OTHER";

    /** Seconds; the conventions ask for these bounds of every duration. */
    static final List<Double> DURATIONS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    /** RFC 9110, RFC 5789 and QUERY; any other method is {@value #OTHER}. */
    static final Set<String> HTTP_METHODS =
            Set.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE");

    private Conventions() {}
}
