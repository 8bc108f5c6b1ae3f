package dev.parley.rest;

import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** Puts Jackson's errors into words for the sender of the JSON: the field, what it is, what was expected. */
final class JsonFault {

    private JsonFault() {}

    /** {@code parser} stands where reading failed. */
    static ProblemException of(JacksonException error, JsonParser parser) {
        return ProblemException.field("body", pointer(error.getPath()), detail(error, parser));
    }

    /** The place as a JSON pointer (RFC 6901); empty for the whole. */
    private static String pointer(List<JacksonException.Reference> path) {
        StringBuilder pointer = new StringBuilder();
        for (JacksonException.Reference reference : path) {
            String name = reference.getPropertyName();
            pointer.append('/')
                    .append(
                            name == null
                                    ? Integer.toString(reference.getIndex())
                                    : name.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    private static String detail(JacksonException error, JsonParser parser) {
        return switch (error) {
            case UnrecognizedPropertyException unknown -> "is not known; known are " + names(unknown);
            case InvalidNullException missing -> "must not be null";
            case InvalidFormatException format ->
                "must be " + expected(format.getTargetType()) + ", but is " + value(format.getValue());
            case ValueInstantiationException refused -> refusal(refused);
            case MismatchedInputException mismatch
            when original(mismatch).startsWith("Missing required") -> "is missing";
            case MismatchedInputException mismatch
            when original(mismatch).contains("Trailing token") -> "must end behind its first value" + at(error);
            case MismatchedInputException mismatch
            when original(mismatch).startsWith("Cannot map `null`") -> "must not be null";
            case MismatchedInputException mismatch ->
                "must be " + expected(mismatch.getTargetType()) + ", but is " + token(parser);
            default -> "is not JSON as it should be: " + firstLine(original(error)) + at(error);
        };
    }

    private static String original(JacksonException error) {
        return String.valueOf(error.getOriginalMessage());
    }

    private static String names(UnrecognizedPropertyException unknown) {
        return unknown.getKnownPropertyIds() == null
                ? "none"
                : unknown.getKnownPropertyIds().stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** What the type's own constructor says; only of the exceptions that constructors refuse arguments with. */
    private static String refusal(ValueInstantiationException refused) {
        Throwable cause = refused.getCause();
        return cause instanceof IllegalArgumentException || cause instanceof NullPointerException
                ? "is refused: " + cause.getMessage()
                : "is refused";
    }

    private static String value(@Nullable Object value) {
        return value instanceof String text
                ? Shown.quoted(text)
                : Shown.quoted(String.valueOf(value)).replace("'", "");
    }

    private static String token(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT, END_OBJECT, PROPERTY_NAME -> "an object";
            case START_ARRAY, END_ARRAY -> "an array";
            case VALUE_STRING -> Shown.quoted(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE, VALUE_NULL ->
                Shown.quoted(parser.getString()).replace("'", "");
            case VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> "something else";
            case null -> "not there";
        };
    }

    private static String expected(@Nullable Class<?> raw) {
        if (raw == null) {
            return "something else";
        }
        if (raw.isEnum()) {
            return Arrays.stream(raw.getEnumConstants())
                    .map(String::valueOf)
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return "true or false";
        }
        if (List.of(int.class, long.class, short.class, byte.class).contains(raw)
                || List.of(Integer.class, Long.class, Short.class, Byte.class, java.math.BigInteger.class)
                        .contains(raw)) {
            return "an integer that fits " + raw.getSimpleName();
        }
        if (Number.class.isAssignableFrom(raw) || raw == double.class || raw == float.class) {
            return "a number";
        }
        if (CharSequence.class.isAssignableFrom(raw)) {
            return "a string";
        }
        if (TemporalAccessor.class.isAssignableFrom(raw)) {
            return "a string with a " + raw.getSimpleName() + " of ISO 8601";
        }
        if (raw.isArray() || Iterable.class.isAssignableFrom(raw)) {
            return "an array";
        }
        return raw.getPackageName().startsWith("java.") && !java.util.Map.class.isAssignableFrom(raw)
                ? "a string with a " + raw.getSimpleName()
                : "an object";
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static String at(JacksonException error) {
        TokenStreamLocation location = error.getLocation();
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }
}
