package dev.parley.codegen;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How one source file names types: by their simple names, imported where needed, as long as a simple name can mean
 * only one thing to the compiler and to a reader, and by their qualified names otherwise.
 */
final class TypeNames {
    /** Types of {@code java.lang} that the file uses, or that every reader would take for these. */
    private static final Set<String> JAVA_LANG =
            Set.of("Deprecated", "Object", "Override", "String", "SuppressWarnings");

    private final JavaClass self;
    private final JavaPackages packages;

    /** Simple names that mean something else in the file than a message. */
    private final Set<String> taken = new HashSet<>(JAVA_LANG);

    private final Map<String, JavaClass> imports = new TreeMap<>();

    /**
     * Names for the source file of {@code self}.
     *
     * @param members the names of the nested types and of the constants in the file, which hide types
     */
    TypeNames(JavaClass self, JavaPackages packages, Collection<String> members) {
        this.self = self;
        this.packages = packages;
        taken.add(self.name());
        taken.addAll(members);
        taken.addAll(RuntimeType.simpleNames());
    }

    /** The name of a class that protoc writes: {@code Order}, {@code OrderProto.Order} or a qualified name. */
    String of(JavaClass type) {
        return canBeSimple(type.topLevel()) ? type.name() : qualified(type);
    }

    /** The name of a library type; such an import wins over messages of that name. */
    String of(RuntimeType type) {
        String name = type.simpleName();
        if (name.equals(self.name())) {
            return type.type().qualifiedName();
        }
        imports.put(name, type.type());
        return name;
    }

    /** {@code @Override}, {@code @Deprecated}: from {@code java.lang}, which the file's own package can hide. */
    String annotation(String name) {
        return (hasNeighbour(name) || self.name().equals(name) ? "@java.lang." : "@") + name;
    }

    /** The types to import, qualified and sorted. */
    Collection<String> imports() {
        return imports.values().stream().map(JavaClass::qualifiedName).sorted().toList();
    }

    private boolean canBeSimple(JavaClass type) {
        if (taken.contains(type.name())) {
            return false;
        }
        if (type.packageName().equals(self.packageName())) {
            return true;
        }
        return !type.packageName().isEmpty()
                && !hasNeighbour(type.name())
                && type.equals(imports.computeIfAbsent(type.name(), absent -> type));
    }

    private boolean hasNeighbour(String name) {
        return packages.contains(new JavaClass(self.packageName(), name));
    }

    private String qualified(JavaClass type) {
        if (type.packageName().isEmpty()) {
            throw new CodegenException("class " + type.name() + " is in the unnamed Java package, so "
                    + self.qualifiedName() + " cannot refer to it; give its file a package or java_package");
        }
        return type.qualifiedName();
    }
}
