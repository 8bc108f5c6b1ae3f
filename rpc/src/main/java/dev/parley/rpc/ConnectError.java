package dev.parley.rpc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Connect's error in JSON, as the body of a failed unary call and inside the end of a stream.
 *
 * @see <a href="https://connectrpc.com/docs/protocol#error-end-stream">the specification</a>
 */
final class ConnectError {

    private ConnectError() {}

    static JsonObject toJson(CallException error) {
        JsonObject json = new JsonObject();
        json.addProperty("code", error.code().connectName());
        if (!error.message().isEmpty()) {
            json.addProperty("message", error.message());
        }
        if (!error.details().isEmpty()) {
            JsonArray details = new JsonArray();
            for (ErrorDetail detail : error.details()) {
                JsonObject entry = new JsonObject();
                entry.addProperty("type", detail.type());
                entry.addProperty("value", Base64.getEncoder().withoutPadding().encodeToString(detail.value()));
                details.add(entry);
            }
            json.add("details", details);
        }
        return json;
    }

    static byte[] bytes(JsonObject json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The object in {@code bytes}; empty if they are something else. */
    static Optional<JsonObject> parse(byte[] bytes) {
        try {
            JsonReader reader = new JsonReader(new StringReader(new String(bytes, StandardCharsets.UTF_8)));
            reader.setStrictness(Strictness.STRICT);
            JsonElement json = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                return Optional.empty();
            }
            return json.isJsonObject() ? Optional.of(json.getAsJsonObject()) : Optional.empty();
        } catch (JsonParseException | IOException e) {
            return Optional.empty();
        }
    }

    /** The error in {@code json}, with {@code otherwise} for a missing or unknown code. */
    static CallException fromJson(JsonObject json, Code otherwise, Metadata received, RetryAdvice advice) {
        Code code = string(json.get("code")).flatMap(Code::ofConnectName).orElse(otherwise);
        String message = string(json.get("message")).orElse("");
        List<ErrorDetail> details = new ArrayList<>();
        if (json.get("details") instanceof JsonArray array) {
            for (JsonElement element : array) {
                detail(element).ifPresent(details::add);
            }
        }
        return new CallException(code, message, null, details, received, CallException.Origin.REMOTE, advice);
    }

    private static Optional<ErrorDetail> detail(JsonElement element) {
        if (!(element instanceof JsonObject entry)) {
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

    private static Optional<String> string(@Nullable JsonElement element) {
        return element instanceof JsonPrimitive primitive && primitive.isString()
                ? Optional.of(primitive.getAsString())
                : Optional.empty();
    }

    /** Connect's table for an answer that is not Connect, which is gRPC's. */
    static Code ofHttp(int status) {
        return GrpcStatus.ofHttp(status);
    }

    /** Metadata as the end of a stream has it: each name with all its values. */
    static JsonObject metadata(Metadata metadata) {
        JsonObject json = new JsonObject();
        metadata.forEach((name, value) -> {
            JsonArray values = json.getAsJsonArray(name);
            if (values == null) {
                values = new JsonArray();
                json.add(name, values);
            }
            values.add(value);
        });
        return json;
    }

    static void readMetadata(@Nullable JsonElement json, Metadata into) {
        if (json instanceof JsonObject names) {
            names.asMap().forEach((name, values) -> {
                if (values instanceof JsonArray array) {
                    array.forEach(value -> string(value).ifPresent(text -> {
                        try {
                            into.add(name, text);
                        } catch (IllegalArgumentException e) {
                            // not a header by HTTP's rules: the peer's fault, and no reason to lose the answer
                        }
                    }));
                }
            });
        }
    }
}
