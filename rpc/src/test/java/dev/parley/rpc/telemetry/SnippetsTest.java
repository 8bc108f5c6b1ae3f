package dev.parley.rpc.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testing.Snippet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of telemetry and health compile. Here, because they name servers and channels. */
class SnippetsTest {

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
                    $snippet
                }
            }
            """;

    @Test
    void theGuidesExamplesCompile() throws IOException {
        List<Snippet> snippets = Snippet.in(Path.of("../docs/guide/telemetry.md"));
        assertThat(snippets).hasSize(3);
        assertThat(snippets)
                .allSatisfy(snippet -> assertThat(snippet.errors(AROUND)).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../telemetry/src/main/java/dev/parley/telemetry/package-info.java",
                "src/main/java/dev/parley/rpc/HealthComponents.java"
            })
    void theJavadocsExamplesCompile(String file) throws IOException {
        List<Snippet> snippets = Snippet.in(Path.of(file));
        assertThat(snippets).isNotEmpty();
        assertThat(snippets)
                .allSatisfy(snippet -> assertThat(snippet.errors(AROUND)).isEmpty());
    }
}
