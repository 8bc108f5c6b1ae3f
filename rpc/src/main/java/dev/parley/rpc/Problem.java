package dev.parley.rpc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * REST's errors: problem details, with the code and its details beside the standard's members.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
final class Problem {

    private final JsonCodec json;

    Problem(JsonCodec json) {
        this.json = json;
    }

    HttpResponse of(@Nullable Call call, CallException error) {
        int status = HttpException.statusOf(error);
        JsonObject problem = new JsonObject();
        problem.addProperty("type", "about:blank");
        problem.addProperty("title", title(status));
        problem.addProperty("status", status);
        problem.addProperty("detail", error.message());
        problem.addProperty("code", error.code().name());
        if (!error.details().isEmpty()) {
            JsonArray details = new JsonArray();
            GrpcStatus.statusOf(error).getDetailsList().forEach(detail -> details.add(detail(detail)));
            problem.add("details", details);
        }
        Metadata headers = Metadata.of("content-type", "application/problem+json");
        if (call != null) {
            ReservedHeaders.copy(call.responseHeaders(), headers);
            ReservedHeaders.copy(call.responseTrailers(), headers);
        }
        if (error.origin() == CallException.Origin.LOCAL) {
            ReservedHeaders.copy(error.metadata(), headers);
        }
        RetryAfter.write(error, headers);
        return new HttpResponse(status, headers, Body.of(problem.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private JsonElement detail(Any detail) {
        try {
            return JsonParser.parseString(json.print(detail));
        } catch (CallException e) {
            // A type that this server does not know came through from another one.
            JsonObject bare = new JsonObject();
            bare.addProperty("@type", detail.getTypeUrl());
            bare.addProperty(
                    "value",
                    java.util.Base64.getEncoder()
                            .encodeToString(detail.getValue().toByteArray()));
            return bare;
        }
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case 422 -> "Unprocessable Content";
            case 429 -> "Too Many Requests";
            case 499 -> "Client Closed Request";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Internal Server Error";
        };
    }
}
