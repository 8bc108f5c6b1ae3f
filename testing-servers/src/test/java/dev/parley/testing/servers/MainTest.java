package dev.parley.testing.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testing.Fixture;
import dev.parley.testing.ServerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The program, in a JVM of its own. */
class MainTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static ServerProcess.Builder program(String... arguments) {
        List<String> start = List.of("-cp", System.getProperty("java.class.path"), Main.class.getName());
        return ServerProcess.builder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString())
                .name("servers")
                .arguments(place -> Stream.concat(start.stream(), List.of(arguments).stream())
                        .toList());
    }

    @Test
    void printsTheUriAndEndsWithItsServers() throws Exception {
        ServerProcess main = fixture.open(program("postgres")
                .readyWhen(run -> run.output().contains("Ctrl-C"))
                .start());
        assertThat(main.output()).contains("postgres  postgresql://parley:parley@127.0.0.1:");
        Matcher jdbc = Pattern.compile("jdbc:\\S+").matcher(main.output());
        assertThat(jdbc.find()).isTrue();
        DriverManager.getConnection(jdbc.group()).close();
        List<ProcessHandle> all = Processes.of(main);
        assertThat(all).hasSizeGreaterThan(3);

        main.stop();

        assertThat(all).allMatch(Processes::hasEnded);
    }

    @Test
    void unknownServersAreRefusedAndHelpIsThere() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        String classPath = System.getProperty("java.class.path");
        Process refused = new ProcessBuilder(java, "-cp", classPath, Main.class.getName(), "mysql")
                .redirectErrorStream(true)
                .start();
        assertThat(new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("unknown server 'mysql', expected one of [postgres, rabbitmq, kafka]");
        assertThat(refused.waitFor()).isEqualTo(2);
        assertThat(Commands.run(Path.of("."), List.of(java, "-cp", classPath, Main.class.getName(), "--help")))
                .contains("Usage: ./parley servers");
    }
}
