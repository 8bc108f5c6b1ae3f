package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in the Javadoc and in the README compile. */
class SnippetsTest {

    private static final String AROUND = """
            import dev.parley.*;
            import dev.parley.http.*;
            import dev.parley.rest.*;
            import java.nio.file.Path;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            class Snippet {
                interface Users {
                    Optional<User> find(long id);
                    User add(NewUser user);
                    List<User> first(int limit);
                }
                record NewUser(String name) {}
                record Product(long id, String name) {}
                record User(long id, String name) {}
                record Reserve(int quantity) {}
                record Reservation(String id) {}
                HttpRequest request; ServiceClient inventory; ServiceClient accounts; List<Long> ids; long id; String orderId;
                void run() throws Exception {
            """;

    @TempDir
    Path folder;

    /** Those of REST; those of RPC and of messages stand in tests of the shop. */
    @Test
    void theReadmesExamplesCompile() throws IOException {
        List<String> snippets = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../README.md")))
                .results()
                .map(found -> found.group(1))
                .filter(snippet -> !snippet.contains("RpcServer") && !snippet.contains("MessageBroker"))
                .toList();
        assertThat(snippets).hasSize(2);
        String around = "Users users = null; Path chain = null; Path key = null;\n";
        String behind = "}\nMessages<Integer> ticks() { return Messages.of(1); }\n void echo(WebSocket socket) {} }";
        assertThat(errors(AROUND + around + snippets.getFirst() + behind)).isEmpty();
        assertThat(errors(AROUND + snippets.getLast() + "}}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"package-info", "ServiceClient", "ServiceBatch", "ServiceRequest", "Routes", "OpenApi"})
    void examplesCompile(String file) throws IOException {
        List<String> snippets = snippets(Path.of("src/main/java/dev/parley/rest", file + ".java"));
        assertThat(snippets).isNotEmpty();
        for (String snippet : snippets) {
            // A snippet that declares the client itself does so in place of the field.
            assertThat(errors(AROUND + variables(file) + snippet + "}}"))
                    .as(snippet)
                    .isEmpty();
        }
    }

    /** What stands around the example in its place. */
    private static String variables(String file) {
        return switch (file) {
            case "Routes" -> "Users users = null;\n";
            case "OpenApi" -> "Routes users = null;\n";
            default -> "";
        };
    }

    private static List<String> snippets(Path file) throws IOException {
        Matcher matcher = Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* }</pre>", Pattern.DOTALL)
                .matcher(Files.readString(file));
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(matcher.group(1).replaceAll("(?m)^ *\\* ?", ""));
        }
        return found;
    }

    private List<String> errors(String source) throws IOException {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject unit =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options =
                List.of("-proc:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
        compiler.getTask(null, null, found, options, null, List.of(unit)).call();
        return found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> diagnostic.getLineNumber() + ": " + diagnostic.getMessage(null))
                .toList();
    }
}
