package dev.parley.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceRulesTest {
    @TempDir
    Path sources;

    @Test
    void acceptsDocumentedPackageAndModuleDescriptor() throws IOException {
        write("module-info.java", 1);
        write("dev/parley/http/package-info.java", 1);
        write("dev/parley/http/Long.java", SourceRules.MAX_LINES);

        assertThat(SourceRules.violations(sources, true)).isEmpty();
    }

    @Test
    void rejectsOversizedFile() throws IOException {
        write("a/package-info.java", 1);
        write("a/Long.java", SourceRules.MAX_LINES + 1);

        assertThat(SourceRules.violations(sources, true))
                .singleElement()
                .asString()
                .contains("Long.java has 601 lines");
    }

    @Test
    void rejectsPackageWithoutPackageInfoInLibrariesOnly() throws IOException {
        write("a/b/C.java", 1);

        assertThat(SourceRules.violations(sources, true))
                .singleElement()
                .asString()
                .contains("no package-info.java");
        assertThat(SourceRules.violations(sources, false)).isEmpty();
    }

    @Test
    void rejectsNamesThatSayNothing() throws IOException {
        write("a/util/C.java", 1);
        write("a/helpers/b/C.java", 1);
        write("a/common/C.java", 1);
        write("a/utility/C.java", 1);

        assertThat(SourceRules.violations(sources, false)).hasSize(3);
    }

    @Test
    void acceptsModuleWithoutSources() throws IOException {
        assertThat(SourceRules.violations(sources.resolve("absent"), true)).isEmpty();
    }

    private void write(String name, int lines) throws IOException {
        Path file = sources.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "// line\n".repeat(lines));
    }
}
