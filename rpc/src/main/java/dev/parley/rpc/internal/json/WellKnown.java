package dev.parley.rpc.internal.json;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WrappersProto;
import java.util.HashMap;
import java.util.Map;

/** The message types with a JSON of their own. */
enum WellKnown {
    /** A message as any other. */
    NONE,
    ANY,
    TIMESTAMP,
    DURATION,
    FIELD_MASK,
    STRUCT,
    VALUE,
    LIST_VALUE,
    /** A scalar in a message, so that it can be absent. */
    WRAPPER;

    private record Standard(WellKnown kind, Descriptor type) {}

    private static final Map<String, Standard> BY_NAME = new HashMap<>();

    static {
        add(ANY, Any.getDescriptor());
        add(TIMESTAMP, Timestamp.getDescriptor());
        add(DURATION, Duration.getDescriptor());
        add(FIELD_MASK, FieldMask.getDescriptor());
        add(STRUCT, Struct.getDescriptor());
        add(VALUE, com.google.protobuf.Value.getDescriptor());
        add(LIST_VALUE, com.google.protobuf.ListValue.getDescriptor());
        WrappersProto.getDescriptor().getMessageTypes().forEach(type -> add(WRAPPER, type));
    }

    private static void add(WellKnown kind, Descriptor type) {
        BY_NAME.put(type.getFullName(), new Standard(kind, type));
    }

    static WellKnown of(Descriptor type) {
        Standard standard = BY_NAME.get(type.getFullName());
        return standard != null && haveSameFields(standard.type, type) ? standard.kind : NONE;
    }

    // A descriptor that came from elsewhere may give one of these names to anything.
    private static boolean haveSameFields(Descriptor standard, Descriptor type) {
        if (standard.getFields().size() != type.getFields().size()) {
            return false;
        }
        for (FieldDescriptor expected : standard.getFields()) {
            FieldDescriptor field = type.findFieldByNumber(expected.getNumber());
            if (field == null
                    || field.getType() != expected.getType()
                    || field.isRepeated() != expected.isRepeated()
                    || !field.getName().equals(expected.getName())) {
                return false;
            }
        }
        return true;
    }
}
