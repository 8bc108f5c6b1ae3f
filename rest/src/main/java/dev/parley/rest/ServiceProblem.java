package dev.parley.rest;

import dev.parley.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What a service says about an error: problem details (RFC 9457), or as much of them as other bodies in JSON hold, such
 * as {@code {"error": {"message": ...}}} or {@code {"message": ...}}. Immutable.
 *
 * @param type URI of the kind of problem; {@code about:blank} unless given
 * @param title the kind of problem in a few words; empty unless given
 * @param detail this problem in words; empty unless given
 * @param errors what is wrong with single fields; at most 100
 * @param json the whole document, with members of its own
 */
public record ServiceProblem(String type, String title, String detail, List<FieldError> errors, JsonNode json) {

    private static final int MOST_ERRORS = 100;

    /** What is wrong with a field; {@code field} is as the service names it: a name, a path or a JSON pointer. */
    public record FieldError(String field, String detail) {}

    /** Copies the list. */
    public ServiceProblem {
        errors = List.copyOf(errors);
    }

    /** What a body says; empty if it is no JSON object. */
    static Optional<ServiceProblem> parse(Json json, byte[] body) {
        int first = 0;
        while (first < body.length && Character.isWhitespace(body[first])) {
            first++;
        }
        if (first == body.length || body[first] != '{') {
            return Optional.empty();
        }
        try {
            return Optional.of(of(json.mapper().readTree(body)));
        } catch (JacksonException e) {
            return Optional.empty(); // cut off, or only looks like JSON: its beginning is still shown
        }
    }

    private static ServiceProblem of(JsonNode document) {
        JsonNode error = document.path("error");
        JsonNode inner = error.isObject() ? error : document;
        String detail = first(
                text(inner, "detail"),
                text(inner, "message"),
                text(inner, "error_description"), // RFC 6749, 5.2
                text(document, "error"));
        List<FieldError> errors = new ArrayList<>();
        addErrors(inner.path("errors"), errors);
        addErrors(inner.path("detail"), errors);
        return new ServiceProblem(
                first(text(inner, "type"), "about:blank"), text(inner, "title"), detail, errors, document);
    }

    private static void addErrors(JsonNode found, List<FieldError> errors) {
        if (found.isArray()) {
            for (JsonNode each : found) {
                String field = first(
                        text(each, "field"), text(each, "pointer"), text(each, "name"), text(each, "path"), loc(each));
                String detail = first(
                        text(each, "detail"),
                        text(each, "message"),
                        text(each, "msg"),
                        text(each, "reason"),
                        each.isString() ? each.stringValue() : "");
                add(field, detail, errors);
            }
        } else if (found.isObject()) {
            found.properties().forEach(field -> {
                JsonNode said = field.getValue();
                if (said.isArray()) {
                    said.forEach(each -> add(field.getKey(), each.asString(""), errors));
                } else {
                    add(field.getKey(), said.asString(""), errors);
                }
            });
        }
    }

    private static void add(String field, String detail, List<FieldError> errors) {
        if (errors.size() < MOST_ERRORS && !(field.isEmpty() && detail.isEmpty())) {
            errors.add(new FieldError(field, detail));
        }
    }

    /** FastAPI's place of an error: {@code ["body", "items", 0]}. */
    private static String loc(JsonNode error) {
        List<String> parts = new ArrayList<>();
        error.path("loc").forEach(part -> parts.add(part.asString("")));
        return String.join(".", parts);
    }

    private static String text(JsonNode object, String member) {
        JsonNode value = object.path(member);
        return value.isString() ? value.stringValue() : "";
    }

    private static String first(String... texts) {
        for (String text : texts) {
            if (!text.isBlank()) {
                return text;
            }
        }
        return "";
    }

    /** The code that a service of Parley's names beside its status. */
    Optional<Code> code() {
        String word = text(json, "code").toUpperCase(Locale.ROOT);
        for (Code code : Code.values()) {
            if (code.name().equals(word)) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }

    /** All of it in one line for people. */
    String summary() {
        StringBuilder all = new StringBuilder(first(detail, title));
        for (FieldError error : errors) {
            if (detail.contains(error.field()) && detail.endsWith(error.detail())) {
                continue; // the one error of which the detail is made
            }
            all.append(all.isEmpty() ? "" : "; ").append(error.field());
            all.append(error.field().isEmpty() || error.detail().isEmpty() ? "" : ": ")
                    .append(error.detail());
        }
        return Excerpt.line(all.toString(), Excerpt.MESSAGE_MOST);
    }
}
