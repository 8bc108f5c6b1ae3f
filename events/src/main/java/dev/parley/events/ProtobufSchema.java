package dev.parley.events;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The file that declares a protobuf message as source, for AsyncAPI, which has schemas of protobuf as that. Types of other files are imported.
 * Options, reserved names and comments are left out.
 *
 * @see <a href="https://www.asyncapi.com/docs/reference/specification/v3.0.0#multiFormatSchemaObject">Multi Format Schema Object</a>
 */
final class ProtobufSchema {

    private static final String INDENT = "  ";

    private final Descriptor root;
    private final StringBuilder text = new StringBuilder();

    private ProtobufSchema(Descriptor root) {
        this.root = root;
    }

    /** AsyncAPI's name of the language: {@code version=2} or {@code version=3}. */
    static String format(Descriptor message) {
        return "application/vnd.google.protobuf;version=" + (isProto2(message.getFile()) ? 2 : 3);
    }

    /** The source of a message's file. AsyncAPI's parser knows the message among others by the comment in front of it. */
    static String source(Descriptor message) {
        return new ProtobufSchema(message).write();
    }

    private static boolean isProto2(FileDescriptor file) {
        String syntax = file.toProto().getSyntax();
        return syntax.isEmpty() || syntax.equals("proto2");
    }

    private String write() {
        FileDescriptor file = root.getFile();
        line("", "syntax = \"" + (isProto2(file) ? "proto2" : "proto3") + "\";");
        if (!file.getPackage().isEmpty()) {
            line("", "package " + file.getPackage() + ';');
        }
        file.getDependencies().forEach(each -> line("", "import \"" + each.getName() + "\";"));
        file.getEnumTypes().forEach(each -> enumeration(each, ""));
        file.getMessageTypes().forEach(each -> message(each, ""));
        return text.toString();
    }

    private void line(String indent, String line) {
        text.append(indent).append(line).append('\n');
    }

    private void message(Descriptor message, String indent) {
        String inner = indent + INDENT;
        if (message.equals(root)) {
            line(indent, "// @RootNode");
        }
        line(indent, "message " + message.getName() + " {");
        message.getEnumTypes().forEach(each -> enumeration(each, inner));
        message.getNestedTypes().stream()
                .filter(each -> !each.getOptions().getMapEntry())
                .forEach(each -> message(each, inner));
        Set<OneofDescriptor> written = new HashSet<>();
        for (FieldDescriptor field : message.getFields()) {
            OneofDescriptor oneof = field.getRealContainingOneof();
            if (oneof == null) {
                line(inner, label(field) + field(field));
            } else if (written.add(oneof)) {
                line(inner, "oneof " + oneof.getName() + " {");
                List<FieldDescriptor> ways = oneof.getFields();
                ways.forEach(each -> line(inner + INDENT, field(each)));
                line(inner, "}");
            }
        }
        line(indent, "}");
    }

    private void enumeration(EnumDescriptor enumeration, String indent) {
        line(indent, "enum " + enumeration.getName() + " {");
        if (enumeration.getOptions().getAllowAlias()) {
            line(indent + INDENT, "option allow_alias = true;");
        }
        enumeration
                .getValues()
                .forEach(value -> line(indent + INDENT, value.getName() + " = " + value.getNumber() + ';'));
        line(indent, "}");
    }

    private static String label(FieldDescriptor field) {
        if (field.isMapField()) {
            return "";
        }
        if (field.isRepeated()) {
            return "repeated ";
        }
        if (field.isRequired()) {
            return "required ";
        }
        return isProto2(field.getFile()) || field.toProto().getProto3Optional() ? "optional " : "";
    }

    private static String field(FieldDescriptor field) {
        return type(field) + ' ' + field.getName() + " = " + field.getNumber() + ';';
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            Descriptor entry = field.getMessageType();
            return "map<" + type(entry.findFieldByNumber(1)) + ", " + type(entry.findFieldByNumber(2)) + '>';
        }
        return switch (field.getType()) {
            case MESSAGE, GROUP -> name(field.getMessageType());
            case ENUM -> name(field.getEnumType());
            default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    }

    /** With the package, and a dot in front so that no nearer name is meant. */
    private static String name(GenericDescriptor type) {
        return '.' + type.getFullName();
    }
}
