package dev.parley.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnippetTest {

    private static final String METHOD = """
            import java.util.List;
            class Example {
                void run() throws Exception {
                    $snippet
                }
            }
            """;

    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Snippet snippet(String code) {
        return new Snippet(Path.of("guide.md"), 10, code);
    }

    @Test
    void readsTheJavaOfMarkdown() throws IOException {
        Path guide = write("guide.md", """
                # A guide
                ```java
                int one = 1;

                int two = 2;
                ```
                ```sh
                make
                ```
                ~~~~ java title
                int three = 3;
                ~~~
                ~~~~~
                ````text
                ```java
                no code
                ```
                ````
                ```javascript
                let four
                ```
                `inline` and ``` java ``` in a line
                """);

        assertThat(Snippet.in(guide))
                .containsExactly(
                        new Snippet(guide, 3, "int one = 1;\n\nint two = 2;\n"),
                        new Snippet(guide, 11, "int three = 3;\n~~~\n"));
    }

    @Test
    void readsTheExamplesOfJavadoc() throws IOException {
        Path source = write("Clock.java", """
                /**
                 * A clock.
                 *
                 * <pre>{@code
                 * Clock clock = new Clock();
                 *
                 *     clock.start(() -> {
                 *     });
                 * }</pre>
                 */
                class Clock {
                    /**
                     * <pre>{@code
                     * clock.start();
                     * }</pre>
                     * <pre>
                     * no code
                     * </pre>
                     */
                    void start() {}
                }
                """);

        assertThat(Snippet.in(source))
                .containsExactly(
                        new Snippet(source, 5, "Clock clock = new Clock();\n\n    clock.start(() -> {\n    });\n"),
                        new Snippet(source, 14, "clock.start();\n"));
    }

    @Test
    void refusesOtherDocuments() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Snippet.in(folder.resolve("guide.txt")))
                .withMessageContaining("must end in .md or .java")
                .withMessageContaining("guide.txt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a.md\n\n```java\nint a;\n``\n", "A.java\n/**\n * <pre>{@code\n * int a;\n */\nclass A {}\n"})
    void refusesOneWithoutAnEnd(String text) throws IOException {
        int end = text.indexOf('\n');
        Path file = write(text.substring(0, end), text.substring(end + 1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Snippet.in(file))
                .withMessage(file + ":2: the piece that begins here has no end");
    }

    @Test
    void saysNothingOfCodeThatCompiles() {
        assertThat(snippet("List<String> names = List.of();\n").errors(METHOD)).isEmpty();
        assertThat(snippet("class Local {}\nnew Local();\n").errors(METHOD)).isEmpty();
        assertThat(snippet("@Deprecated\npublic class Whole {}\n").errors("$snippet"))
                .isEmpty();
    }

    @Test
    void knowsTheClassPathOfTheTest() {
        String code = "dev.parley.testing.FakeTimer timer = new dev.parley.testing.FakeTimer();\n";

        assertThat(snippet(code).errors(METHOD)).isEmpty();
    }

    @Test
    void namesTheLineOfTheDocument() {
        assertThat(snippet("int a = 1;\nint b = unknown;\nint c = \"text\";\n").errors(METHOD))
                .satisfiesExactly(
                        error -> assertThat(error)
                                .startsWith("guide.md:11: cannot find symbol")
                                .contains("unknown"),
                        error -> assertThat(error).startsWith("guide.md:12: incompatible types"));
    }

    @Test
    void namesTheLineAroundIt() {
        String around = "import nowhere.At;\nclass Example {\n$snippet\nint a = unknown;\n}\n";

        assertThat(snippet("int b;\nint c;\n").errors(around))
                .satisfiesExactly(
                        error -> assertThat(error).startsWith("around guide.md:10, line 1: package nowhere"),
                        error -> assertThat(error).startsWith("around guide.md:10, line 4: cannot find symbol"));
    }

    @Test
    void looksAtFlowToo() {
        assertThat(snippet("int a;\nint b = a;\n").errors(METHOD))
                .containsExactly("guide.md:11: variable a might not have been initialized");
    }

    @Test
    void leavesNoClassesBehind() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        assertThat(snippet("").errors(METHOD)).isEmpty();

        try (Stream<Path> files = Files.list(here)) {
            assertThat(files.filter(file -> file.toString().endsWith(".class"))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"class Example {}", "$snippet $snippet"})
    void refusesAnAroundWithoutOnePlace(String around) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> snippet("").errors(around))
                .withMessageContaining("exactly once")
                .withMessageContaining(around);
    }

    @Test
    void refusesALineBeforeTheFirst() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Snippet(Path.of("guide.md"), 0, ""))
                .withMessageContaining("line")
                .withMessageContaining("0");
    }

    @Test
    void isShownAsAPlace() {
        assertThat(snippet("")).hasToString("guide.md:10");
    }

    @Test
    void itsOwnExampleCompiles() throws IOException {
        List<Snippet> found = Snippet.in(Path.of("src/main/java/dev/parley/testing/Snippet.java"));
        String around = """
                import static org.assertj.core.api.Assertions.assertThat;
                import dev.parley.testing.Snippet;
                import java.nio.file.Path;
                class Example { void run() throws Exception {
                $snippet
                }}
                """;

        assertThat(found)
                .singleElement()
                .satisfies(snippet -> assertThat(snippet.errors(around)).isEmpty());
    }
}
