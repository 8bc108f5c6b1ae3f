package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testing.Snippet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in the Javadoc compile; those of the README do in a test of the shop. */
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
                    $variables
                    $snippet
                }
            }
            """;

    @ParameterizedTest
    @ValueSource(strings = {"package-info", "ServiceClient", "ServiceBatch", "ServiceRequest", "Routes", "OpenApi"})
    void examplesCompile(String file) throws IOException {
        List<Snippet> snippets = Snippet.in(Path.of("src/main/java/dev/parley/rest", file + ".java"));
        assertThat(snippets).isNotEmpty();
        for (Snippet snippet : snippets) {
            // A snippet that declares the client itself does so in place of the field.
            assertThat(snippet.errors(AROUND.replace("$variables", variables(file))))
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
}
