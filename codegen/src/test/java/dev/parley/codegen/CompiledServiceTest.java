package dev.parley.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Message;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiles generated files, without any warning, against stubs of the library and of what protoc generates. */
class CompiledServiceTest {
    private static final Pattern KIND = Pattern.compile("kind=(\\w+)");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"Shop", "Client", "Methods", "Channel", "Messages", "Override", "record"})
    void awkwardNamesCompileAndTheDefinitionHoldsEveryMethod(String service) throws Exception {
        String file = calls(service);
        String type = JavaIdentifiers.ofType(service);
        write(new FakeProtoc().file(file).sources());
        write(Map.of("shop/ShopProto.java", outerClass(FakeProtoc.parse(file))));

        compile();

        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Object definition =
                    loader.loadClass("shop." + type).getField("DEFINITION").get(null);
            Map<?, ?> methods =
                    (Map<?, ?>) definition.getClass().getMethod("methods").invoke(definition);
            assertThat(methods.keySet())
                    .map(method -> KIND.matcher(method.toString())
                            .results()
                            .findFirst()
                            .orElseThrow()
                            .group(1))
                    .containsExactly(
                            "unary",
                            "serverStreaming",
                            "clientStreaming",
                            "bidiStreaming",
                            "unary",
                            "unary",
                            "unary",
                            "unary",
                            "unary");
        }
    }

    @Test
    void messagesNamedLikeEverythingElseInTheFileCompile() throws Exception {
        List<String> names = List.of(
                "Messages",
                "Channel",
                "CallOptions",
                "RpcMethod",
                "ServiceDefinition",
                "ServiceDescriptor",
                "Client",
                "Methods",
                "Override",
                "Deprecated",
                "SuppressWarnings",
                "String",
                "Object",
                "SERVICE",
                "DEFINITION",
                "GET_STRING",
                "Plain");
        StringBuilder file = new StringBuilder("""
                name: "shop.proto" package: "shop" options { java_multiple_files: true java_outer_classname: "Methods_" }
                """);
        StringBuilder methods = new StringBuilder();
        for (String name : names) {
            file.append("message_type { name: '%s' options { deprecated: true } } ".formatted(name));
            methods.append("method { name: 'Get%1$s' input_type: '.shop.%1$s' output_type: '.shop.%1$s' %2$s } "
                    .formatted(name, name.startsWith("S") ? "client_streaming: true" : "options { deprecated: true }"));
            write(Map.of("shop/" + name + ".java", """
                    package shop;

                    @java.lang.Deprecated
                    public abstract class %1$s implements com.google.protobuf.Message {
                        public static %1$s getDefaultInstance() {
                            return null;
                        }
                    }
                    """.formatted(name)));
        }
        file.append("service { name: 'Shop' options { deprecated: true } ")
                .append(methods)
                .append("}");
        write(new FakeProtoc().file(file.toString()).sources());
        write(Map.of(
                "shop/Methods_.java",
                outerClass(FakeProtoc.parse(file.toString())).replace("class ShopProto", "class Methods_")));

        compile();
    }

    /** A service with every kind of stream and with method names that mean something in Java. */
    private static String calls(String service) {
        return """
                name: "shop.proto" package: "shop" syntax: "proto3"
                dependency: ["google/protobuf/empty.proto", "google/protobuf/type.proto"]
                options { java_outer_classname: "ShopProto" }
                service {
                  name: "%s"
                  method { name: "Import" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Field" }
                  method { name: "Wait" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Type" server_streaming: true }
                  method { name: "Equals" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Enum" client_streaming: true }
                  method { name: "GetClass" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Option" client_streaming: true server_streaming: true }
                  method { name: "Client" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Empty" options { deprecated: true } }
                  method { name: "With" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Empty" }
                  method { name: "Service" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Empty" }
                  method { name: "Definition" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Empty" }
                  method { name: "ToString" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Empty" }
                }
                """.formatted(service);
    }

    private void write(Map<String, String> sources) throws IOException {
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = folder.resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
        }
    }

    private void compile() throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            manager.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
            manager.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of(protobuf()));
            compiler.getTask(
                            null,
                            manager,
                            diagnostics,
                            List.of("-proc:none", "-Xlint:all,-overloads,-serial,-try"),
                            null,
                            manager.getJavaFileObjectsFromPaths(sources()))
                    .call();
        }
        assertThat(diagnostics.getDiagnostics()).isEmpty();
    }

    private List<Path> sources() throws IOException {
        try (Stream<Path> generated = Files.walk(folder);
                Stream<Path> stubs = Files.walk(Path.of("src/test/resources/stubs"))) {
            return Stream.concat(generated, stubs)
                    .filter(path -> path.toString().endsWith(".java"))
                    .toList();
        }
    }

    private static Path protobuf() throws URISyntaxException {
        return Path.of(Message.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    /** What protoc would write, as far as generated services use it. */
    private static String outerClass(FileDescriptorProto file) {
        return """
                package shop;

                import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
                import com.google.protobuf.Descriptors.FileDescriptor;

                public final class ShopProto {
                    public static FileDescriptor getDescriptor() {
                        try {
                            return FileDescriptor.buildFrom(
                                    FileDescriptorProto.parseFrom(java.util.Base64.getDecoder().decode("%s")),
                                    new FileDescriptor[] {
                                        com.google.protobuf.EmptyProto.getDescriptor(),
                                        com.google.protobuf.TypeProto.getDescriptor()
                                    });
                        } catch (java.lang.Exception e) {
                            throw new java.lang.IllegalStateException(e);
                        }
                    }
                }
                """.formatted(Base64.getEncoder().encodeToString(file.toByteArray()));
    }
}
