package dev.parley.rpc;

import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.parley.rest.OpenApiDocument;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON Schemas of protobuf messages, as protobuf's JSON has them: numbers of 64 bits are strings, bytes base64, enums their
 * names. One component a message, so that messages may hold themselves.
 *
 * @see <a href="https://protobuf.dev/programming-guides/json/">ProtoJSON</a>
 */
final class ProtoSchemas {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final OpenApiDocument document;
    private final Map<String, ObjectNode> made = new HashMap<>();

    ProtoSchemas(OpenApiDocument document) {
        this.document = document;
    }

    /** A reference to the schema of {@code type}, or the schema of a well-known type. */
    ObjectNode message(Descriptor type) {
        ObjectNode known = wellKnown(type.getFullName());
        if (known != null) {
            return known;
        }
        if (!made.containsKey(type.getFullName())) {
            ObjectNode schema = NODES.objectNode().put("type", "object");
            made.put(type.getFullName(), schema); // before its fields, which may lead back here
            ObjectNode properties = schema.putObject("properties");
            ArrayNode required = NODES.arrayNode();
            for (FieldDescriptor field : type.getFields()) {
                properties.set(field.getJsonName(), field(field));
                if (isRequired(field)) {
                    required.add(field.getJsonName());
                }
            }
            if (!required.isEmpty()) {
                schema.set("required", required);
            }
            document.schema(type.getFullName(), schema);
        }
        return NODES.objectNode().put("$ref", "#/components/schemas/" + type.getFullName());
    }

    static boolean isRequired(FieldDescriptor field) {
        return field.getOptions().getExtension(FieldBehaviorProto.fieldBehavior).contains(FieldBehavior.REQUIRED);
    }

    /** The schema of a field with all its values. */
    ObjectNode field(FieldDescriptor field) {
        if (field.isMapField()) {
            ObjectNode map = NODES.objectNode().put("type", "object");
            map.set("additionalProperties", value(field.getMessageType().findFieldByNumber(2)));
            return map;
        }
        if (field.isRepeated()) {
            ObjectNode array = NODES.objectNode().put("type", "array");
            array.set("items", value(field));
            return array;
        }
        return value(field);
    }

    private ObjectNode value(FieldDescriptor field) {
        return switch (field.getType()) {
            case DOUBLE -> number("double");
            case FLOAT -> number("float");
            case INT32, SINT32, SFIXED32 ->
                NODES.objectNode().put("type", "integer").put("format", "int32");
            case UINT32, FIXED32 -> NODES.objectNode().put("type", "integer").put("format", "int64");
            case INT64, SINT64, SFIXED64 -> text("int64");
            case UINT64, FIXED64 -> text("uint64");
            case BOOL -> NODES.objectNode().put("type", "boolean");
            case STRING -> NODES.objectNode().put("type", "string");
            case BYTES -> NODES.objectNode().put("type", "string").put("contentEncoding", "base64");
            case ENUM -> names(field);
            case MESSAGE, GROUP -> message(field.getMessageType());
        };
    }

    private static ObjectNode number(String format) {
        return NODES.objectNode().put("type", "number").put("format", format);
    }

    private static ObjectNode text(String format) {
        return NODES.objectNode().put("type", "string").put("format", format);
    }

    private static ObjectNode names(FieldDescriptor field) {
        ObjectNode schema = NODES.objectNode().put("type", "string");
        ArrayNode names = schema.putArray("enum");
        for (EnumValueDescriptor value : field.getEnumType().getValues()) {
            names.add(value.getName());
        }
        return schema;
    }

    private static @org.jspecify.annotations.Nullable ObjectNode wellKnown(String name) {
        return switch (name) {
            case "google.protobuf.Timestamp" -> text("date-time");
            case "google.protobuf.Duration", "google.protobuf.FieldMask" ->
                NODES.objectNode().put("type", "string");
            case "google.protobuf.Empty", "google.protobuf.Struct", "google.protobuf.Any" ->
                NODES.objectNode().put("type", "object");
            case "google.protobuf.ListValue" -> NODES.objectNode().put("type", "array");
            case "google.protobuf.Value" -> NODES.objectNode();
            case "google.protobuf.StringValue" -> NODES.objectNode().put("type", "string");
            case "google.protobuf.BytesValue" ->
                NODES.objectNode().put("type", "string").put("contentEncoding", "base64");
            case "google.protobuf.BoolValue" -> NODES.objectNode().put("type", "boolean");
            case "google.protobuf.Int32Value", "google.protobuf.UInt32Value" ->
                NODES.objectNode().put("type", "integer");
            case "google.protobuf.Int64Value" -> text("int64");
            case "google.protobuf.UInt64Value" -> text("uint64");
            case "google.protobuf.FloatValue", "google.protobuf.DoubleValue" ->
                NODES.objectNode().put("type", "number");
            default -> null;
        };
    }
}
