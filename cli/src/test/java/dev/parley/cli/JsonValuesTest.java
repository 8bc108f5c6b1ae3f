package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class JsonValuesTest {

    private static List<String> split(String text) throws IOException {
        JsonValues values = new JsonValues(new StringReader(text), 1000);
        List<String> found = new ArrayList<>();
        for (String value = values.next(); value != null; value = values.next()) {
            found.add(value);
        }
        return found;
    }

    @Test
    void splitsWhatStandsOneAfterAnother() throws IOException {
        assertThat(split("{\"a\": 1}\n{\"b\": [2]}\r\n")).containsExactly("{\"a\": 1}", "{\"b\": [2]}");
        assertThat(split("{}{}[]{}")).containsExactly("{}", "{}", "[]", "{}");
        assertThat(split("{\n \"a\":\n 1\n}\n\n")).containsExactly("{\n \"a\":\n 1\n}");
        assertThat(split("  \n ")).isEmpty();
        assertThat(split("1 true \"x y\"null")).containsExactly("1", "true", "\"x y\"", "null");
    }

    @Test
    void isNotMisledByStrings() throws IOException {
        assertThat(split("{\"}\": \"{\\\"]\\\\\"} {}")).containsExactly("{\"}\": \"{\\\"]\\\\\"}", "{}");
        assertThat(split("\"\\\\\" \"\\\"\"")).containsExactly("\"\\\\\"", "\"\\\"\"");
    }

    @Test
    void saysWhereAValueBeginsThatDoesNotEnd() {
        for (String text : List.of("{}\n\n{\"a\": [1}", "{}\n\n\"abc", "{}\n\n{\"a\": \"}")) {
            assertThatThrownBy(() -> split(text)).hasMessage("the JSON value that begins in line 3 does not end");
        }
    }

    @Test
    void aValueHasALimit() {
        assertThatThrownBy(() -> split("{" + " ".repeat(2000) + "}")).hasMessageContaining("more than 1000 characters");
        assertThatThrownBy(() -> split("1".repeat(2000))).hasMessageContaining("more than 1000 characters");
    }

    @Test
    @Timeout(10)
    void aValueIsThereWithItsLastCharacter() throws IOException {
        try (PipedWriter writer = new PipedWriter();
                PipedReader reader = new PipedReader(writer)) {
            JsonValues values = new JsonValues(reader, 1000);
            writer.write("{\"a\": 1}");
            writer.flush();
            assertThat(values.next()).isEqualTo("{\"a\": 1}"); // though the pipe stays open
        }
    }
}
