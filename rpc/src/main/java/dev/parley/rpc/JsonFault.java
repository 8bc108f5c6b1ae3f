package dev.parley.rpc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the field at which a JSON text fails to be a message. {@code JsonFormat} says what is wrong but not where, so
 * the fields are tried one by one; only texts that have failed are looked at.
 */
final class JsonFault {

    private final JsonFormat.Parser parser;

    private JsonFault(JsonFormat.Parser parser) {
        this.parser = parser;
    }

    /** {@code failure} with the path of the field it is about, such as {@code items[2].count}, if that can be found. */
    static InvalidProtocolBufferException locate(
            JsonFormat.Parser parser, String json, Message.Builder into, InvalidProtocolBufferException failure) {
        JsonElement tree;
        try {
            tree = JsonParser.parseString(json);
        } catch (JsonParseException | StackOverflowError malformed) {
            return failure; // the text itself is broken, and the message says where
        }
        String path = tree instanceof JsonObject object
                ? new JsonFault(parser).path(object, into.getDefaultInstanceForType())
                : "";
        return path.isEmpty()
                ? failure
                : new InvalidProtocolBufferException(
                        "field " + path + ": " + Objects.requireNonNullElse(failure.getMessage(), "malformed"),
                        failure);
    }

    private String path(JsonObject object, Message type) {
        for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
            if (fails(entry.getKey(), entry.getValue(), type)) {
                return entry.getKey() + within(entry.getKey(), entry.getValue(), type);
            }
        }
        return "";
    }

    /** The rest of the path below a field that fails. */
    private String within(String name, JsonElement value, Message type) {
        FieldDescriptor field = field(type.getDescriptorForType(), name);
        if (field == null || field.isMapField()) {
            return "";
        }
        if (value instanceof JsonArray array && field.isRepeated()) {
            for (int i = 0; i < array.size(); i++) {
                JsonArray one = new JsonArray();
                one.add(array.get(i));
                if (fails(name, one, type)) {
                    return "[" + i + "]" + below(array.get(i), field, type);
                }
            }
            return "";
        }
        return below(value, field, type);
    }

    private String below(JsonElement value, FieldDescriptor field, Message type) {
        if (value instanceof JsonObject object && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            String rest = path(
                    object, type.newBuilderForType().newBuilderForField(field).getDefaultInstanceForType());
            return rest.isEmpty() ? "" : "." + rest;
        }
        return "";
    }

    private boolean fails(String name, JsonElement value, Message type) {
        JsonObject alone = new JsonObject();
        alone.add(name, value);
        try {
            parser.merge(alone.toString(), type.newBuilderForType());
            return false;
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            return true;
        }
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name) {
        for (FieldDescriptor field : type.getFields()) {
            if (field.getJsonName().equals(name) || field.getName().equals(name)) {
                return field;
            }
        }
        return null;
    }
}
