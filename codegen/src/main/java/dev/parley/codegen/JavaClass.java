package dev.parley.codegen;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.GeneratorNames;

/**
 * A Java class by name.
 *
 * @param packageName its package, empty for the unnamed one
 * @param name its name inside the package, {@code Outer.Inner} for a nested class
 */
record JavaClass(String packageName, String name) {

    /** The class that protoc writes for a message. */
    static JavaClass of(Descriptor message) {
        return inPackageOf(message.getFile(), GeneratorNames.getQualifiedClassName(message));
    }

    /** The class that protoc writes for an enum. */
    static JavaClass of(EnumDescriptor type) {
        return inPackageOf(type.getFile(), GeneratorNames.getQualifiedClassName(type));
    }

    /** The class with the descriptor of a whole file. */
    static JavaClass of(FileDescriptor file) {
        return new JavaClass(GeneratorNames.getFileJavaPackage(file), GeneratorNames.getFileClassName(file));
    }

    /** The abstract class that protoc itself writes for a service under {@code java_generic_services}. */
    static JavaClass generic(ServiceDescriptor service) {
        return inPackageOf(service.getFile(), GeneratorNames.getQualifiedClassName(service));
    }

    /** The interface that this plugin writes for a service. */
    static JavaClass of(ServiceDescriptor service) {
        return new JavaClass(
                GeneratorNames.getFileJavaPackage(service.getFile()), JavaIdentifiers.ofType(service.getName()));
    }

    private static JavaClass inPackageOf(FileDescriptor file, String qualifiedName) {
        String packageName = GeneratorNames.getFileJavaPackage(file);
        return new JavaClass(
                packageName, packageName.isEmpty() ? qualifiedName : qualifiedName.substring(packageName.length() + 1));
    }

    JavaClass topLevel() {
        int dot = name.indexOf('.');
        return dot < 0 ? this : new JavaClass(packageName, name.substring(0, dot));
    }

    String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    String qualifiedName() {
        return packageName.isEmpty() ? name : packageName + "." + name;
    }

    String sourcePath() {
        return topLevel().qualifiedName().replace('.', '/') + ".java";
    }
}
