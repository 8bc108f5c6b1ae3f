package dev.parley.rpc.internal.json;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.util.List;

/** Writes the messages that have a JSON of their own. */
final class WellKnownWriter {

    private final MessageWriter messages;
    private final Plans plans;
    private final JsonBytes out;

    WellKnownWriter(MessageWriter messages, Plans plans, JsonBytes out) {
        this.messages = messages;
        this.plans = plans;
        this.out = out;
    }

    void write(MessagePlan plan, Message message) {
        switch (plan.wellKnown) {
            case NONE -> throw new AssertionError(plan.type.getFullName());
            case ANY -> any(plan, message);
            case TIMESTAMP -> {
                if (message instanceof Timestamp time) {
                    TimestampText.write(time.getSeconds(), time.getNanos(), out);
                } else {
                    TimestampText.write((Long) get(plan, 0, message), (Integer) get(plan, 1, message), out);
                }
            }
            case DURATION -> DurationText.write((Long) get(plan, 0, message), (Integer) get(plan, 1, message), out);
            case FIELD_MASK -> out.string(FieldMaskText.write((List<?>) get(plan, 0, message)));
            case STRUCT -> messages.map(plan.fields[0], (List<?>) get(plan, 0, message));
            case LIST_VALUE -> messages.list(plan.fields[0], (List<?>) get(plan, 0, message));
            case VALUE -> value(plan, message);
            case WRAPPER -> messages.single(plan.fields[0], get(plan, 0, message));
        }
    }

    private static Object get(MessagePlan plan, int index, Message message) {
        return message.getField(plan.fields[index].field);
    }

    private void value(MessagePlan plan, Message message) {
        FieldDescriptor set =
                message.getOneofFieldDescriptor(plan.type.getOneofs().getFirst());
        if (set == null) {
            out.ascii("null");
            return;
        }
        Object value = message.getField(set);
        if (value instanceof Double number && !Double.isFinite(number)) {
            // In quotes it would be read back as a string.
            throw new UnwritableException("a google.protobuf.Value holds " + number + ", which is no number in JSON");
        }
        FieldPlan field = plan.of(set);
        if (value instanceof Message inside) {
            messages.message(field.message(), inside); // one level with the Value that it is in
        } else {
            messages.single(field, value);
        }
    }

    private void any(MessagePlan plan, Message message) {
        String typeUrl = (String) get(plan, 0, message);
        ByteString content = (ByteString) get(plan, 1, message);
        if (typeUrl.isEmpty() && content.isEmpty()) {
            out.ascii("{}");
            return;
        }
        MessagePlan held;
        Message inside;
        try {
            Descriptor type = plans.types.getDescriptorForTypeUrl(typeUrl);
            if (type == null) {
                throw new UnwritableException("an Any holds a type that is not known here: " + Shown.quoted(typeUrl));
            }
            held = plans.of(type);
            inside = DynamicMessage.parseFrom(type, content, plans.extensions);
        } catch (InvalidProtocolBufferException e) {
            throw new UnwritableException(
                    "an Any does not hold what its type says, " + Shown.quoted(typeUrl) + ": " + e.getMessage());
        }
        messages.deeper(held);
        messages.typed(typeUrl, held, inside);
        messages.shallower();
    }
}
