package dev.parley.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The npm package {@code consul} as a client: register, checks, catalog, health, watch. */
@Timeout(120)
class NodeConsulTest {

    @Test
    void theNpmPackageConsulWorksAgainstIt() throws Exception {
        try (RegistryServer server = RegistryServer.builder().start()) {
            Process node = new ProcessBuilder("node", "client.mjs", Integer.toString(server.port()))
                    .directory(Path.of("src/test/node").toFile())
                    .redirectErrorStream(true)
                    .start();
            try {
                String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(node.waitFor()).as(said).isZero();
                assertThat(said.lines())
                        .contains("watch: one", "watch: one failed", "watch: both back", "catalog", "errors")
                        .endsWith("watch: nobody again", "done");
            } finally {
                node.destroyForcibly();
            }
            assertThat(server.registry().instances()).isEmpty();
        }
    }
}
