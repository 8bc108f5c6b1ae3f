package dev.parley.rest;

import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.http.Body;
import dev.parley.http.HttpResponse;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes what a handler returned, by the table at {@link Routes}, and ends its call behind it. */
record ResponseEncoder(Json json, ErrorMapping errors) {

    /** Of these the response has its own. */
    private static final Set<String> OWN = Set.of("content-type", "content-length", "transfer-encoding", "connection");

    static void addHeaders(Metadata from, Metadata to) {
        from.forEach((name, value) -> {
            if (!OWN.contains(name)) {
                to.add(name, value);
            }
        });
    }

    /** Refuses, before the handler runs, a request that takes nothing of what the route declares. */
    static void checkAccept(RestRequest request) {
        List<String> produced = request.route().produces();
        if (!produced.isEmpty()) {
            chosen(request, produced);
        }
    }

    private static String chosen(RestRequest request, List<String> offered) {
        List<String> accept = request.http().headers().getAll("accept");
        if (accept.isEmpty()) {
            return offered.getFirst();
        }
        return Accept.of(accept)
                .best(offered)
                .orElseThrow(() -> ProblemException.of(
                        406,
                        "this answers " + String.join(", ", offered) + ", which accept "
                                + Shown.quoted(String.join(", ", accept)) + " does not take"));
    }

    HttpResponse encode(Call http, CallScope call, RestRequest request, @Nullable Object result) {
        HttpResponse response = switch (result) {
            case HttpResponse raw -> raw(http, call, raw);
            case Reply<?> reply -> {
                HttpResponse made = reply.value()
                        .map(value -> value(call, request, reply.status(), value))
                        .orElseGet(() -> bare(call, request, reply.status()));
                addHeaders(reply.headers(), made.headers());
                yield made;
            }
            case Optional<?> value ->
                value(
                        call,
                        request,
                        200,
                        value.orElseThrow(() -> ProblemException.of(
                                404,
                                "there is nothing at "
                                        + Shown.quoted(request.http().path()))));
            case null -> bare(call, request, 204);
            default -> value(call, request, 200, result);
        };
        if (!(result instanceof HttpResponse)) {
            addHeaders(call.responseHeaders(), response.headers());
        }
        return response;
    }

    private static HttpResponse raw(Call http, CallScope call, HttpResponse raw) {
        Metadata headers = new Metadata(raw.headers());
        addHeaders(call.responseHeaders(), headers);
        if (raw.body().length().isPresent()) {
            call.end(Outcome.OK);
        } else {
            raw.body().chunks().onClose(call::end);
            http.onEnd(call::end); // a WebSocket has no chunks to be closed
        }
        return new HttpResponse(raw.status(), headers, raw.body(), raw.headWithBody());
    }

    private static HttpResponse bare(CallScope call, RestRequest request, int status) {
        declared(request, status);
        call.end(Outcome.OK);
        return HttpResponse.of(status);
    }

    private HttpResponse value(CallScope call, RestRequest request, int status, Object value) {
        checkDeclared(request, status, value);
        if (value instanceof Messages<?> messages) {
            return stream(call, request, status, messages);
        }
        HttpResponse response = switch (value) {
            case String text -> whole(request, status, MediaType.TEXT, text.getBytes(StandardCharsets.UTF_8));
            case byte[] bytes -> whole(request, status, MediaType.BYTES, bytes);
            default -> whole(request, status, MediaType.JSON, json.write(value));
        };
        call.end(Outcome.OK);
        return response;
    }

    private static HttpResponse whole(RestRequest request, int status, String contentType, byte[] bytes) {
        List<String> declared = request.route().produces();
        boolean text = contentType.equals(MediaType.TEXT) || contentType.equals(MediaType.BYTES);
        // Text and bytes are of whatever type the route says; JSON is JSON.
        List<String> offered = text && !declared.isEmpty() ? declared : List.of(contentType);
        return HttpResponse.of(status, negotiated(request, offered), bytes);
    }

    private static String negotiated(RestRequest request, List<String> offered) {
        String method = request.http().method();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return offered.getFirst(); // it is done: what became of it says more than a 406 (RFC 9110, 12.4.1)
        }
        return chosen(request, offered);
    }

    private HttpResponse stream(CallScope call, RestRequest request, int status, Messages<?> messages) {
        StreamFormat format;
        try {
            format = StreamFormat.of(chosen(request, streamTypes(request, status)));
        } catch (ProblemException e) {
            messages.close();
            throw e;
        }
        Metadata headers = Metadata.of("content-type", format.contentType, "vary", "accept");
        if (request.http().method().equals("HEAD")) {
            messages.close();
            call.end(Outcome.OK);
            return new HttpResponse(status, headers, Body.empty());
        }
        if (format == StreamFormat.EVENTS) {
            return EventAnswer.of(call, messages, json);
        }
        return new StreamedAnswer(call, request, messages, format, json, errors).response(status, headers);
    }

    private static List<String> streamTypes(RestRequest request, int status) {
        Result declared = request.route().described().results.get(status);
        return StreamFormat.typesOf(declared == null ? null : declared.type());
    }

    private static void checkDeclared(RestRequest request, int status, Object value) {
        Result result = declared(request, status);
        if (result == null) {
            return;
        }
        Class<?> expected = result.stream() ? Messages.class : raw(result.type());
        if (expected != null && !expected.isPrimitive() && !expected.isInstance(value)) {
            throw new IllegalStateException("route " + request.route() + " returned a "
                    + value.getClass().getName() + ", but declares " + expected.getName());
        }
    }

    /** What the route declares of this status; null if it declares nothing at all. */
    private static @Nullable Result declared(RestRequest request, int status) {
        var declared = request.route().described().results;
        Result result = declared.get(status);
        if (result == null && !declared.isEmpty()) {
            throw new IllegalStateException(
                    "route " + request.route() + " returned " + status + ", but declares " + declared.keySet());
        }
        return result;
    }

    private static @Nullable Class<?> raw(@Nullable Type type) {
        return switch (type) {
            case Class<?> known -> known;
            case ParameterizedType generic when generic.getRawType() instanceof Class<?> known -> known;
            case null, default -> null;
        };
    }
}
