package dev.parley.codegen;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of a request with their imports resolved, by name. */
final class ProtoFiles {
    private final Map<String, FileDescriptor> byName = new LinkedHashMap<>();

    private ProtoFiles() {}

    /** Links files that come in protoc's order: each one after the files that it imports. */
    static ProtoFiles of(List<FileDescriptorProto> protos) {
        ProtoFiles files = new ProtoFiles();
        protos.forEach(proto -> files.byName.put(proto.getName(), files.link(proto)));
        return files;
    }

    FileDescriptor get(String name) {
        FileDescriptor file = byName.get(name);
        if (file == null) {
            throw new CodegenException(name + ": protoc's request does not hold this file");
        }
        return file;
    }

    Collection<FileDescriptor> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    private FileDescriptor link(FileDescriptorProto proto) {
        FileDescriptor[] imports =
                proto.getDependencyList().stream().map(this::get).toArray(FileDescriptor[]::new);
        try {
            return FileDescriptor.buildFrom(proto, imports);
        } catch (DescriptorValidationException e) {
            throw new CodegenException(proto.getName() + ": " + e.getMessage());
        }
    }
}
