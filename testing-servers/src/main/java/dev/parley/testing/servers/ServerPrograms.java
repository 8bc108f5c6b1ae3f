package dev.parley.testing.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the servers' programs, which packages put where no {@code PATH} leads. */
final class ServerPrograms {
    private static final Path DEBIAN_POSTGRES = Path.of("/usr/lib/postgresql");

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
