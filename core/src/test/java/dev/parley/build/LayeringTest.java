package dev.parley.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the project's own modules and sources to the rules of {@link Layers} and {@link SourceRules}. */
class LayeringTest {
    private static final Path ROOT = root();

    @Test
    void modulesDependDownwardOnly() throws IOException {
        List<Layers.Module> modules = new ArrayList<>();
        for (String folder : folders()) {
            modules.add(
                    Layers.module(folder, Files.readString(ROOT.resolve(folder).resolve("pom.xml"))));
        }

        assertThat(modules).isNotEmpty();
        assertThat(Layers.violations(modules)).isEmpty();
    }

    @Test
    void everyFolderWithPomIsModuleOfRoot() throws IOException {
        Set<String> withPom = new TreeSet<>();
        for (String under : List.of("", "examples", "benchmarks/peers")) {
            Path parent = ROOT.resolve(under);
            if (!Files.isDirectory(parent)) {
                continue;
            }
            try (Stream<Path> all = Files.list(parent)) {
                all.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                        .map(folder -> ROOT.relativize(folder).toString().replace('\\', '/'))
                        .forEach(withPom::add);
            }
        }

        assertThat(folders()).containsExactlyInAnyOrderElementsOf(withPom);
    }

    @Test
    void shippedSourcesKeepTheRules() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String folder : folders()) {
            Path sources = ROOT.resolve(folder).resolve("src/main/java");
            wrong.addAll(SourceRules.violations(sources, Layers.isLibrary(folder)));
        }

        assertThat(wrong).isEmpty();
    }

    private static List<String> folders() throws IOException {
        return Layers.modules(Files.readString(ROOT.resolve("pom.xml")));
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException(
                    "no folder with .mvn above " + Path.of("").toAbsolutePath());
        }
        return folder;
    }
}
