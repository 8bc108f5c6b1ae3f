package dev.parley.testing.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the servers' programs, which packages put where no {@code PATH} leads. */
final class ServerPrograms {
    private static final Path DEBIAN_POSTGRES = Path.of("/usr/lib/postgresql");

    private static final Path DEBIAN_RABBIT_MQ = Path.of("/usr/lib/rabbitmq/lib");
    private static final String KAFKA_JARS = "parley.kafka.broker";

    private ServerPrograms() {}

    /** The folder of PostgreSQL's programs. */
    static Path postgres() {
        return onPath("postgres")
                .map(ServerPrograms::folderOf)
                .filter(folder -> isProgram(folder.resolve("initdb")))
                .or(() -> newest(DEBIAN_POSTGRES)
                        .map(version -> version.resolve("bin"))
                        .filter(folder -> isProgram(folder.resolve("postgres")))
                        .findFirst())
                .orElseThrow(() -> missing("PostgreSQL", "postgresql"));
    }

    /** The folder of RabbitMQ's programs themselves, not of the wrappers that Debian puts in front of them. */
    static Path rabbitMq() {
        return newest(DEBIAN_RABBIT_MQ)
                .map(version -> version.resolve("sbin"))
                .filter(ServerPrograms::hasRabbitMq)
                .findFirst()
                .or(() ->
                        onPath("rabbitmq-server").map(ServerPrograms::folderOf).filter(ServerPrograms::hasRabbitMq))
                .orElseThrow(() -> missing("RabbitMQ", "rabbitmq-server"));
    }

    private static boolean hasRabbitMq(Path folder) {
        return isProgram(folder.resolve("rabbitmq-server")) && isProgram(folder.resolve("rabbitmqctl"));
    }

    /** The folder of the jars of Kafka's broker. */
    static Path kafka() {
        String named = System.getProperty(KAFKA_JARS, "");
        String home = System.getenv().getOrDefault("KAFKA_HOME", "");
        List<Path> candidates = new ArrayList<>();
        if (!named.isEmpty()) {
            candidates.add(Path.of(named));
        }
        if (!home.isEmpty()) {
            candidates.add(Path.of(home, "libs"));
        }
        return candidates.stream()
                .filter(ServerPrograms::hasKafka)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Kafka's broker is missing, looked for in " + candidates
                        + ": set the system property " + KAFKA_JARS
                        + " to a folder with the jars of org.apache.kafka:kafka_2.13 (in a checkout of Parley:"
                        + " mvn -pl testing-servers -am package makes it), or KAFKA_HOME to Kafka's distribution"));
    }

    private static boolean hasKafka(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.anyMatch(jar -> jar.getFileName().toString().matches("kafka_2\\.13-\\d.*\\.jar"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static IllegalStateException missing(String what, String debianPackage) {
        return new IllegalStateException(
                what + " is missing: install it (Debian: apt-get install " + debianPackage + ")");
    }

    static Optional<Path> onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of((path + ":/usr/local/sbin:/usr/sbin:/sbin").split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(ServerPrograms::isProgram)
                .findFirst();
    }

    static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    /** The folder that the program really is in, be it found by a link. */
    private static Path folderOf(Path program) {
        try {
            return program.toRealPath().resolveSibling("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a folder holds, the highest version first. */
    static Stream<Path> newest(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> found = all.toList();
            return found.stream()
                    .sorted(Comparator.comparing(ServerPrograms::version).reversed());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The numbers in a file name, each padded so that their text compares as they do. */
    private static String version(Path folder) {
        StringBuilder padded = new StringBuilder();
        for (String number : folder.getFileName().toString().split("\\D+", -1)) {
            padded.append("0".repeat(Math.max(0, 9 - number.length()))).append(number);
        }
        return padded.toString();
    }
}
