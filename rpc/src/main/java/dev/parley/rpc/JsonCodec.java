package dev.parley.rpc;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import dev.parley.CallException;
import dev.parley.Code;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Protobuf's JSON mapping. Connect ignores fields that it does not know and leaves defaults out, as its other
 * implementations do; REST is strict about the one and complete in the other, because its readers have no schema.
 */
final class JsonCodec implements MessageCodec {

    private final JsonFormat.Printer printer;
    private final JsonFormat.Parser parser;

    private JsonCodec(JsonFormat.Printer printer, JsonFormat.Parser parser) {
        this.printer = printer.omittingInsignificantWhitespace();
        this.parser = parser;
    }

    static JsonCodec connect(TypeRegistry types) {
        return new JsonCodec(
                JsonFormat.printer().usingTypeRegistry(types),
                JsonFormat.parser().usingTypeRegistry(types).ignoringUnknownFields());
    }

    static JsonCodec rest(TypeRegistry types) {
        return new JsonCodec(
                JsonFormat.printer().usingTypeRegistry(types).alwaysPrintFieldsWithNoPresence(),
                JsonFormat.parser().usingTypeRegistry(types));
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

    @Override
    public Codec codec() {
        return Codec.JSON;
    }

    @Override
    public byte[] encode(Message message, int room) {
        byte[] json = print(message).getBytes(StandardCharsets.UTF_8);
        if (room == 0) {
            return json;
        }
        byte[] bytes = new byte[room + json.length];
        System.arraycopy(json, 0, bytes, room, json.length);
        return bytes;
    }

    String print(Message message) {
        try {
            return printer.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new CallException(
                    Code.INTERNAL, message.getDescriptorForType().getFullName() + " cannot be written as JSON", e);
        }
    }

    @Override
    public Message decode(Message prototype, byte[] bytes, int offset, int length)
            throws InvalidProtocolBufferException {
        Message.Builder builder = prototype.newBuilderForType();
        merge(text(bytes, offset, length), builder);
        return builder.build();
    }

    void merge(String json, Message.Builder into) throws InvalidProtocolBufferException {
        if (json.isBlank()) {
            throw new InvalidProtocolBufferException("no bytes are not a JSON value");
        }
        try {
            parser.merge(json, into);
        } catch (InvalidProtocolBufferException e) {
            throw JsonFault.locate(parser, json, into, e);
        } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
            // JsonFormat lets some of Gson's own complaints through.
            throw new InvalidProtocolBufferException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Sets one field from its value; the text is parsed first, so that it cannot name others. */
    void mergeField(FieldDescriptor field, String json, Message.Builder into) throws InvalidProtocolBufferException {
        JsonObject object = new JsonObject();
        try {
            object.add(field.getJsonName(), JsonParser.parseString(json));
        } catch (JsonParseException e) {
            throw new InvalidProtocolBufferException(String.valueOf(e.getMessage()), e);
        }
        merge(object.toString(), into);
    }

    /** The value of one field; {@code null} if it is not there. */
    byte[] encodeField(Message message, FieldDescriptor field) {
        if (!field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return encode((Message) message.getField(field), 0);
        }
        JsonElement value =
                JsonParser.parseString(print(message)).getAsJsonObject().get(field.getJsonName());
        return (value == null ? "null" : value.toString()).getBytes(StandardCharsets.UTF_8);
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
