package dev.parley.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A message in JSON with a value in each field, to be filled in: of a oneof the first, of a list and a map one entry. */
final class ExampleJson {

    private static final int MOST_DEPTH = 8;

    private final Set<Descriptor> open = new HashSet<>();

    private ExampleJson() {}

    static String of(Descriptor type) {
        return new ExampleJson().message(type).toString();
    }

    private JsonElement message(Descriptor type) {
        return switch (type.getFullName()) {
            case "google.protobuf.Timestamp" -> new JsonPrimitive("2026-01-31T12:00:00Z");
            case "google.protobuf.Duration" -> new JsonPrimitive("1.5s");
            case "google.protobuf.FieldMask" -> new JsonPrimitive("");
            case "google.protobuf.Any" -> any();
            case "google.protobuf.Value" -> JsonNull.INSTANCE;
            case "google.protobuf.Struct" -> new JsonObject();
            case "google.protobuf.ListValue" -> new JsonArray();
            case "google.protobuf.BoolValue",
                    "google.protobuf.BytesValue",
                    "google.protobuf.DoubleValue",
                    "google.protobuf.FloatValue",
                    "google.protobuf.Int32Value",
                    "google.protobuf.Int64Value",
                    "google.protobuf.StringValue",
                    "google.protobuf.UInt32Value",
                    "google.protobuf.UInt64Value" -> single(type.getFields().getFirst());
            default -> fields(type);
        };
    }

    private static JsonObject any() {
        JsonObject any = new JsonObject();
        any.addProperty("@type", "type.googleapis.com/google.protobuf.Duration");
        any.addProperty("value", "1.5s");
        return any;
    }

    private JsonObject fields(Descriptor type) {
        JsonObject object = new JsonObject();
        if (open.size() >= MOST_DEPTH || !open.add(type)) {
            return object; // a type that holds itself ends here
        }
        for (FieldDescriptor field : type.getFields()) {
            OneofDescriptor oneof = field.getRealContainingOneof();
            if (oneof == null || oneof.getField(0).equals(field)) {
                object.add(field.getJsonName(), value(field));
            }
        }
        open.remove(type);
        return object;
    }

    private JsonElement value(FieldDescriptor field) {
        if (field.isMapField()) {
            Descriptor entry = field.getMessageType();
            JsonObject map = new JsonObject();
            map.add(
                    switch (entry.findFieldByNumber(1).getJavaType()) {
                        case STRING -> "key";
                        case BOOLEAN -> "true";
                        default -> "1";
                    },
                    single(entry.findFieldByNumber(2)));
            return map;
        }
        if (field.isRepeated()) {
            JsonArray list = new JsonArray();
            list.add(single(field));
            return list;
        }
        return single(field);
    }

    private JsonElement single(FieldDescriptor field) {
        return switch (field.getType()) {
            case INT32, SINT32, SFIXED32, UINT32, FIXED32 -> new JsonPrimitive(0);
            case INT64, SINT64, SFIXED64, UINT64, FIXED64 -> new JsonPrimitive("0");
            case FLOAT, DOUBLE -> new JsonPrimitive(0.0);
            case BOOL -> new JsonPrimitive(false);
            case STRING, BYTES -> new JsonPrimitive("");
            case ENUM -> enumeration(field.getEnumType().getValues());
            case MESSAGE, GROUP -> message(field.getMessageType());
        };
    }

    /** The first constant that says something; the zero stands for nothing as a rule. */
    private static JsonElement enumeration(List<EnumValueDescriptor> values) {
        EnumValueDescriptor first = values.getFirst();
        if (first.getType().getFullName().equals("google.protobuf.NullValue")) {
            return JsonNull.INSTANCE;
        }
        return new JsonPrimitive((values.size() > 1 ? values.get(1) : first).getName());
    }
}
