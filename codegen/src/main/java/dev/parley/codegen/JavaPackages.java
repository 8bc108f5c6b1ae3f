package dev.parley.codegen;

import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.HashMap;
import java.util.Map;

/** Every top-level class known to come from the request's files, so that no name is given or understood twice. */
final class JavaPackages {
    private final Map<JavaClass, String> owners = new HashMap<>();

    private JavaPackages() {}

    /** The classes that protoc's own Java generator writes for these files. */
    static JavaPackages of(ProtoFiles files) {
        JavaPackages packages = new JavaPackages();
        files.all().forEach(packages::addClassesOf);
        return packages;
    }

    boolean contains(JavaClass type) {
        return owners.containsKey(type);
    }

    /** Takes a name for a class that this plugin writes. */
    void claim(JavaClass type, String owner) {
        String other = owners.putIfAbsent(type, owner);
        if (other != null) {
            throw new CodegenException(owner + " would be the Java type " + type.qualifiedName()
                    + ", which is also that of " + other + "; give one of them another name or java_package");
        }
    }

    private void addClassesOf(FileDescriptor file) {
        add(JavaClass.of(file), file, "its outer class");
        file.getMessageTypes().forEach(type -> add(JavaClass.of(type), file, "message " + type.getName()));
        file.getEnumTypes().forEach(type -> add(JavaClass.of(type), file, "enum " + type.getName()));
        if (file.getOptions().getJavaGenericServices()) {
            file.getServices()
                    .forEach(type -> add(
                            JavaClass.generic(type), file, "service " + type.getName() + " (java_generic_services)"));
        }
    }

    private void add(JavaClass type, FileDescriptor file, String what) {
        owners.putIfAbsent(type.topLevel(), file.getName() + ": " + what);
    }
}
