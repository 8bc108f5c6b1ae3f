package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the examples of this package's documentation, which would otherwise rot unseen. */
class SnippetTest {

    private static final Pattern SNIPPET = Pattern.compile("<pre>\\{@code\\n(.*?)\\n \\* }</pre>", Pattern.DOTALL);
    private static final String HEAD = """
            package dev.parley.rest.example;
            import dev.parley.*;
            import dev.parley.http.*;
            import dev.parley.rest.*;
            import java.nio.file.Path;
            import java.util.*;
            import java.util.concurrent.ConcurrentHashMap;
            import java.util.concurrent.ConcurrentMap;
            class %s {
                interface Users {
                    Optional<User> find(long id);
                    User add(NewUser user);
                    List<User> first(int limit);
                }
                record NewUser(String name) {}
                record User(long id, String name) {}
                %s
            }
            """;

    @TempDir
    Path folder;

    @Test
    void theyCompile() throws IOException {
        List<String> wrong = new ArrayList<>();
        int found = 0;
        try (Stream<Path> files = Files.list(Path.of("src/main/java/dev/parley/rest"))) {
            for (Path file : files.filter(
                            one -> one.getFileName().toString().matches("(package-info|Routes|OpenApi)\\.java"))
                    .sorted()
                    .toList()) {
                var matcher = SNIPPET.matcher(Files.readString(file));
                while (matcher.find()) {
                    String code = matcher.group(1).replaceAll("(?m)^ \\* ?", "");
                    String name = "Example" + found++;
                    wrong.addAll(compile(name, HEAD.formatted(name, method(file, code))));
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(found).isEqualTo(3);
    }

    /** With the variables of what stands around the example. */
    private static String method(Path file, String code) {
        return switch (file.getFileName().toString()) {
            case "Routes.java" -> "void run(Users users) {\n" + code + "\n}";
            case "OpenApi.java" -> "void run(Routes users) {\n" + code + "\n}";
            default -> "void run() {\n" + code + "\n}";
        };
    }

    private List<String> compile(String name, String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> messages = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(messages, null, null)) {
            JavaFileObject file =
                    new SimpleJavaFileObject(
                            URI.create("string:///dev/parley/rest/example/" + name + ".java"),
                            JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignore) {
                            return source;
                        }
                    };
            compiler.getTask(null, files, messages, List.of("-d", folder.toString(), "-proc:none"), null, List.of(file))
                    .call();
        }
        return messages.getDiagnostics().stream()
                .filter(message -> message.getKind() == Diagnostic.Kind.ERROR)
                .map(message -> name + ": " + message + "\n" + source)
                .toList();
    }
}
