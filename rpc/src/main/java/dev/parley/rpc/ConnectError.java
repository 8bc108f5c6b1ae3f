package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Connect's error in JSON, as the body of a failed unary call and inside the end of a stream.
 *
 * @see <a href="https://connectrpc.com/docs/protocol#error-end-stream">the specification</a>
 */
final class ConnectError {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ConnectError() {}

    static ObjectNode toJson(CallException error) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("code", error.code().connectName());
        if (!error.message().isEmpty()) {
            json.put("message", error.message());
        }
        if (!error.details().isEmpty()) {
            ArrayNode details = json.putArray("details");
            for (ErrorDetail detail : error.details()) {
                details.addObject()
                        .put("type", detail.type())
                        .put("value", Base64.getEncoder().withoutPadding().encodeToString(detail.value()));
            }
        }
        return json;
    }

    static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The object in {@code bytes}; empty if they are something else. */
    static Optional<ObjectNode> parse(byte[] bytes) {
        try {
            return JSON.readTree(bytes) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** The error in {@code json}, with {@code otherwise} for a missing or unknown code. */
    static CallException fromJson(ObjectNode json, Code otherwise, Metadata received, RetryAdvice advice) {
        Code code = string(json.get("code")).flatMap(Code::ofConnectName).orElse(otherwise);
        String message = string(json.get("message")).orElse("");
        List<ErrorDetail> details = new ArrayList<>();
        if (json.get("details") instanceof ArrayNode array) {
            for (JsonNode element : array) {
                detail(element).ifPresent(details::add);
            }
        }
        return new CallException(code, message, null, details, received, CallException.Origin.REMOTE, advice);
    }

    private static Optional<ErrorDetail> detail(JsonNode element) {
        if (!(element instanceof ObjectNode entry)) {
            return Optional.empty();
        }
        Optional<String> type = string(entry.get("type"));
        Optional<String> value = string(entry.get("value"));
        if (type.isEmpty() || value.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ErrorDetail(
                    type.get().substring(type.get().lastIndexOf('/') + 1),
                    Base64.getDecoder().decode(value.get())));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // the code and the message are worth more than a complaint about the details
        }
    }

    /** A string; empty if it is something else or not there. */
    static Optional<String> string(@Nullable JsonNode node) {
        return node != null && node.isString() ? Optional.of(node.stringValue()) : Optional.empty();
    }

    /** Connect's table for an answer that is not Connect, which is gRPC's. */
    static Code ofHttp(int status) {
        return GrpcStatus.ofHttp(status);
    }

    /** Metadata as the end of a stream has it: each name with all its values. */
    static ObjectNode metadata(Metadata metadata) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        metadata.forEach((name, value) -> json.withArray(name).add(value));
        return json;
    }

    static void readMetadata(@Nullable JsonNode json, Metadata into) {
        if (json instanceof ObjectNode names) {
            names.properties().forEach(entry -> {
                if (entry.getValue() instanceof ArrayNode array) {
                    array.forEach(value -> string(value).ifPresent(text -> {
                        try {
                            into.add(entry.getKey(), text);
                        } catch (IllegalArgumentException e) {
                            // not a header by HTTP's rules: the peer's fault, and no reason to lose the answer
                        }
                    }));
                }
            });
        }
    }
}
