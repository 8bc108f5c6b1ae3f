package dev.parley.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.parley.rpc.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes options, the contract's own ones included, whose declarations are among its files. */
final class ProtoOptions {

    private final ExtensionRegistry declared = ExtensionRegistry.newInstance();
    private final Map<String, Descriptor> types = new HashMap<>();

    ProtoOptions(Schema schema) {
        for (FileDescriptor file : schema.files()) {
            file.getExtensions().forEach(this::declare);
            file.getMessageTypes().forEach(this::declareNested);
        }
    }

    private void declareNested(Descriptor message) {
        message.getExtensions().forEach(this::declare);
        message.getNestedTypes().forEach(this::declareNested);
    }

    private void declare(FieldDescriptor extension) {
        types.put(extension.getContainingType().getFullName(), extension.getContainingType());
        if (extension.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            declared.add(extension, DynamicMessage.getDefaultInstance(extension.getMessageType()));
        } else {
            declared.add(extension);
        }
    }

    /** {@code option name = value;} for each. */
    List<String> statements(Message options) {
        return assignments(options).stream()
                .map(option -> "option " + option + ';')
                .toList();
    }

    /** {@code  [name = value, ...]}, or nothing. */
    String inline(Message options) {
        return inline(assignments(options));
    }

    /** The same for a field, with what is no option by its type but written as one. */
    String inline(FieldDescriptor field) {
        List<String> assignments = new ArrayList<>();
        if (field.hasDefaultValue()) {
            assignments.add("default = " + value(field, field.getDefaultValue()));
        }
        if (!field.isExtension() && !field.getJsonName().equals(usualJsonName(field.getName()))) {
            assignments.add("json_name = \"" + field.getJsonName() + '"');
        }
        assignments.addAll(assignments(field.getOptions()));
        return inline(assignments);
    }

    private static String inline(List<String> assignments) {
        return assignments.isEmpty() ? "" : " [" + String.join(", ", assignments) + ']';
    }

    private List<String> assignments(Message options) {
        List<String> assignments = new ArrayList<>();
        for (Map.Entry<FieldDescriptor, Object> entry :
                read(options).getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            boolean isMapEntry = field.getContainingType().getFullName().endsWith(".MessageOptions")
                    && field.getNumber() == com.google.protobuf.DescriptorProtos.MessageOptions.MAP_ENTRY_FIELD_NUMBER;
            if (isMapEntry) {
                continue; // stands for the map itself, which is written as one
            }
            String name = field.isExtension() ? '(' + field.getFullName() + ')' : field.getName();
            List<?> values = field.isRepeated() ? (List<?>) entry.getValue() : List.of(entry.getValue());
            values.forEach(value -> assignments.add(name + " = " + value(field, value)));
        }
        return assignments;
    }

    /** The options with those fields known whose declarations only the schema has. */
    private Message read(Message options) {
        Descriptor type = types.get(options.getDescriptorForType().getFullName());
        if (type == null) {
            return options;
        }
        try {
            return DynamicMessage.parseFrom(type, options.toByteString(), declared);
        } catch (InvalidProtocolBufferException e) {
            return options; // declared otherwise than they are used: then without those
        }
    }

    private static String value(FieldDescriptor field, Object value) {
        return switch (field.getType()) {
            case STRING -> '"' + TextFormat.escapeDoubleQuotesAndBackslashes((String) value) + '"';
            case BYTES -> '"' + TextFormat.escapeBytes((ByteString) value) + '"';
            case ENUM -> ((EnumValueDescriptor) value).getName();
            case MESSAGE, GROUP ->
                "{ "
                        + TextFormat.printer()
                                .emittingSingleLine(true)
                                .printToString((Message) value)
                                .strip()
                        + " }";
            default -> value.toString();
        };
    }

    /** As protoc derives it. */
    private static String usualJsonName(String name) {
        StringBuilder json = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                json.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return json.toString();
    }
}
