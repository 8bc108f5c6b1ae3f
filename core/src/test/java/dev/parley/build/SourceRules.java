package dev.parley.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the shipped sources of one module may look like. */
final class SourceRules {
    static final int MAX_LINES = 600;

    private static final Pattern NAMELESS = Pattern.compile("(common|util|helper)s?");

    private SourceRules() {}

    /** Returns one sentence for each broken rule under a folder of Java sources; empty if there is no such folder. */
    static List<String> violations(Path sources, boolean wantsPackageInfo) throws IOException {
        if (!Files.isDirectory(sources)) {
            return List.of();
        }
        List<String> wrong = new ArrayList<>();
        Set<Path> packages = new TreeSet<>();
        for (Path file : javaFiles(sources)) {
            long lines;
            try (Stream<String> all = Files.lines(file)) {
                lines = all.count();
            }
            if (lines > MAX_LINES) {
                wrong.add("%s has %d lines, more than %d".formatted(file, lines, MAX_LINES));
            }
            Path folder = file.getParent();
            if (folder != null && !folder.equals(sources)) {
                packages.add(folder);
            }
        }
        for (Path folder : packages) {
            if (wantsPackageInfo && !Files.exists(folder.resolve("package-info.java"))) {
                wrong.add("%s has no package-info.java".formatted(folder));
            }
            for (Path part : sources.relativize(folder)) {
                if (NAMELESS.matcher(part.toString()).matches()) {
                    wrong.add("%s is named %s, which says nothing of what is in it".formatted(folder, part));
                }
            }
        }
        return wrong;
    }

    private static List<Path> javaFiles(Path sources) throws IOException {
        try (Stream<Path> all = Files.walk(sources)) {
            return all.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }
}
