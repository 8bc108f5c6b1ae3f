package dev.parley.rpc.internal.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What JSON needs to know of one field. */
final class FieldPlan {

    final FieldDescriptor field;
    /** Its place among the fields of its message; -1 for an extension. */
    final int index;

    final FieldDescriptor.Type type;
    /** Its name with quotes and colon, as it is written. */
    final byte[] name;

    final boolean repeated;
    final boolean map;
    final boolean presence;
    final @Nullable OneofDescriptor oneof;
    /** Whether {@code null} is one of its values rather than its absence. */
    final boolean takesNull;

    private final @Nullable Object defaultValue;
    private final Plans plans;
    private final @Nullable FieldPlan key;
    private final @Nullable FieldPlan value;
    /** Of an enum, by index, with quotes; empty for {@code google.protobuf.NullValue}, which is always null. */
    private final byte[][] enumNames;

    private @Nullable MessagePlan message;

    FieldPlan(FieldDescriptor field, int index, Plans plans) {
        this.field = field;
        this.index = index;
        this.plans = plans;
        this.type = field.getType();
        this.name = JsonBytes.quoted(field.isExtension() ? '[' + field.getFullName() + ']' : field.getJsonName(), ":");
        this.repeated = field.isRepeated();
        this.map = field.isMapField();
        this.presence = field.hasPresence();
        this.defaultValue = presence || repeated ? null : field.getDefaultValue();
        this.oneof = field.getRealContainingOneof();
        this.enumNames = type == FieldDescriptor.Type.ENUM ? enumNames(field.getEnumType()) : new byte[0][];
        this.takesNull = switch (type) {
            case ENUM -> enumNames.length == 0;
            case MESSAGE -> WellKnown.of(field.getMessageType()) == WellKnown.VALUE;
            default -> false;
        };
        Descriptor entry = map ? field.getMessageType() : null;
        this.key = entry == null ? null : new FieldPlan(entry.findFieldByNumber(1), 0, plans);
        this.value = entry == null ? null : new FieldPlan(entry.findFieldByNumber(2), 1, plans);
    }

    private static byte[][] enumNames(EnumDescriptor type) {
        if (type.getFullName().equals("google.protobuf.NullValue")) {
            return new byte[0][];
        }
        byte[][] names = new byte[type.getValues().size()][];
        for (EnumValueDescriptor each : type.getValues()) {
            names[each.getIndex()] = JsonBytes.quoted(each.getName(), "");
        }
        return names;
    }

    /** Whether this value of a field without presence is as good as none. */
    boolean isDefault(Object of) {
        return repeated ? ((List<?>) of).isEmpty() : of.equals(defaultValue);
    }

    /** The name as it is written; null for a number that the enum does not know. */
    byte @Nullable [] enumName(EnumValueDescriptor of) {
        int at = of.getIndex();
        return at < 0 ? null : enumNames[at];
    }

    /** The type of the message it holds. */
    MessagePlan message() {
        MessagePlan known = message;
        if (known == null) {
            known = plans.of(field.getMessageType());
            message = known;
        }
        return known;
    }

    FieldPlan key() {
        return Objects.requireNonNull(key);
    }

    FieldPlan value() {
        return Objects.requireNonNull(value);
    }
}
