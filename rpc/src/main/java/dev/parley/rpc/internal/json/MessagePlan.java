package dev.parley.rpc.internal.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What JSON needs to know of one message type. */
final class MessagePlan {

    final Descriptor type;
    final WellKnown wellKnown;
    /** In the order of their numbers, in which they are written. */
    final FieldPlan[] fields;

    final boolean extendable;
    /** How long the last one written was, so that the next one's array need not grow; racy and only a guess. */
    int guess = 128;

    private final Map<String, FieldPlan> byName = new HashMap<>();
    private final FieldPlan[] asDeclared;

    MessagePlan(Descriptor type, Plans plans) {
        this.type = type;
        this.wellKnown = WellKnown.of(type);
        this.extendable = type.isExtendable();
        List<FieldDescriptor> inOrder = type.getFields().stream()
                .sorted(Comparator.comparingInt(FieldDescriptor::getNumber))
                .toList();
        this.fields = new FieldPlan[inOrder.size()];
        this.asDeclared = new FieldPlan[inOrder.size()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = new FieldPlan(inOrder.get(i), i, plans);
            asDeclared[fields[i].field.getIndex()] = fields[i];
            byName.put(fields[i].field.getName(), fields[i]);
        }
        // Last, so that a name in JSON is never hidden by another field's name in the .proto file.
        for (FieldPlan field : fields) {
            byName.put(field.field.getJsonName(), field);
        }
    }

    @Nullable
    FieldPlan named(String name) {
        return byName.get(name);
    }

    FieldPlan of(FieldDescriptor field) {
        return asDeclared[field.getIndex()];
    }
}
