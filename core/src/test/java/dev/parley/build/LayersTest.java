package dev.parley.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayersTest {
    private static final Layers.Module CORE = Layers.module("core", pom("core"));
    private static final Layers.Module HTTP = Layers.module("http", pom("http", on("core", null)));

    @Test
    void readsModulesOfProfilesToo() {
        String root = """
                <project>
                  <modules><module>core</module><module> examples/shop </module></modules>
                  <profiles><profile><modules><module>benchmarks</module></modules></profile></profiles>
                </project>
                """;

        assertThat(Layers.modules(root)).containsExactly("core", "examples/shop", "benchmarks");
    }

    @Test
    void ignoresForeignDependenciesAndManagedOnes() {
        Layers.Module module = Layers.module("rpc", """
                <project>
                  <artifactId>parley-rpc</artifactId>
                  <dependencyManagement><dependencies>
                    <dependency><groupId>dev.parley</groupId><artifactId>parley-cli</artifactId></dependency>
                  </dependencies></dependencyManagement>
                  <dependencies>
                    <dependency><groupId>io.netty</groupId><artifactId>netty-buffer</artifactId></dependency>
                    <dependency><groupId>${project.groupId}</groupId><artifactId>parley-core</artifactId></dependency>
                  </dependencies>
                </project>
                """);

        assertThat(module.edges()).containsExactly(new Layers.Edge("parley-core", "compile"));
    }

    @Test
    void acceptsDownwardEdges() {
        Layers.Module rpc = Layers.module("rpc", pom("rpc", on("core", null), on("http", "runtime")));

        assertThat(Layers.violations(List.of(rpc, HTTP, CORE))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"compile", "runtime", "provided"})
    void rejectsUpwardEdge(String scope) {
        Layers.Module core = Layers.module("core", pom("core", on("http", scope)));

        assertThat(Layers.violations(List.of(core, HTTP)))
                .containsExactly("core (level 0) depends on http (level 1) in scope " + scope + ": not downward");
    }

    @Test
    void rejectsEdgeWithinLevel() {
        Layers.Module rpc = Layers.module("rpc", pom("rpc", on("codegen", null)));
        Layers.Module codegen = Layers.module("codegen", pom("codegen"));

        assertThat(Layers.violations(List.of(rpc, codegen)))
                .containsExactly("rpc (level 5) depends on codegen (level 5) in scope compile: not downward");
    }

    @Test
    void acceptsAnyLibraryInTestScope() {
        Layers.Module rpc = Layers.module("rpc", pom("rpc", on("codegen", "test")));
        Layers.Module codegen = Layers.module("codegen", pom("codegen"));

        assertThat(Layers.violations(List.of(rpc, codegen))).isEmpty();
    }

    @Test
    void rejectsEdgeHiddenInProfile() {
        Layers.Module core = Layers.module("core", """
                <project>
                  <artifactId>parley-core</artifactId>
                  <profiles><profile><dependencies>%s</dependencies></profile></profiles>
                </project>
                """.formatted(on("http", null)));

        assertThat(Layers.violations(List.of(core, HTTP))).hasSize(1);
    }

    @Test
    void rejectsModuleWithoutLevel() {
        Layers.Module stray = Layers.module("stray", pom("stray", on("core", null)));

        assertThat(Layers.violations(List.of(stray, CORE)))
                .containsExactly("module stray has no level: add it to Layers");
    }

    @Test
    void rejectsEdgeToUnknownModule() {
        Layers.Module http = Layers.module("http", pom("http", on("nowhere", null)));

        assertThat(Layers.violations(List.of(http)))
                .containsExactly("http depends on parley-nowhere, which is no module");
    }

    @Test
    void rejectsArtifactNamedUnlikeItsFolder() {
        Layers.Module http = Layers.module("http", pom("web"));

        assertThat(Layers.violations(List.of(http)))
                .containsExactly("module http is called parley-web instead of parley-http");
    }

    @Test
    void acceptsTestSupportInTestScopeOnly() {
        Layers.Module tck = Layers.module("tck", pom("tck", on("core", null)));
        Layers.Module tested = Layers.module("http", pom("http", on("tck", "test")));
        Layers.Module shipped = Layers.module("http", pom("http", on("tck", null)));

        assertThat(Layers.violations(List.of(tck, tested, CORE))).isEmpty();
        assertThat(Layers.violations(List.of(tck, shipped, CORE)))
                .containsExactly("http depends on tck in scope compile: only scope test may");
    }

    @Test
    void rejectsLibraryOnExample() {
        Layers.Module shop = Layers.module("examples/shop", pom("shop", on("core", null)));
        Layers.Module http = Layers.module("http", pom("http", on("shop", "test")));

        assertThat(Layers.violations(List.of(shop, http, CORE)))
                .containsExactly("http depends on examples/shop, which nothing may stand on");
    }

    @Test
    void rejectsTextThatIsNoPom() {
        assertThatThrownBy(() -> Layers.module("core", "<project>")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String pom(String name, String... dependencies) {
        return """
                <project>
                  <parent><groupId>dev.parley</groupId><artifactId>parley</artifactId></parent>
                  <artifactId>parley-%s</artifactId>
                  <dependencies>%s</dependencies>
                </project>
                """.formatted(name, String.join("", dependencies));
    }

    private static String on(String name, @Nullable String scope) {
        return "<dependency><groupId>dev.parley</groupId><artifactId>parley-%s</artifactId>%s</dependency>"
                .formatted(name, scope == null ? "" : "<scope>" + scope + "</scope>");
    }
}
