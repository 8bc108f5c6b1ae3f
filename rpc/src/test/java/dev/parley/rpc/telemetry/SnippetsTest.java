package dev.parley.rpc.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
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

/** The examples of telemetry and health compile. Here, because they name servers and channels. */
class SnippetsTest {

    private static final Pattern JAVADOC = Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* }</pre>", Pattern.DOTALL);
    private static final Pattern MARKDOWN = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private static final String AROUND = """
            import dev.parley.*;
            import dev.parley.http.*;
            import dev.parley.rpc.*;
            import dev.parley.telemetry.*;
            import io.opentelemetry.api.GlobalOpenTelemetry;
            import java.net.URI;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import org.slf4j.MDC;
            class Snippet {
                interface Part { void ping() throws Exception; }
                interface OrderService { ServiceDefinition<OrderService> DEFINITION = null; }
                static class Orders implements OrderService {}
                Part store; Part broker; Part client;
                void run() throws Exception {
            """;

    @TempDir
    Path folder;

    @Test
    void theGuidesExamplesCompile() throws IOException {
        List<String> snippets = snippets(MARKDOWN, Path.of("../docs/guide/telemetry.md"));
        assertThat(snippets).hasSize(3);
        for (String snippet : snippets) {
            assertThat(errors(AROUND + snippet + "}}")).as(snippet).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../telemetry/src/main/java/dev/parley/telemetry/package-info.java",
                "src/main/java/dev/parley/rpc/HealthComponents.java"
            })
    void theJavadocsExamplesCompile(String file) throws IOException {
        List<String> snippets = snippets(JAVADOC, Path.of(file));
        assertThat(snippets).isNotEmpty();
        for (String snippet : snippets) {
            assertThat(errors(AROUND + snippet.replaceAll("(?m)^ *\\* ?", "") + "}}"))
                    .as(snippet)
                    .isEmpty();
        }
    }

    private static List<String> snippets(Pattern form, Path file) throws IOException {
        return form.matcher(Files.readString(file))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private List<String> errors(String source) {
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
