package dev.parley.codegen;

import com.google.protobuf.DescriptorProtos.Edition;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse.Feature;
import java.util.List;
import java.util.regex.Pattern;

/** Answers protoc's request with one Java source file for each service in the files to generate. */
final class Plugin {
    private static final Pattern COMMA = Pattern.compile(",");

    private Plugin() {}

    /** The generated files, or the one error that keeps them from being generated. */
    static CodeGeneratorResponse generate(CodeGeneratorRequest request) {
        CodeGeneratorResponse.Builder response = CodeGeneratorResponse.newBuilder()
                .setSupportedFeatures(Feature.FEATURE_PROTO3_OPTIONAL_VALUE | Feature.FEATURE_SUPPORTS_EDITIONS_VALUE)
                .setMinimumEdition(Edition.EDITION_PROTO2_VALUE)
                .setMaximumEdition(Edition.EDITION_2024_VALUE);
        try {
            return response.addAllFile(files(request)).build();
        } catch (CodegenException e) {
            return response.setError(String.valueOf(e.getMessage())).build();
        }
    }

    private static List<CodeGeneratorResponse.File> files(CodeGeneratorRequest request) {
        refuseParameters(request.getParameter());
        ProtoFiles files = ProtoFiles.of(request.getProtoFileList());
        JavaPackages packages = JavaPackages.of(files);
        return request.getFileToGenerateList().stream()
                .flatMap(name -> files.get(name).getServices().stream())
                .map(service -> file(service, packages))
                .toList();
    }

    private static CodeGeneratorResponse.File file(ServiceDescriptor service, JavaPackages packages) {
        FileDescriptor file = service.getFile();
        JavaClass type = JavaClass.of(service);
        packages.claim(type, file.getName() + ": service " + service.getName());
        return CodeGeneratorResponse.File.newBuilder()
                .setName(type.sourcePath())
                .setContent(ServiceSource.of(service, packages).text())
                .build();
    }

    private static void refuseParameters(String parameters) {
        COMMA.splitAsStream(parameters)
                .map(String::strip)
                .filter(parameter -> !parameter.isEmpty())
                .findFirst()
                .ifPresent(parameter -> {
                    throw new CodegenException(
                            "unknown parameter \"" + parameter + "\": parley-codegen takes no parameters");
                });
    }
}
