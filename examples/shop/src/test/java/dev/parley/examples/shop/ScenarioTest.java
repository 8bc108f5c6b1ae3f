package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.examples.shop.scenario.Scenario;
import dev.parley.testing.servers.KafkaServer;
import dev.parley.testing.servers.PostgresServer;
import dev.parley.testing.servers.RabbitMqServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenarioTest {

    @TempDir
    private Path folder;

    private enum Backend {
        SQLITE,
        POSTGRESQL,
        AMQP,
        KAFKA
    }

    private String uri(Backend backend) throws Exception {
        return switch (backend) {
            case SQLITE -> "sqlite:" + folder.resolve("broker");
            case POSTGRESQL ->
                PostgresServer.shared().uri(PostgresServer.shared().newDatabase());
            case AMQP -> RabbitMqServer.shared().uri(RabbitMqServer.shared().newVirtualHost());
            case KAFKA -> KafkaServer.shared().uri();
        };
    }

    @Test
    void everyStepIsOk() {
        play(Optional.empty());
    }

    /** As {@code ./parley demo --scenario --broker URI}. */
    @ParameterizedTest
    @EnumSource
    @Tag("long") // real servers, and what needs processes once for each
    void everyStepIsOkOverEachBroker(Backend backend) throws Exception {
        String narration = play(Optional.of(uri(backend)));
        // Where there is a replay it is played, rather than refused.
        if (backend == Backend.AMQP) {
            assertThat(narration).contains("refused, \"");
        } else {
            assertThat(narration).contains("events read again");
        }
    }

    private static String play(Optional<String> broker) {
        ByteArrayOutputStream narration = new ByteArrayOutputStream();
        boolean ok = new Scenario(new PrintStream(narration, true, StandardCharsets.UTF_8), broker).play();
        String told = narration.toString(StandardCharsets.UTF_8);
        assertThat(told).contains("ok ").doesNotContain("FAILED  ");
        assertThat(ok).isTrue();
        return told;
    }
}
