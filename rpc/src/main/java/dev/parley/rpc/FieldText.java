package dev.parley.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Values of fields from the text of a path or a query: as JSON writes them, without its quotes. Beyond that, booleans are also
 * taken as {@code 1}, {@code t}, {@code T}, {@code TRUE}, {@code True} and their opposites, enums by number, bytes in both
 * alphabets of base64, with or without padding, and the paths of a field mask in either case.
 */
final class FieldText {

    // ASCII only: Java's parsers take the digits of all scripts, signs and suffixes.
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,20}");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,400}(\\.[0-9]{1,400})?([eE][+-]?[0-9]{1,5})?");
    private static final Pattern TIME = Pattern.compile("[0-9TZtz:.+-]{1,64}");
    private static final Pattern DURATION = Pattern.compile("-?[0-9]{1,20}(\\.[0-9]{1,9})?s");
    // What can be written in camel case and read back.
    private static final Pattern MASK_NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*");

    private FieldText() {}

    /** Whether JSON writes messages of this well-known type as a string, a number or a boolean. */
    static boolean isTextual(Descriptor type) {
        return switch (type.getFullName()) {
            case "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask" -> true;
            default -> isWrapper(type);
        };
    }

    /** Whether JSON writes messages of this type in a form of its own, so that nobody sees their fields. */
    static boolean isWellKnown(Descriptor type) {
        return switch (type.getFullName()) {
            case "google.protobuf.Any",
                    "google.protobuf.ListValue",
                    "google.protobuf.Struct",
                    "google.protobuf.Value" -> true;
            default -> isTextual(type);
        };
    }

    private static boolean isWrapper(Descriptor type) {
        return switch (type.getFullName()) {
            case "google.protobuf.BoolValue",
                    "google.protobuf.BytesValue",
                    "google.protobuf.DoubleValue",
                    "google.protobuf.FloatValue",
                    "google.protobuf.Int32Value",
                    "google.protobuf.Int64Value",
                    "google.protobuf.StringValue",
                    "google.protobuf.UInt32Value",
                    "google.protobuf.UInt64Value" -> true;
            default -> false;
        };
    }

    /** The value that {@code text} is for {@code field} of {@code in}; empty if it is none. */
    static Optional<Object> value(FieldDescriptor field, Message.Builder in, String text, JsonCodec json) {
        try {
            return Optional.of(
                    switch (field.getType()) {
                        case INT32, SINT32, SFIXED32 -> Integer.parseInt(checked(INTEGER, text));
                        case UINT32, FIXED32 -> Integer.parseUnsignedInt(checked(INTEGER, text));
                        case INT64, SINT64, SFIXED64 -> Long.parseLong(checked(INTEGER, text));
                        case UINT64, FIXED64 -> Long.parseUnsignedLong(checked(INTEGER, text));
                        case FLOAT -> toFloat(text);
                        case DOUBLE -> toDouble(text);
                        case BOOL -> bool(text);
                        case STRING -> text;
                        case BYTES ->
                            ByteString.copyFrom(Base64.getUrlDecoder()
                                    .decode(text.replace('+', '-').replace('/', '_')));
                        case ENUM -> enumValue(field, text);
                        case MESSAGE, GROUP -> message(in.newBuilderForField(field), text, json);
                    });
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private static String checked(Pattern pattern, String text) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    private static double toDouble(String text) {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                double value = Double.parseDouble(checked(NUMBER, text));
                if (Double.isInfinite(value)) {
                    throw new IllegalArgumentException("out of range");
                }
                yield value;
            }
        };
    }

    private static float toFloat(String text) {
        double value = toDouble(text);
        float narrow = (float) value;
        if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
            throw new IllegalArgumentException("out of range");
        }
        return Double.isFinite(value) ? Float.parseFloat(text) : narrow; // the double's would be rounded twice
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true", "True", "TRUE", "t", "T", "1" -> true;
            case "false", "False", "FALSE", "f", "F", "0" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static EnumValueDescriptor enumValue(FieldDescriptor field, String text) {
        EnumValueDescriptor value = field.getEnumType().findValueByName(text);
        if (value == null) {
            value = field.getEnumType().findValueByNumber(Integer.parseInt(checked(INTEGER, text)));
        }
        if (value == null) {
            throw new IllegalArgumentException(text);
        }
        return value;
    }

    private static Message message(Message.Builder builder, String text, JsonCodec json)
            throws InvalidProtocolBufferException {
        Descriptor type = builder.getDescriptorForType();
        if (isWrapper(type)) {
            FieldDescriptor value = Objects.requireNonNull(type.findFieldByNumber(1));
            builder.setField(value, value(value, builder, text, json).orElseThrow(IllegalArgumentException::new));
            return builder.build();
        }
        switch (type.getFullName()) {
            case "google.protobuf.FieldMask" -> mask(builder, text);
            // None of these characters needs an escape in JSON.
            case "google.protobuf.Timestamp" -> json.merge('"' + checked(TIME, text) + '"', builder);
            case "google.protobuf.Duration" -> json.merge('"' + checked(DURATION, text) + '"', builder);
            default -> throw new IllegalArgumentException(type.getFullName());
        }
        return builder.build();
    }

    private static void mask(Message.Builder mask, String text) {
        FieldDescriptor paths =
                Objects.requireNonNull(mask.getDescriptorForType().findFieldByName("paths"));
        if (text.isEmpty()) {
            return;
        }
        for (String path : text.split(",", -1)) {
            StringBuilder snake = new StringBuilder(path.length() + 4);
            for (int i = 0; i < path.length(); i++) {
                char c = path.charAt(i);
                if (c >= 'A' && c <= 'Z') {
                    snake.append('_').append((char) (c + ('a' - 'A')));
                } else {
                    snake.append(c);
                }
            }
            for (String name : snake.toString().split("\\.", -1)) {
                checked(MASK_NAME, name);
            }
            mask.addRepeatedField(paths, snake.toString());
        }
    }

    /** What a value of {@code field} looks like, for an error. */
    static String expected(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case ENUM -> "a " + field.getEnumType().getName() + " by name or number";
            case MESSAGE -> expected(field.getMessageType());
            case BOOLEAN -> "true or false";
            case BYTE_STRING -> "base64";
            default -> scalar(field.getType().name().toLowerCase(Locale.ROOT));
        };
    }

    private static String expected(Descriptor type) {
        return switch (type.getFullName()) {
            case "google.protobuf.Timestamp" -> "a time such as 2026-01-02T03:04:05Z";
            case "google.protobuf.Duration" -> "a duration in seconds such as 1.5s";
            case "google.protobuf.FieldMask" -> "paths of fields joined by commas";
            default -> expected(Objects.requireNonNull(type.findFieldByNumber(1)));
        };
    }

    private static String scalar(String type) {
        return (type.startsWith("i") ? "an " : "a ") + type;
    }
}
