package dev.parley.cli;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.parley.rpc.Schema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes descriptors as the source that they come from; names of the same package without it. Comments are not in what
 * reflection tells.
 */
final class ProtoSource {

    private static final String INDENT = "  ";
    private static final int LARGEST_NUMBER = (1 << 29) - 1;

    private final ProtoOptions options;

    ProtoSource(Schema schema) {
        this.options = new ProtoOptions(schema);
    }

    String of(ServiceDescriptor service) {
        List<String> lines = new ArrayList<>();
        lines.add("service " + service.getName() + " {");
        options.statements(service.getOptions()).forEach(option -> lines.add(INDENT + option));
        service.getMethods().forEach(method -> method(method, INDENT, lines));
        lines.add("}");
        return String.join("\n", lines);
    }

    String of(MethodDescriptor method) {
        List<String> lines = new ArrayList<>();
        method(method, "", lines);
        return String.join("\n", lines);
    }

    String of(Descriptor message) {
        List<String> lines = new ArrayList<>();
        message(message, "", lines);
        return String.join("\n", lines);
    }

    String of(EnumDescriptor enumeration) {
        List<String> lines = new ArrayList<>();
        enumeration(enumeration, "", lines);
        return String.join("\n", lines);
    }

    String extension(FieldDescriptor extension) {
        return "extend " + extension.getContainingType().getFullName() + " {\n" + INDENT + field(extension) + "\n}";
    }

    private void method(MethodDescriptor method, String indent, List<String> lines) {
        FileDescriptor file = method.getFile();
        String head = indent + "rpc " + method.getName() + '(' + (method.isClientStreaming() ? "stream " : "")
                + name(method.getInputType(), file) + ") returns (" + (method.isServerStreaming() ? "stream " : "")
                + name(method.getOutputType(), file) + ')';
        List<String> statements = options.statements(method.getOptions());
        if (statements.isEmpty()) {
            lines.add(head + ';');
            return;
        }
        lines.add(head + " {");
        statements.forEach(option -> lines.add(indent + INDENT + option));
        lines.add(indent + '}');
    }

    private void message(Descriptor message, String indent, List<String> lines) {
        String inner = indent + INDENT;
        lines.add(indent + "message " + message.getName() + " {");
        options.statements(message.getOptions()).forEach(option -> lines.add(inner + option));
        for (Descriptor nested : message.getNestedTypes()) {
            if (!nested.getOptions().getMapEntry()) {
                message(nested, inner, lines);
            }
        }
        message.getEnumTypes().forEach(nested -> enumeration(nested, inner, lines));
        reserved(message.toProto(), inner, lines);
        Set<OneofDescriptor> written = new HashSet<>();
        for (FieldDescriptor field : message.getFields()) {
            OneofDescriptor oneof = field.getRealContainingOneof();
            if (oneof == null) {
                lines.add(inner + field(field));
            } else if (written.add(oneof)) {
                lines.add(inner + "oneof " + oneof.getName() + " {");
                options.statements(oneof.getOptions()).forEach(option -> lines.add(inner + INDENT + option));
                oneof.getFields().forEach(one -> lines.add(inner + INDENT + field(one)));
                lines.add(inner + '}');
            }
        }
        lines.add(indent + '}');
    }

    private static void reserved(DescriptorProto message, String indent, List<String> lines) {
        for (DescriptorProto.ReservedRange range : message.getReservedRangeList()) {
            lines.add(indent + "reserved " + range(range.getStart(), range.getEnd() - 1) + ';');
        }
        for (DescriptorProto.ExtensionRange range : message.getExtensionRangeList()) {
            lines.add(indent + "extensions " + range(range.getStart(), range.getEnd() - 1) + ';');
        }
        message.getReservedNameList().forEach(name -> lines.add(indent + "reserved \"" + name + "\";"));
    }

    private static String range(int first, int last) {
        if (first == last) {
            return Integer.toString(first);
        }
        return first + " to " + (last >= LARGEST_NUMBER ? "max" : Integer.toString(last));
    }

    private String field(FieldDescriptor field) {
        return label(field) + type(field) + ' ' + field.getName() + " = " + field.getNumber() + options.inline(field)
                + ';';
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
        boolean proto2 = field.getFile().toProto().getSyntax().isEmpty()
                || field.getFile().toProto().getSyntax().equals("proto2");
        boolean plain = proto2 && field.getRealContainingOneof() == null;
        return plain || field.toProto().getProto3Optional() ? "optional " : "";
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            Descriptor entry = field.getMessageType();
            return "map<" + type(entry.findFieldByNumber(1)) + ", " + type(entry.findFieldByNumber(2)) + '>';
        }
        return switch (field.getType()) {
            case MESSAGE, GROUP -> name(field.getMessageType(), field.getFile());
            case ENUM -> name(field.getEnumType(), field.getFile());
            default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static String name(GenericDescriptor type, FileDescriptor from) {
        String name = type.getFullName();
        boolean near = !from.getPackage().isEmpty()
                && type.getFile().getPackage().equals(from.getPackage())
                && name.startsWith(from.getPackage() + '.');
        return near ? name.substring(from.getPackage().length() + 1) : name;
    }

    private void enumeration(EnumDescriptor enumeration, String indent, List<String> lines) {
        lines.add(indent + "enum " + enumeration.getName() + " {");
        options.statements(enumeration.getOptions()).forEach(option -> lines.add(indent + INDENT + option));
        EnumDescriptorProto proto = enumeration.toProto();
        for (EnumDescriptorProto.EnumReservedRange range : proto.getReservedRangeList()) {
            lines.add(indent + INDENT + "reserved " + range(range.getStart(), range.getEnd()) + ';');
        }
        if (proto.getReservedNameCount() > 0) {
            lines.add(proto.getReservedNameList().stream()
                    .map(name -> '"' + name + '"')
                    .collect(Collectors.joining(", ", indent + INDENT + "reserved ", ";")));
        }
        enumeration
                .getValues()
                .forEach(value -> lines.add(indent + INDENT + value.getName() + " = " + value.getNumber()
                        + options.inline(value.getOptions()) + ';'));
        lines.add(indent + '}');
    }
}
