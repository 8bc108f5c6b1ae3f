package dev.parley.rpc.internal.json;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes one message. */
final class MessageWriter {

    private static final byte[] TYPE = JsonBytes.quoted("@type", ":");

    private final Plans plans;
    private final boolean everything;
    private final JsonBytes out;
    private final WellKnownWriter wellKnown;
    private int depth;

    MessageWriter(Plans plans, boolean everything, JsonBytes out) {
        this.plans = plans;
        this.everything = everything;
        this.out = out;
        this.wellKnown = new WellKnownWriter(this, plans, out);
    }

    void message(MessagePlan plan, Message message) {
        if (plan.wellKnown != WellKnown.NONE) {
            wellKnown.write(plan, message);
            return;
        }
        out.put('{');
        fields(plan, message, true);
        out.put('}');
    }

    /** A message inside an Any, with its type. */
    void typed(String typeUrl, MessagePlan plan, Message message) {
        out.put('{');
        out.put(TYPE);
        out.string(typeUrl);
        if (plan.wellKnown == WellKnown.NONE) {
            fields(plan, message, false);
        } else {
            out.ascii(",\"value\":");
            wellKnown.write(plan, message);
        }
        out.put('}');
    }

    private void fields(MessagePlan plan, Message message, boolean first) {
        boolean none = first;
        for (FieldPlan field : plan.fields) {
            if (field.presence && !message.hasField(field.field)) {
                continue;
            }
            // Without presence this is the cheaper question: hasField asks for the value as well.
            Object value = message.getField(field.field);
            if (field.presence || everything || !field.isDefault(value)) {
                if (none) {
                    none = false;
                } else {
                    out.put(',');
                }
                out.put(field.name);
                value(field, value);
            }
        }
        if (plan.extendable) {
            extensions(message, none);
        }
    }

    private void extensions(Message message, boolean first) {
        boolean none = first;
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            if (entry.getKey().isExtension()) {
                if (none) {
                    none = false;
                } else {
                    out.put(',');
                }
                FieldPlan field = plans.field(entry.getKey());
                out.put(field.name);
                value(field, entry.getValue());
            }
        }
    }

    /** All of a field: a list or a map too. */
    void value(FieldPlan field, Object value) {
        if (field.map) {
            map(field, (List<?>) value);
        } else if (field.repeated) {
            list(field, (List<?>) value);
        } else {
            single(field, value);
        }
    }

    void list(FieldPlan field, List<?> values) {
        out.put('[');
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            single(field, values.get(i));
        }
        out.put(']');
    }

    void map(FieldPlan field, List<?> entries) {
        FieldPlan key = field.key();
        FieldPlan value = field.value();
        boolean quotes = switch (key.type) {
            case STRING, INT64, UINT64, SINT64, FIXED64, SFIXED64 -> false; // they have quotes anyway
            default -> true;
        };
        out.put('{');
        for (int i = 0; i < entries.size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            Message entry = (Message) entries.get(i);
            if (quotes) {
                out.put('"');
            }
            single(key, entry.getField(key.field));
            if (quotes) {
                out.put('"');
            }
            out.put(':');
            single(value, entry.getField(value.field));
        }
        out.put('}');
    }

    void single(FieldPlan field, Object value) {
        switch (field.type) {
            case INT32, SINT32, SFIXED32 -> out.number((Integer) value);
            case UINT32, FIXED32 -> out.number(Integer.toUnsignedLong((Integer) value));
            case INT64, SINT64, SFIXED64 -> {
                out.put('"');
                out.number((Long) value);
                out.put('"');
            }
            case UINT64, FIXED64 -> {
                long number = (Long) value;
                out.put('"');
                if (number >= 0) {
                    out.number(number);
                } else {
                    out.ascii(Long.toUnsignedString(number));
                }
                out.put('"');
            }
            case BOOL -> out.ascii((Boolean) value ? "true" : "false");
            case FLOAT -> real((Float) value, value.toString());
            case DOUBLE -> real((Double) value, value.toString());
            case STRING -> out.string((String) value);
            case BYTES -> {
                out.put('"');
                out.put(Base64.getEncoder().encode(((ByteString) value).toByteArray()));
                out.put('"');
            }
            case ENUM -> enumValue(field, (EnumValueDescriptor) value);
            case MESSAGE, GROUP -> nested(field.message(), (Message) value);
        }
    }

    private void real(double value, String text) {
        if (Double.isFinite(value)) {
            out.ascii(text);
        } else {
            out.put('"');
            out.ascii(text); // Java's names for them are JSON's
            out.put('"');
        }
    }

    private void enumValue(FieldPlan field, EnumValueDescriptor value) {
        if (field.takesNull) {
            out.ascii("null");
            return;
        }
        byte[] name = field.enumName(value);
        if (name == null) {
            out.number(value.getNumber());
        } else {
            out.put(name);
        }
    }

    private void nested(MessagePlan plan, Message message) {
        deeper(plan);
        message(plan, message);
        depth--;
    }

    void deeper(MessagePlan plan) {
        if (++depth > ProtoJson.MAX_DEPTH) {
            throw new UnwritableException(
                    "messages are nested deeper than " + ProtoJson.MAX_DEPTH + ", at a " + plan.type.getFullName());
        }
    }

    void shallower() {
        depth--;
    }
}
