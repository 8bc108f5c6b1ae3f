package dev.parley.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.rpc.internal.json.UnwritableException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Fields as text in a path or a query: the counterpart of {@link FieldPath#put}. */
final class RestText {

    private RestText() {}

    /** The text of a single-valued field; empty if a message on the way is not there. */
    static String of(FieldPath path, Message message) {
        Message in = message;
        for (FieldDescriptor field : path.fields().subList(0, path.fields().size() - 1)) {
            in = (Message) in.getField(field);
        }
        boolean absent = path.last().getJavaType() == FieldDescriptor.JavaType.MESSAGE && !in.hasField(path.last());
        return absent ? "" : text(path.last(), in.getField(path.last()));
    }

    /**
     * All fields of {@code message} as parameters of a query; a repeated field has several.
     *
     * @throws CallException INVALID_ARGUMENT that names the field that a query cannot hold
     */
    static void query(Message message, String prefix, List<QueryParameter> into) {
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            String name = prefix + field.getJsonName();
            if (takesText(field)) {
                List<?> values = field.isRepeated() ? (List<?>) entry.getValue() : List.of(entry.getValue());
                values.forEach(value -> into.add(new QueryParameter(name, text(field, value))));
            } else if (field.isRepeated()) {
                throw new CallException(
                        Code.INVALID_ARGUMENT,
                        name
                                + " cannot be sent by REST: its method's path and body leave it to the query, which holds no "
                                + (field.isMapField() ? "maps" : "repeated messages"));
            } else {
                query((Message) entry.getValue(), name + '.', into);
            }
        }
    }

    private static boolean takesText(FieldDescriptor field) {
        return new FieldPath(List.of(field)).takesText();
    }

    private static String text(FieldDescriptor field, Object value) {
        return switch (field.getType()) {
            case UINT32, FIXED32 -> Integer.toUnsignedString((Integer) value);
            case UINT64, FIXED64 -> Long.toUnsignedString((Long) value);
            case BYTES -> Base64.getUrlEncoder().encodeToString(((ByteString) value).toByteArray());
            case ENUM -> {
                EnumValueDescriptor constant = (EnumValueDescriptor) value;
                // One that the contract does not know has a made-up name.
                yield constant.getIndex() < 0 ? Integer.toString(constant.getNumber()) : constant.getName();
            }
            case MESSAGE, GROUP -> wellKnown((Message) value);
            default -> value.toString();
        };
    }

    private static String wellKnown(Message message) {
        try {
            return JsonCodec.printText(message);
        } catch (UnwritableException e) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    message.getDescriptorForType().getFullName() + " cannot be written as text: " + e.getMessage(),
                    e);
        }
    }
}
