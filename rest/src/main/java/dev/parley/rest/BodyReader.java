package dev.parley.rest;

import dev.parley.Metadata;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** Reads the body of a request by its content type. */
record BodyReader(Json json) {

    // Bytes of these are UTF-8 whenever they are JSON.
    private static final Set<String> JSON_CHARSETS = Set.of("utf-8", "utf8", "us-ascii");

    /** Reads the body of {@code request} as a {@code type}. */
    Object read(RestRequest request, Type type) {
        Metadata headers = request.http().headers();
        String encoding = headers.get("content-encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw ProblemException.of(
                            415, "content-encoding " + Shown.quoted(encoding) + " is not read here; send it as it is")
                    .withHeader("accept-encoding", "identity");
        }
        if (type == byte[].class) {
            return request.bytes();
        }
        String text = headers.get("content-type").orElse("");
        Optional<MediaType> contentType = MediaType.parse(text);
        if (type == String.class) {
            return text(request, contentType);
        }
        if (text.isEmpty() && request.http().body().length().orElse(-1) == 0) {
            throw empty(); // says more than that the content type is missing
        }
        if (contentType.isEmpty() || !contentType.get().isJson()) {
            throw unsupported(request, text, MediaType.JSON);
        }
        Optional<String> charset = contentType.get().charset();
        if (charset.isPresent() && !JSON_CHARSETS.contains(charset.get())) {
            throw ProblemException.of(415, "JSON is UTF-8 (RFC 8259, 8.1), not " + Shown.quoted(charset.get()))
                    .withHeader("accept", MediaType.JSON);
        }
        byte[] bytes = request.bytes();
        if (bytes.length == 0) {
            throw empty();
        }
        return json.read(bytes, type);
    }

    private static ProblemException empty() {
        return ProblemException.field("body", "", "is empty; " + MediaType.JSON + " was expected");
    }

    private static ProblemException unsupported(RestRequest request, String contentType, String expected) {
        String is = contentType.isEmpty() ? "is missing" : "is " + Shown.quoted(contentType);
        ProblemException error = ProblemException.of(415, "content-type must be " + expected + ", but " + is)
                .withHeader("accept", expected);
        // RFC 9110, 15.5.16 and W3C's Linked Data Platform, 7.1
        return switch (request.http().method()) {
            case "POST" -> error.withHeader("accept-post", expected);
            case "PATCH" -> error.withHeader("accept-patch", expected);
            default -> error;
        };
    }

    private static String text(RestRequest request, Optional<MediaType> contentType) {
        Charset charset = StandardCharsets.UTF_8;
        if (contentType.isPresent()) {
            if (!contentType.get().type().equals("text") && !contentType.get().isJson()) {
                throw unsupported(request, contentType.get().essence(), "text/plain");
            }
            String name = contentType.get().charset().orElse("utf-8");
            try {
                charset = Charset.forName(name);
            } catch (IllegalArgumentException e) {
                throw ProblemException.of(415, "charset " + Shown.quoted(name) + " is not known here; send UTF-8")
                        .withHeader("accept", "text/plain; charset=utf-8");
            }
        }
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(request.bytes())).toString();
        } catch (CharacterCodingException e) {
            throw ProblemException.of(400, "the body is not " + charset);
        }
    }
}
