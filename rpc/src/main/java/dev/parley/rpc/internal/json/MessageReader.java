package dev.parley.rpc.internal.json;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Reads one text into a builder. Every method begins at the first token of what it reads and ends at the last. */
final class MessageReader {

    private final JsonInput in;
    private final Plans plans;
    private final boolean ignoreUnknown;
    private final Scalars scalars;
    private final WellKnownReader wellKnown;
    private int depth;

    MessageReader(JsonInput in, Plans plans, boolean ignoreUnknown) {
        this.in = in;
        this.plans = plans;
        this.ignoreUnknown = ignoreUnknown;
        this.scalars = new Scalars(in);
        this.wellKnown = new WellKnownReader(this, in, scalars, plans);
    }

    void message(MessagePlan plan, Message.Builder into) throws InvalidProtocolBufferException {
        if (plan.wellKnown != WellKnown.NONE) {
            wellKnown.read(plan, into);
            return;
        }
        if (in.token() != JsonToken.START_OBJECT) {
            throw in.unexpected("an object");
        }
        fields(plan, into, in.nextName(), false);
    }

    /** The fields of an object from {@code first} on; {@code typed} if an Any's type is still to come among them. */
    void fields(MessagePlan plan, Message.Builder into, @Nullable String first, boolean typed)
            throws InvalidProtocolBufferException {
        boolean typeToCome = typed;
        long seen = 0;
        Set<FieldPlan> seenFurther = null;
        for (String name = first; name != null; name = in.nextName()) {
            FieldPlan field = plan.named(name);
            if (field == null && plan.extendable) {
                field = plans.extension(plan.type, name);
            }
            if (field == null) {
                typeToCome = other(plan, name, typeToCome);
                continue;
            }
            boolean again;
            if (field.index >= 0 && field.index < Long.SIZE) {
                long bit = 1L << field.index;
                again = (seen & bit) != 0;
                seen |= bit;
            } else {
                seenFurther = seenFurther == null ? new HashSet<>() : seenFurther;
                again = !seenFurther.add(field);
            }
            if (again) {
                throw in.refused("is there twice");
            }
            in.next();
            field(field, into);
        }
    }

    /** Goes over what is no field; says whether an Any's type is still to come. */
    boolean other(MessagePlan plan, String name, boolean typeToCome) throws InvalidProtocolBufferException {
        boolean isType = typeToCome && name.equals(AnyTypes.TYPE);
        if (!isType && !ignoreUnknown) {
            throw in.refused("is no field of " + plan.type.getFullName());
        }
        in.next();
        in.skip();
        return typeToCome && !isType;
    }

    /** All of a field: a list or a map too. */
    void field(FieldPlan field, Message.Builder into) throws InvalidProtocolBufferException {
        if (in.token() == JsonToken.VALUE_NULL && (field.repeated || !field.takesNull)) {
            return; // as if it were not there
        }
        if (field.map) {
            map(field, into);
        } else if (field.repeated) {
            list(field, into);
        } else {
            Object value = value(field, into);
            if (value != null) {
                if (field.oneof != null && into.hasOneof(field.oneof)) {
                    throw in.refused("must not be there beside "
                            + into.getOneofFieldDescriptor(field.oneof).getJsonName() + " (oneof "
                            + field.oneof.getName() + ')');
                }
                into.setField(field.field, value);
            }
        }
    }

    void list(FieldPlan field, Message.Builder into) throws InvalidProtocolBufferException {
        if (in.token() != JsonToken.START_ARRAY) {
            throw in.unexpected("a list");
        }
        while (in.next() != JsonToken.END_ARRAY) {
            Object value = value(field, into);
            if (value != null) {
                into.addRepeatedField(field.field, value);
            }
        }
    }

    void map(FieldPlan field, Message.Builder into) throws InvalidProtocolBufferException {
        if (in.token() != JsonToken.START_OBJECT) {
            throw in.unexpected("an object");
        }
        FieldPlan keys = field.key();
        FieldPlan values = field.value();
        Set<Object> seen = new HashSet<>();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            Object key = scalars.key(keys, name);
            if (!seen.add(key)) {
                throw in.refused("is there twice");
            }
            in.next();
            Message.Builder entry = into.newBuilderForField(field.field);
            Object value = value(values, entry);
            if (value != null) {
                entry.setField(keys.field, key);
                entry.setField(values.field, value);
                into.addRepeatedField(field.field, entry.buildPartial());
            }
        }
    }

    /** One value; null if it is the unknown name of an enum's and those are ignored. */
    @Nullable
    Object value(FieldPlan field, Message.Builder into) throws InvalidProtocolBufferException {
        return switch (field.type) {
            case INT32, SINT32, SFIXED32 -> scalars.int32();
            case UINT32, FIXED32 -> scalars.uint32();
            case INT64, SINT64, SFIXED64 -> scalars.int64();
            case UINT64, FIXED64 -> scalars.uint64();
            case BOOL -> scalars.bool();
            case FLOAT -> scalars.single();
            case DOUBLE -> scalars.real();
            case STRING -> in.string("a string");
            case BYTES -> scalars.bytes();
            case ENUM -> enumValue(field);
            case MESSAGE, GROUP -> {
                deeper();
                Message.Builder inside = into.newBuilderForField(field.field);
                message(field.message(), inside);
                depth--;
                yield inside.buildPartial();
            }
        };
    }

    void deeper() throws InvalidProtocolBufferException {
        if (++depth > ProtoJson.MAX_DEPTH) {
            throw in.refused("messages are nested deeper than " + ProtoJson.MAX_DEPTH);
        }
    }

    void shallower() {
        depth--;
    }

    private @Nullable EnumValueDescriptor enumValue(FieldPlan field) throws InvalidProtocolBufferException {
        EnumDescriptor type = field.field.getEnumType();
        boolean isName = false;
        switch (in.token()) {
            case VALUE_NULL -> {
                if (field.takesNull) {
                    return type.findValueByNumber(0);
                }
                throw in.unexpected("a value of " + type.getFullName());
            }
            case VALUE_STRING -> {
                EnumValueDescriptor named = type.findValueByName(in.text());
                if (named != null) {
                    return named;
                }
                isName = !WholeNumber.isNumber(in.text());
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {}
            default -> throw in.unexpected("a value of " + type.getFullName());
        }
        EnumValueDescriptor numbered = isName ? null : numbered(type);
        if (field.takesNull && numbered != null && numbered.getNumber() != 0) {
            throw in.unexpected("null"); // another one could not be written
        }
        if (numbered == null && !ignoreUnknown) {
            throw in.unexpected("a value of " + type.getFullName());
        }
        return numbered;
    }

    private @Nullable EnumValueDescriptor numbered(EnumDescriptor type) throws InvalidProtocolBufferException {
        int number = scalars.int32("a value of " + type.getFullName());
        return type.isClosed() ? type.findValueByNumber(number) : type.findValueByNumberCreatingIfUnknown(number);
    }
}
