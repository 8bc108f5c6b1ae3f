package dev.parley.rpc;

import com.google.protobuf.Any;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * REST's errors: problem details, with the code and its details beside the standard's members.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
final class Problem {

    static final String CONTENT_TYPE = "application/problem+json";

    private final JsonCodec json;

    Problem(JsonCodec json) {
        this.json = json;
    }

    HttpResponse of(@Nullable Call call, CallException error) {
        Metadata headers = Metadata.of("content-type", CONTENT_TYPE);
        if (call != null) {
            ReservedHeaders.copy(call.responseHeaders(), headers);
            ReservedHeaders.copy(call.responseTrailers(), headers);
        }
        if (error.origin() == CallException.Origin.LOCAL) {
            error.metadata().forEach((name, value) -> {
                // What a 415 says of the encodings that are taken is HTTP's own.
                if (name.equals("accept-encoding") || !ReservedHeaders.isReserved(name)) {
                    headers.add(name, value);
                }
            });
        }
        RetryAfter.write(error, headers);
        return new HttpResponse(
                HttpException.statusOf(error), headers, Body.of(text(error).getBytes(StandardCharsets.UTF_8)));
    }

    /** The problem in JSON, of one line. */
    String text(CallException error) {
        int status = HttpException.statusOf(error);
        ObjectNode problem = JsonNodeFactory.instance
                .objectNode()
                .put("type", "about:blank")
                .put("title", status == 499 ? "Client Closed Request" : HttpResponse.reason(status))
                .put("status", status)
                .put("detail", error.message())
                .put("code", error.code().name());
        String text = problem.toString();
        if (error.details().isEmpty()) {
            return text;
        }
        StringJoiner details = new StringJoiner(",", ",\"details\":[", "]}");
        GrpcStatus.statusOf(error).getDetailsList().forEach(detail -> details.add(detail(detail)));
        return text.substring(0, text.length() - 1) + details;
    }

    private String detail(Any detail) {
        try {
            return json.print(detail);
        } catch (CallException e) {
            // A type that this server does not know came through from another one.
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("@type", detail.getTypeUrl())
                    .put(
                            "value",
                            Base64.getEncoder().encodeToString(detail.getValue().toByteArray()))
                    .toString();
        }
    }
}
