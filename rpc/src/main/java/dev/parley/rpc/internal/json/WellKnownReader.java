package dev.parley.rpc.internal.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Reads the messages that have a JSON of their own. */
final class WellKnownReader {

    private final MessageReader messages;
    private final JsonInput in;
    private final Scalars scalars;
    private final Plans plans;
    private final AnyTypes types = new AnyTypes();

    WellKnownReader(MessageReader messages, JsonInput in, Scalars scalars, Plans plans) {
        this.messages = messages;
        this.in = in;
        this.scalars = scalars;
        this.plans = plans;
    }

    void read(MessagePlan plan, Message.Builder into) throws InvalidProtocolBufferException {
        switch (plan.wellKnown) {
            case NONE -> throw new AssertionError(plan.type.getFullName());
            case ANY -> any(plan, into);
            case TIMESTAMP -> {
                String kind = "a time such as 2026-01-31T12:30:00.5Z (RFC 3339)";
                set(plan, into, TimestampText.read(in.string(kind)), kind);
            }
            case DURATION -> {
                String kind = "a duration in seconds such as 1.5s";
                set(plan, into, DurationText.read(in.string(kind)), kind);
            }
            case FIELD_MASK -> {
                String kind = "the camel-case names of fields with commas between them";
                List<String> paths = FieldMaskText.read(in.string(kind));
                if (paths == null) {
                    throw in.unexpected(kind);
                }
                into.setField(plan.fields[0].field, paths);
            }
            case STRUCT -> messages.map(plan.fields[0], into);
            case LIST_VALUE -> messages.list(plan.fields[0], into);
            case VALUE -> value(plan, into);
            case WRAPPER ->
                into.setField(plan.fields[0].field, Objects.requireNonNull(messages.value(plan.fields[0], into)));
        }
    }

    private void set(MessagePlan plan, Message.Builder into, long @Nullable [] time, String kind)
            throws InvalidProtocolBufferException {
        if (time == null) {
            throw in.unexpected(kind);
        }
        into.setField(plan.fields[0].field, time[0]);
        into.setField(plan.fields[1].field, (int) time[1]);
    }

    /** Fields by their numbers: null, number, string, bool, struct, list. */
    private void value(MessagePlan plan, Message.Builder into) throws InvalidProtocolBufferException {
        switch (in.token()) {
            case VALUE_NULL -> into.setField(plan.fields[0].field, NullValue.NULL_VALUE.getValueDescriptor());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                into.setField(plan.fields[1].field, scalars.finite(in.text(), "a double"));
            case VALUE_STRING -> into.setField(plan.fields[2].field, in.string("a string"));
            case VALUE_TRUE, VALUE_FALSE -> into.setField(plan.fields[3].field, scalars.bool());
            case START_OBJECT -> nested(plan.fields[4], into);
            case START_ARRAY -> nested(plan.fields[5], into);
            default -> throw in.unexpected("a value");
        }
    }

    // Counted as one level with the Value that it is in.
    private void nested(FieldPlan field, Message.Builder into) throws InvalidProtocolBufferException {
        Message.Builder inside = into.newBuilderForField(field.field);
        messages.message(field.message(), inside);
        into.setField(field.field, inside.buildPartial());
    }

    private void any(MessagePlan plan, Message.Builder into) throws InvalidProtocolBufferException {
        if (in.token() != JsonToken.START_OBJECT) {
            throw in.unexpected("an object");
        }
        int start = in.position();
        String first = in.nextName();
        if (first == null) {
            return; // an empty one
        }
        String typeUrl;
        boolean typeToCome = !first.equals(AnyTypes.TYPE);
        if (!typeToCome) {
            in.next();
            typeUrl = in.string("the URL of a type");
            first = in.nextName();
        } else {
            typeUrl = types.of(in, start);
            if (typeUrl == null) {
                in.leaveObject();
                throw in.refused("must have an \"@type\" that is a string");
            }
            in.checked(typeUrl);
        }
        Descriptor type = typeUrl.indexOf('/') < 0 ? null : plans.types.getDescriptorForTypeUrl(typeUrl);
        if (type == null) {
            throw in.refused("must have an \"@type\" that is known here, but has " + Shown.quoted(typeUrl));
        }
        messages.deeper();
        DynamicMessage.Builder inside = DynamicMessage.newBuilder(type);
        content(plans.of(type), inside, first, typeToCome);
        messages.shallower();
        if (!inside.isInitialized()) {
            throw in.refused("lacks required fields: " + inside.findInitializationErrors());
        }
        into.setField(plan.fields[0].field, typeUrl);
        into.setField(plan.fields[1].field, inside.buildPartial().toByteString());
    }

    private void content(MessagePlan plan, Message.Builder inside, @Nullable String first, boolean typed)
            throws InvalidProtocolBufferException {
        if (plan.wellKnown == WellKnown.NONE) {
            messages.fields(plan, inside, first, typed);
            return;
        }
        boolean typeToCome = typed;
        boolean valued = false;
        for (String name = first; name != null; name = in.nextName()) {
            if (name.equals("value")) {
                if (valued) {
                    throw in.refused("is there twice");
                }
                valued = true;
                in.next();
                messages.message(plan, inside);
            } else {
                typeToCome = messages.other(plan, name, typeToCome);
            }
        }
    }
}
