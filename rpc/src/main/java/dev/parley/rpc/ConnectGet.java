package dev.parley.rpc;

import com.google.protobuf.ByteString;
import dev.parley.CallException;
import dev.parley.Code;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * The query of a unary call by {@code GET}, which caches understand.
 *
 * @see <a href="https://connectrpc.com/docs/protocol#unary-get-request">the specification</a>
 */
record ConnectGet(String encoding, ByteString message, String compression) {

    static ConnectGet parse(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (QueryParameter parameter : QueryParameter.parse(query)) {
            parameters.putIfAbsent(parameter.name(), parameter.value());
        }
        String version = parameters.getOrDefault("connect", "v1");
        if (!version.equals("v1")) {
            throw invalid("connect must be v1, but is " + version);
        }
        String message = parameters.get("message");
        if (message == null) {
            throw invalid("the query has no message");
        }
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        if ("1".equals(parameters.get("base64"))) {
            try {
                bytes = Base64.getUrlDecoder().decode(message.replace('+', '-').replace('/', '_'));
            } catch (IllegalArgumentException e) {
                throw invalid("the query's message is not base64");
            }
        }
        return new ConnectGet(
                encoding(parameters), ByteString.copyFrom(bytes), parameters.getOrDefault("compression", ""));
    }

    private static String encoding(Map<String, String> parameters) {
        String encoding = parameters.get("encoding");
        if (encoding == null) {
            throw invalid("the query has no encoding");
        }
        return encoding;
    }

    private static CallException invalid(String what) {
        return new CallException(Code.INVALID_ARGUMENT, what);
    }
}
