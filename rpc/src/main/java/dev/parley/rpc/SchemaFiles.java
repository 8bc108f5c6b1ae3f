package dev.parley.rpc;

import com.google.api.AnnotationsProto;
import com.google.api.FieldBehaviorProto;
import com.google.api.HttpBodyProto;
import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import com.google.rpc.ErrorDetailsProto;
import com.google.rpc.StatusProto;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Links {@code .proto} files that came as messages: each with those it imports, which may come in any order. Files that
 * everybody has ({@code google/protobuf}, {@code google/api/annotations.proto}) need not be among them.
 */
final class SchemaFiles {

    /** Reads options that this library acts upon as what they are, rather than as unknown fields. */
    static final ExtensionRegistry OPTIONS = ExtensionRegistry.newInstance();

    /** A chain of imports longer than this is nobody's contract. */
    private static final int MOST_DEPTH = 200;

    private static final Map<String, FileDescriptor> KNOWN = new HashMap<>();

    static {
        AnnotationsProto.registerAllExtensions(OPTIONS);
        FieldBehaviorProto.registerAllExtensions(OPTIONS);
        List.of(
                        DescriptorProtos.getDescriptor(),
                        AnyProto.getDescriptor(),
                        ApiProto.getDescriptor(),
                        DurationProto.getDescriptor(),
                        EmptyProto.getDescriptor(),
                        FieldMaskProto.getDescriptor(),
                        SourceContextProto.getDescriptor(),
                        StructProto.getDescriptor(),
                        TimestampProto.getDescriptor(),
                        TypeProto.getDescriptor(),
                        WrappersProto.getDescriptor(),
                        AnnotationsProto.getDescriptor(),
                        FieldBehaviorProto.getDescriptor(),
                        HttpBodyProto.getDescriptor(),
                        ErrorDetailsProto.getDescriptor(),
                        StatusProto.getDescriptor())
                .forEach(SchemaFiles::addKnown);
    }

    private final Map<String, FileDescriptorProto> given;
    private final Map<String, FileDescriptor> linked = new LinkedHashMap<>();
    private final Set<String> path = new LinkedHashSet<>();

    private SchemaFiles(Map<String, FileDescriptorProto> given) {
        this.given = given;
    }

    private static void addKnown(FileDescriptor file) {
        if (KNOWN.putIfAbsent(file.getName(), file) == null) {
            file.getDependencies().forEach(SchemaFiles::addKnown);
        }
    }

    /** Whether {@code file} can be imported without being given. */
    static boolean isKnown(String file) {
        return KNOWN.containsKey(file);
    }

    /**
     * All of {@code given}, linked, by name; what they import from elsewhere is not in it.
     *
     * @throws IllegalArgumentException that names the file that is missing, is given twice differently, or is wrong
     */
    static Map<String, FileDescriptor> link(Iterable<FileDescriptorProto> given) {
        Map<String, FileDescriptorProto> byName = new LinkedHashMap<>();
        for (FileDescriptorProto file : given) {
            FileDescriptorProto other = byName.putIfAbsent(file.getName(), file);
            if (other != null && !other.equals(file)) {
                throw new IllegalArgumentException(quoted(file.getName()) + " is there twice, with different contents");
            }
        }
        SchemaFiles files = new SchemaFiles(byName);
        byName.keySet().forEach(files::file);
        return files.linked;
    }

    private FileDescriptor file(String name) {
        FileDescriptor known = linked.get(name);
        if (known != null) {
            return known;
        }
        FileDescriptorProto proto = given.get(name);
        if (proto == null) {
            FileDescriptor everybodys = KNOWN.get(name);
            if (everybodys != null) {
                return everybodys;
            }
            String importer = path.isEmpty() ? "" : quoted(List.copyOf(path).getLast()) + " imports ";
            throw new IllegalArgumentException(importer + quoted(name) + ", which is not there: a descriptor set must"
                    + " hold all imports (protoc --include_imports --descriptor_set_out=FILE, or buf build -o FILE)");
        }
        if (!path.add(name)) {
            throw new IllegalArgumentException(quoted(name) + " imports itself: " + String.join(", ", path));
        }
        if (path.size() > MOST_DEPTH) {
            throw new IllegalArgumentException("imports go deeper than " + MOST_DEPTH + " files, at " + quoted(name));
        }
        FileDescriptor[] imports =
                proto.getDependencyList().stream().map(this::file).toArray(FileDescriptor[]::new);
        path.remove(name);
        FileDescriptor file = build(proto, imports);
        linked.put(name, file);
        return file;
    }

    private static FileDescriptor build(FileDescriptorProto proto, FileDescriptor[] imports) {
        try {
            return FileDescriptor.buildFrom(proto, imports);
        } catch (DescriptorValidationException e) {
            throw new IllegalArgumentException(
                    quoted(proto.getName()) + " is not valid: " + e.getProblemSymbolName() + ": " + e.getDescription(),
                    e);
        }
    }

    private static String quoted(String file) {
        return '"' + file + '"';
    }
}
