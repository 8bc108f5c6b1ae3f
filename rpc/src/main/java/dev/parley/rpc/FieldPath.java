package dev.parley.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A field by its dotted path from a message, and how text from a path or a query is put into it. */
record FieldPath(List<FieldDescriptor> fields) {

    /** The most parts of a path: as deep as protobuf's own parsers read messages. */
    static final int MOST_PARTS = 100;

    private static final int MOST_SHOWN = 64;

    /** The field named by {@code path}, each part by its name in the .proto file or in JSON; empty if there is none. */
    static Optional<FieldPath> resolve(Descriptor type, String path) {
        List<FieldDescriptor> fields = new ArrayList<>();
        Descriptor in = type;
        for (String name : path.split("\\.", MOST_PARTS + 1)) {
            if (in == null || fields.size() == MOST_PARTS) {
                return Optional.empty(); // the field before has none of its own
            }
            Optional<FieldDescriptor> field = find(in, name);
            if (field.isEmpty()) {
                return Optional.empty();
            }
            fields.add(field.get());
            boolean goesOn = field.get().getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && !field.get().isRepeated()
                    && !FieldText.isWellKnown(field.get().getMessageType());
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

    /** Whether one of the two is the other, or a part of it. */
    boolean overlaps(FieldPath other) {
        int both = Math.min(fields.size(), other.fields.size());
        return fields.subList(0, both).equals(other.fields.subList(0, both));
    }

    /** Whether text can be put in: a scalar, an enum, or a well-known type that JSON writes as a string or number. */
    boolean takesText() {
        FieldDescriptor field = last();
        return !field.isMapField()
                && (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE
                        || FieldText.isTextual(field.getMessageType()));
    }

    /**
     * Sets the field to {@code text}, or adds it if the field is repeated.
     *
     * @throws CallException INVALID_ARGUMENT that names the field if the text is none of its values
     */
    void put(Message.Builder message, String text, JsonCodec json) {
        Message.Builder in = parent(message);
        FieldDescriptor field = last();
        Object value = FieldText.value(field, in, text, json)
                .orElseThrow(() -> new CallException(
                        Code.INVALID_ARGUMENT,
                        this + " must be " + FieldText.expected(field) + ", but is \"" + abbreviated(text) + '"'));
        if (field.isRepeated()) {
            in.addRepeatedField(field, value);
        } else {
            in.setField(field, value);
        }
    }

    /**
     * As {@link #put}, for what comes behind fields that must not be unset by it.
     *
     * @throws CallException INVALID_ARGUMENT also if another field is set of which only one can be
     */
    void putBeside(Message.Builder message, String text, JsonCodec json) {
        Message.Builder in = message;
        for (FieldDescriptor field : fields) {
            OneofDescriptor oneof = field.getRealContainingOneof();
            FieldDescriptor set = oneof == null ? null : in.getOneofFieldDescriptor(oneof);
            if (set != null && set != field) {
                throw new CallException(
                        Code.INVALID_ARGUMENT,
                        this + " cannot be set beside " + set.getName() + ": both are of the oneof " + oneof.getName());
            }
            if (field == last()) {
                break;
            }
            in = in.getFieldBuilder(field);
        }
        put(message, text, json);
    }

    private Message.Builder parent(Message.Builder message) {
        Message.Builder in = message;
        for (FieldDescriptor field : fields.subList(0, fields.size() - 1)) {
            in = in.getFieldBuilder(field);
        }
        return in;
    }

    static String abbreviated(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
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
