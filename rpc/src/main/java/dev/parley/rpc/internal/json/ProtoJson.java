package dev.parley.rpc.internal.json;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Writes and reads messages, generated or dynamic, as ProtoJSON. What is to be known of a type is found out once, at its
 * first message. Immutable but for that, and thread-safe.
 *
 * <p>Messages may be nested {@value #MAX_DEPTH} deep below the first, in both directions; JSON's own levels, unknown
 * fields among them, {@value JsonInput#MAX_LEVELS}. A number has at most {@value JsonInput#MAX_NUMBER_LENGTH} characters.
 */
public final class ProtoJson {

    /** As protobuf's binary format has it. */
    static final int MAX_DEPTH = 100;

    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    private static final int LARGEST_GUESS = 64 << 10;

    private final Plans plans;
    private final boolean everything;
    private final boolean ignoreUnknown;

    /**
     * A codec.
     *
     * @param types what an {@code Any} may hold
     * @param extensions which extensions there are
     * @param everything whether fields without presence are written when they have their default
     * @param ignoreUnknown whether unknown fields and unknown names of enum values are passed over when reading; they are
     *     errors otherwise
     */
    public ProtoJson(TypeRegistry types, ExtensionRegistry extensions, boolean everything, boolean ignoreUnknown) {
        this.plans = new Plans(types, extensions);
        this.everything = everything;
        this.ignoreUnknown = ignoreUnknown;
    }

    /**
     * The message in UTF-8 behind {@code room} zeros.
     *
     * @throws UnwritableException if it has no JSON
     */
    public byte[] write(Message message, int room) {
        MessagePlan plan = plans.of(message.getDescriptorForType());
        JsonBytes out = new JsonBytes(room, plan.guess);
        new MessageWriter(plans, everything, out).message(plan, message);
        byte[] bytes = out.take();
        plan.guess = Math.min(LARGEST_GUESS, bytes.length - room);
        return bytes;
    }

    /**
     * A string of JSON in UTF-8.
     *
     * @throws UnwritableException if it has half a surrogate pair
     */
    public static byte[] quoted(String text) {
        return JsonBytes.quoted(text, "");
    }

    /**
     * The value of one field; {@code null} if it has presence and is not there, but a message that is not there is
     * written as an empty one.
     *
     * @throws UnwritableException if it has no JSON
     */
    public byte[] writeField(Message message, FieldDescriptor field) {
        boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        if (field.hasPresence() && !isMessage && !message.hasField(field)) {
            return NULL.clone();
        }
        JsonBytes out = new JsonBytes(0, 0);
        new MessageWriter(plans, everything, out).value(plans.field(field), message.getField(field));
        return out.take();
    }

    /**
     * Sets what the text has; required fields that are missing are the caller's to look for.
     *
     * @throws InvalidProtocolBufferException naming field, offending value and what was expected
     */
    public void merge(byte[] bytes, int offset, int length, Message.Builder into)
            throws InvalidProtocolBufferException {
        read(null, bytes, offset, length, into);
    }

    /**
     * Sets one field to the value that is all of the text; {@code null} leaves it.
     *
     * @throws InvalidProtocolBufferException naming field, offending value and what was expected
     */
    public void mergeField(FieldDescriptor field, byte[] bytes, int offset, int length, Message.Builder into)
            throws InvalidProtocolBufferException {
        read(field, bytes, offset, length, into);
    }

    private void read(@Nullable FieldDescriptor field, byte[] bytes, int offset, int length, Message.Builder into)
            throws InvalidProtocolBufferException {
        JsonInput in = JsonInput.open(bytes, offset, length, field == null ? "" : field.getJsonName());
        try {
            MessageReader reader = new MessageReader(in, plans, ignoreUnknown);
            in.next();
            if (field == null) {
                reader.message(plans.of(into.getDescriptorForType()), into);
            } else {
                reader.field(plans.field(field), into);
            }
            in.end();
        } catch (JacksonException e) {
            throw in.malformed(e);
        }
    }
}
