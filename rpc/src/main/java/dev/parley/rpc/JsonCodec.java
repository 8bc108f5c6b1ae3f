package dev.parley.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.rpc.ErrorDetailsProto;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.rpc.internal.json.ProtoJson;
import dev.parley.rpc.internal.json.UnwritableException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * Protobuf's JSON mapping. Connect ignores fields that it does not know and leaves defaults out, as its other
 * implementations do; REST is strict about the one and complete in the other, because its readers have no schema.
 */
final class JsonCodec implements MessageCodec {

    private static final ProtoJson ALONE =
            new ProtoJson(TypeRegistry.getEmptyTypeRegistry(), ExtensionRegistry.getEmptyRegistry(), false, false);

    private static final JsonMapper WORDS = JsonMapper.shared();

    private final ProtoJson json;

    private JsonCodec(ProtoJson json) {
        this.json = json;
    }

    static JsonCodec connect(TypeRegistry types) {
        return connect(types, ExtensionRegistry.getEmptyRegistry());
    }

    /** With the extensions of proto2. */
    static JsonCodec connect(TypeRegistry types, ExtensionRegistry extensions) {
        return new JsonCodec(new ProtoJson(types, extensions, false, true));
    }

    static JsonCodec rest(TypeRegistry types) {
        return rest(types, ExtensionRegistry.getEmptyRegistry());
    }

    /** With the extensions of proto2. */
    static JsonCodec rest(TypeRegistry types, ExtensionRegistry extensions) {
        return new JsonCodec(new ProtoJson(types, extensions, true, false));
    }

    /** The types of these files and of all they import, with the standard error details: what an Any may hold. */
    static TypeRegistry types(Collection<FileDescriptor> files) {
        TypeRegistry.Builder types = TypeRegistry.newBuilder();
        Set<String> seen = new HashSet<>();
        addTypes(ErrorDetailsProto.getDescriptor(), seen, types);
        files.forEach(file -> addTypes(file, seen, types));
        return types.build();
    }

    private static void addTypes(FileDescriptor file, Set<String> seen, TypeRegistry.Builder types) {
        if (seen.add(file.getName())) {
            types.add(file.getMessageTypes());
            file.getDependencies().forEach(imported -> addTypes(imported, seen, types));
        }
    }

    /** The extensions that these files and all they import define. */
    static ExtensionRegistry extensions(Collection<FileDescriptor> files) {
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        Set<String> seen = new HashSet<>();
        files.forEach(file -> addExtensions(file, seen, extensions));
        return extensions.getUnmodifiable();
    }

    private static void addExtensions(FileDescriptor file, Set<String> seen, ExtensionRegistry to) {
        if (seen.add(file.getName())) {
            add(file.getExtensions(), to);
            file.getMessageTypes().forEach(type -> addExtensions(type, to));
            file.getDependencies().forEach(imported -> addExtensions(imported, seen, to));
        }
    }

    private static void addExtensions(Descriptor type, ExtensionRegistry to) {
        add(type.getExtensions(), to);
        type.getNestedTypes().forEach(nested -> addExtensions(nested, to));
    }

    private static void add(List<FieldDescriptor> extensions, ExtensionRegistry to) {
        for (FieldDescriptor extension : extensions) {
            if (extension.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                to.add(extension, DynamicMessage.getDefaultInstance(extension.getMessageType()));
            } else {
                to.add(extension);
            }
        }
    }

    @Override
    public Codec codec() {
        return Codec.JSON;
    }

    @Override
    public byte[] encode(Message message, int room) {
        try {
            return json.write(message, room);
        } catch (UnwritableException e) {
            throw unwritable(message, e);
        }
    }

    private static CallException unwritable(Message message, UnwritableException e) {
        return new CallException(
                Code.INTERNAL,
                message.getDescriptorForType().getFullName() + " cannot be written as JSON: " + e.getMessage(),
                e);
    }

    String print(Message message) {
        return new String(encode(message, 0), StandardCharsets.UTF_8);
    }

    @Override
    public Message decode(Message prototype, byte[] bytes, int offset, int length)
            throws InvalidProtocolBufferException {
        Message.Builder builder = prototype.newBuilderForType();
        json.merge(bytes, offset, length, builder);
        if (!builder.isInitialized()) {
            throw new InvalidProtocolBufferException(
                    "it lacks required fields: " + String.join(", ", builder.findInitializationErrors()));
        }
        return builder.buildPartial();
    }

    void merge(String text, Message.Builder into) throws InvalidProtocolBufferException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        merge(bytes, 0, bytes.length, into);
    }

    void merge(byte[] bytes, int offset, int length, Message.Builder into) throws InvalidProtocolBufferException {
        json.merge(bytes, offset, length, into);
    }

    /** Sets one field from its value, which is all that the text may be. */
    void mergeField(FieldDescriptor field, String text, Message.Builder into) throws InvalidProtocolBufferException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        mergeField(field, bytes, 0, bytes.length, into);
    }

    /** Sets one field from its value, which is all that the text may be. */
    void mergeField(FieldDescriptor field, byte[] bytes, int offset, int length, Message.Builder into)
            throws InvalidProtocolBufferException {
        json.mergeField(field, bytes, offset, length, into);
    }

    /** The value of one field; {@code null} if it is not there. */
    byte[] encodeField(Message message, FieldDescriptor field) {
        try {
            return json.writeField(message, field);
        } catch (UnwritableException e) {
            throw unwritable(message, e);
        }
    }

    /** Reads a well-known type from its text without quotes, as a URL has it. */
    static void mergeText(String text, Message.Builder into) throws InvalidProtocolBufferException {
        boolean isWord = into.getDescriptorForType().getFullName().equals("google.protobuf.BoolValue");
        byte[] value = isWord ? text.getBytes(StandardCharsets.UTF_8) : ProtoJson.quoted(text);
        ALONE.merge(value, 0, value.length, into);
    }

    /** The counterpart of {@link #mergeText}: a well-known type as a URL has it. */
    static String printText(Message message) throws UnwritableException {
        String json = new String(ALONE.write(message, 0), StandardCharsets.UTF_8);
        return json.startsWith("\"") ? WORDS.readValue(json, String.class) : json;
    }

    static String text(byte[] bytes, int offset, int length) throws InvalidProtocolBufferException {
        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
            } catch (CharacterCodingException e) {
                throw new InvalidProtocolBufferException("it is not UTF-8", e);
            }
        }
        return text;
    }
}
