package dev.parley.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A field by its dotted path from a message, and how text from a path or a query is put into it. */
record FieldPath(List<FieldDescriptor> fields) {

    /** The field named by {@code path}, each part by its name in the .proto file or in JSON; empty if there is none. */
    static Optional<FieldPath> resolve(Descriptor type, String path) {
        List<FieldDescriptor> fields = new ArrayList<>();
        Descriptor in = type;
        for (String name : path.split("\\.", -1)) {
            if (in == null) {
                return Optional.empty(); // the field before is no message
            }
            Optional<FieldDescriptor> field = find(in, name);
            if (field.isEmpty()) {
                return Optional.empty();
            }
            fields.add(field.get());
            boolean goesOn = field.get().getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && !field.get().isRepeated();
            in = goesOn ? field.get().getMessageType() : null;
        }
        return Optional.of(new FieldPath(List.copyOf(fields)));
    }

    static Optional<FieldDescriptor> find(Descriptor type, String name) {
        FieldDescriptor field = type.findFieldByName(name);
        return field != null
                ? Optional.of(field)
                : type.getFields().stream()
                        .filter(other -> other.getJsonName().equals(name))
                        .findFirst();
    }

    FieldDescriptor last() {
        return fields.getLast();
    }

    /** Whether text can be put in: a scalar, an enum, or a well-known type that JSON writes as a string or number. */
    boolean takesText() {
        FieldDescriptor field = last();
        return !field.isMapField()
                && (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE
                        || isTextual(field.getMessageType().getFullName()));
    }

    private static boolean isTextual(String type) {
        return switch (type) {
            case "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask" -> true;
            default ->
                type.startsWith("google.protobuf.")
                        && type.endsWith("Value")
                        && !type.equals("google.protobuf.Value")
                        && !type.equals("google.protobuf.ListValue");
        };
    }

    /**
     * Sets the field to {@code text}, or adds it if the field is repeated.
     *
     * @throws CallException INVALID_ARGUMENT that names the field if the text is none of its values
     */
    void put(Message.Builder message, String text) {
        Message.Builder in = message;
        for (FieldDescriptor field : fields.subList(0, fields.size() - 1)) {
            in = in.getFieldBuilder(field);
        }
        FieldDescriptor field = last();
        Object value = value(field, in, text);
        if (field.isRepeated()) {
            in.addRepeatedField(field, value);
        } else {
            in.setField(field, value);
        }
    }

    private Object value(FieldDescriptor field, Message.Builder in, String text) {
        try {
            return switch (field.getType()) {
                case INT32, SINT32, SFIXED32 -> Integer.parseInt(text);
                case UINT32, FIXED32 -> Integer.parseUnsignedInt(text);
                case INT64, SINT64, SFIXED64 -> Long.parseLong(text);
                case UINT64, FIXED64 -> Long.parseUnsignedLong(text);
                case FLOAT -> Float.parseFloat(text);
                case DOUBLE -> Double.parseDouble(text);
                case BOOL -> bool(text);
                case STRING -> text;
                case BYTES ->
                    ByteString.copyFrom(
                            Base64.getUrlDecoder().decode(text.replace('+', '-').replace('/', '_')));
                case ENUM -> enumValue(field, text);
                case MESSAGE, GROUP -> wellKnown(in.newBuilderForField(field), text);
            };
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    this + " must be " + kind(field) + ", but is \"" + abbreviated(text) + '"',
                    e);
        }
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static EnumValueDescriptor enumValue(FieldDescriptor field, String text) {
        EnumValueDescriptor value = field.getEnumType().findValueByName(text);
        if (value != null) {
            return value;
        }
        int number = Integer.parseInt(text);
        EnumValueDescriptor numbered = field.getEnumType().findValueByNumber(number);
        if (numbered == null) {
            throw new IllegalArgumentException(text);
        }
        return numbered;
    }

    private static Message wellKnown(Message.Builder builder, String text) throws InvalidProtocolBufferException {
        JsonCodec.mergeText(text, builder);
        return builder.build();
    }

    private static String kind(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case ENUM -> "a " + field.getEnumType().getName();
            case MESSAGE -> "a " + field.getMessageType().getFullName();
            case BOOLEAN -> "true or false";
            case BYTE_STRING -> "base64";
            default -> "a " + field.getType().name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static String abbreviated(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "...";
    }

    @Override
    public String toString() {
        StringBuilder path = new StringBuilder();
        for (FieldDescriptor field : fields) {
            path.append(path.isEmpty() ? "" : ".").append(field.getName());
        }
        return path.toString();
    }
}
