package dev.parley.examples.documents;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testing.Snippet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The examples in the README, in guides and in the Javadoc of what is about messages, events and stores compile. Here, because the shop has nearly
 * all modules on its class path. What {@code PatternsTest} of {@code messaging} and others run, and what {@code SnippetsTest} of {@code rest} and
 * {@code rpc} compile, stands there.
 */
class ExamplesTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    private static final Map<String, String> DOCUMENTS = Map.ofEntries(
            entry("README.md", Around.readme()),
            entry("docs/guide/messaging.md", Around.messages()),
            entry("docs/guide/events.md", Around.events()),
            entry("docs/guide/store.md", Around.store()),
            entry("docs/guide/balancing.md", Around.calls()),
            entry("docs/guide/registries.md", Around.calls()),
            entry("docs/guide/resilience.md", Around.calls()),
            entry("store", Around.store()),
            entry("messaging", Around.messages()),
            entry("messaging/src/main/java/dev/parley/messaging/MessagingTelemetry.java", Around.telemetryOfMessages()),
            entry("messaging/src/main/java/dev/parley/messaging/internal", Around.backends()),
            entry("messaging/src/main/java/dev/parley/messaging/spi", Around.backends()),
            entry("messaging-store", Around.store()),
            entry("messaging-rabbitmq", Around.messages()),
            entry("messaging-kafka", Around.backends()),
            entry("events", Around.events()),
            entry("events/src/main/java/dev/parley/events/Inbox.java", Around.outbox()),
            entry("events/src/main/java/dev/parley/events/Outbox.java", Around.outbox()),
            entry("broker", Around.brokerServer()),
            entry("tck-messaging", Around.kit()),
            entry("testing-servers", Around.servers()),
            entry("testing-servers/src/main/java/dev/parley/testing/servers/KafkaServer.java", Around.kafka()),
            entry("testing-servers/src/main/java/dev/parley/testing/servers/RabbitMqServer.java", Around.rabbitMq()));

    static Stream<Arguments> examples() {
        return DOCUMENTS.keySet().stream()
                .sorted()
                .flatMap(document -> sources(document)
                        .flatMap(ExamplesTest::snippets)
                        .map(snippet -> Arguments.of(snippet, around(document, snippet))));
    }

    private static @Nullable String around(String document, Snippet snippet) {
        return snippet.code().contains("public static void main") ? Around.service() : DOCUMENTS.get(document);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void compiles(Snippet example, String around) {
        assertThat(example.errors(around)).isEmpty();
    }

    /** The rest of that guide is the code of {@code TestingGuideTest} in {@code rpc}. */
    @Test
    void theBrokerOfTheTestingGuideCompiles() {
        List<Snippet> found = snippets(ROOT.resolve("docs/guide/testing.md"))
                .filter(snippet -> snippet.code().contains("BrokerServerSuite"))
                .toList();

        assertThat(found)
                .singleElement()
                .satisfies(snippet -> assertThat(snippet.errors(Around.kit())).isEmpty());
    }

    @Test
    void theReadersPackagesBeginWithAnExample() {
        assertThat(examples().map(arguments -> ((Snippet) arguments.get()[0]).file()))
                .contains(
                        source("store/src/main/java/dev/parley/store/package-info.java"),
                        source("messaging/src/main/java/dev/parley/messaging/package-info.java"),
                        source("events/src/main/java/dev/parley/events/package-info.java"),
                        source("broker/src/main/java/dev/parley/broker/package-info.java"),
                        source("tck-messaging/src/main/java/dev/parley/tck/messaging/package-info.java"),
                        source("testing-servers/src/main/java/dev/parley/testing/servers/package-info.java"));
    }

    private static Path source(String name) {
        return ROOT.resolve(name);
    }

    /** The files of a document, of a package or of a module, but those that have an entry of their own. */
    private static Stream<Path> sources(String document) {
        Path path = ROOT.resolve(document);
        if (!Files.isDirectory(path)) {
            return Stream.of(path);
        }
        Path main = path.resolve("src/main/java");
        try (Stream<Path> files = Files.walk(Files.isDirectory(main) ? main : path)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> closest(file).equals(path))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path closest(Path file) {
        Path at = file;
        while (!DOCUMENTS.containsKey(ROOT.relativize(at).toString())) {
            at = at.getParent();
        }
        return at;
    }

    private static Stream<Snippet> snippets(Path file) {
        try {
            return Snippet.in(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
