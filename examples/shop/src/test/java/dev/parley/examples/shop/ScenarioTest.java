package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.examples.shop.scenario.Scenario;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScenarioTest {

    @Test
    void everyStepIsOk() {
        ByteArrayOutputStream narration = new ByteArrayOutputStream();
        boolean ok = new Scenario(new PrintStream(narration, true, StandardCharsets.UTF_8), Optional.empty()).play();
        assertThat(narration.toString(StandardCharsets.UTF_8)).contains("ok ").doesNotContain("FAILED  ");
        assertThat(ok).isTrue();
    }
}
