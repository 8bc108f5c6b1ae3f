package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./parley} says to questions and to wrong words; none of it builds anything. */
@Timeout(60)
class LauncherTest {

    private record Said(int status, String out, String err) {}

    private static Said parley(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("./parley"));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).directory(Path.of("../..").toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Said(process.exitValue(), out, err);
    }

    @Test
    void helpNamesEveryCommand() throws Exception {
        Said help = parley("help");
        assertThat(help.status()).isZero();
        assertThat(help.out()).contains("demo", "test", "check", "format", "bench", "JDK 25");
        assertThat(parley()).isEqualTo(help);
        assertThat(parley("--help")).isEqualTo(help);
    }

    @ParameterizedTest
    @ValueSource(strings = {"test", "check", "format", "bench"})
    void eachCommandExplainsItself(String command) throws Exception {
        Said help = parley(command, "--help");
        assertThat(help.status()).isZero();
        assertThat(help.out()).startsWith("Usage: ./parley " + command);
        assertThat(help.err()).isEmpty();
        assertThat(parley("help", command)).isEqualTo(help);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "nope | unknown command 'nope'",
                "nope --help | unknown command 'nope'",
                "help nope | unknown command 'nope'",
                "check x | check takes no arguments, got: x",
                "format x y | format takes no arguments, got: x y",
                "bench nope | no benchmark named 'nope'",
            })
    void aWrongWordIsTold(String arguments, String message) throws Exception {
        Said refused = parley(arguments.split(" ", -1));
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).startsWith("parley: " + message);
        assertThat(refused.out()).isEmpty();
    }
}
