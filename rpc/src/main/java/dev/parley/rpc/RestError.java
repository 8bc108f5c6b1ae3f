package dev.parley.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.http.HttpException;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a failed REST call says: problem details (RFC 9457) as this library writes them, a {@code google.rpc.Status} as
 * other transcoders do, also inside {@code error}, or no more than a status.
 */
final class RestError {

    private static final int MOST = 64 << 10;

    private RestError() {}

    static boolean isJson(String contentType) {
        String type = ProtocolTable.bare(contentType);
        return type != null && (type.equals("application/json") || type.endsWith("+json"));
    }

    static CallException read(HttpResponse response, JsonCodec codec) {
        Code code = HttpException.codeOf(response.status());
        String message = "HTTP status " + response.status();
        List<ErrorDetail> details = new ArrayList<>();
        String contentType = response.headers().get("content-type").orElse("");
        if (isJson(contentType)) {
            byte[] bytes = RestOutbound.inflated(response, MOST);
            ObjectNode json = ConnectError.parse(bytes).orElseGet(JsonNodeFactory.instance::objectNode);
            ObjectNode error = json.get("error") instanceof ObjectNode inner ? inner : json;
            code = code(error.get("code"))
                    .or(() -> codeNamed(error.get("status")))
                    .orElse(code);
            message = text(error.get("detail"))
                    .or(() -> text(error.get("message")))
                    .or(() -> text(error.get("title")))
                    .orElse(message);
            if (error.get("details") instanceof ArrayNode array) {
                array.forEach(element -> detail(element, codec).ifPresent(details::add));
            }
        }
        return new CallException(
                code,
                message,
                null,
                details,
                response.headers(),
                CallException.Origin.REMOTE,
                RetryAfter.read(response.headers()));
    }

    private static Optional<Code> code(@Nullable JsonNode json) {
        if (json != null && json.isInt()) {
            return Code.ofNumber(json.intValue());
        }
        return codeNamed(json);
    }

    private static Optional<Code> codeNamed(@Nullable JsonNode json) {
        return text(json)
                .flatMap(name -> name.equals("CANCELLED")
                        ? Optional.of(Code.CANCELLED)
                        : Code.ofConnectName(name.toLowerCase(Locale.ROOT)));
    }

    private static Optional<String> text(@Nullable JsonNode json) {
        return ConnectError.string(json);
    }

    private static Optional<ErrorDetail> detail(JsonNode json, JsonCodec codec) {
        if (!(json instanceof ObjectNode object)) {
            return Optional.empty();
        }
        Optional<String> url = text(object.get("@type"));
        if (url.isEmpty()) {
            return Optional.empty();
        }
        String type = url.get().substring(url.get().lastIndexOf('/') + 1);
        try {
            Any.Builder any = Any.newBuilder();
            codec.merge(object.toString(), any);
            return Optional.of(new ErrorDetail(type, any.getValue().toByteArray()));
        } catch (InvalidProtocolBufferException e) {
            return text(object.get("value")).flatMap(value -> bytes(type, value));
        }
    }

    /** A type that neither the server nor this client knows comes as its bytes. */
    private static Optional<ErrorDetail> bytes(String type, String base64) {
        try {
            return Optional.of(new ErrorDetail(type, Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // the code and the message are worth more than a complaint about the details
        }
    }
}
