package dev.parley.codegen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.JavaFeaturesProto;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TypeProto;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Stands in for protoc: runs the plugin's program over the bytes of a request for files in protobuf's text format. */
final class FakeProtoc {
    private final CodeGeneratorRequest.Builder request = CodeGeneratorRequest.newBuilder();

    /** With the imports that every file may have, as protoc would send them. */
    FakeProtoc() {
        available(EmptyProto.getDescriptor());
        JavaFeaturesProto.getDescriptor().getDependencies().forEach(this::available);
        available(JavaFeaturesProto.getDescriptor());
        TypeProto.getDescriptor().getDependencies().forEach(this::available);
        available(TypeProto.getDescriptor());
    }

    /** A file to generate; later ones may import it. */
    FakeProtoc file(String textFormat) {
        FileDescriptorProto file = parse(textFormat);
        request.addProtoFile(file).addFileToGenerate(file.getName());
        return this;
    }

    FakeProtoc parameter(String parameter) {
        request.setParameter(parameter);
        return this;
    }

    FakeProtoc fileToGenerate(String name) {
        request.addFileToGenerate(name);
        return this;
    }

    CodeGeneratorResponse run() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                new ByteArrayInputStream(request.build().toByteArray()), out, new PrintStream(err, true, UTF_8));
        assertThat(err.toString(UTF_8)).isEmpty();
        assertThat(status).isZero();
        try {
            return CodeGeneratorResponse.parseFrom(out.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The generated text by path, in order. */
    Map<String, String> sources() {
        CodeGeneratorResponse response = run();
        assertThat(response.getError()).isEmpty();
        Map<String, String> sources = new LinkedHashMap<>();
        response.getFileList().forEach(file -> sources.put(file.getName(), file.getContent()));
        return sources;
    }

    /** The text of the only generated file. */
    String source() {
        Map<String, String> sources = sources();
        assertThat(sources).hasSize(1);
        return sources.values().iterator().next();
    }

    String error() {
        CodeGeneratorResponse response = run();
        assertThat(response.getFileList()).isEmpty();
        assertThat(response.hasError()).isTrue();
        return response.getError();
    }

    static FileDescriptorProto parse(String textFormat) {
        FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder();
        try {
            TextFormat.merge(textFormat, Main.javaFeatures(), file);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(textFormat, e);
        }
        return file.build();
    }

    private void available(FileDescriptor file) {
        request.addProtoFile(file.toProto());
    }
}
