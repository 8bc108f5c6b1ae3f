package dev.parley.messaging.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.KafkaServer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a URI may say, and that secrets stay in it. */
@Execution(ExecutionMode.SAME_THREAD) // looks at threads, or at time
class KafkaUriTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static BrokerBackend open(String uri) {
        return Backends.open(uri, BrokerOptions.defaults());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kafka://h:9092?colour=red|colour",
                "kafka://h:9092?partitions=0|partitions",
                "kafka://h:9092?partitions=many|many",
                "kafka://h:9092?partitions=|partitions",
                "kafka://h:9092?replication=101|replication",
                "kafka://h:9092?session.timeout.ms=10|session.timeout.ms",
                "kafka://h:9092?maxMessageBytes=1000000000|maxMessageBytes",
                "kafka://h:9092?share=yes|share",
                "kafka://h:9092?security.protocol=TLS|TLS",
                "kafka://h:9092?security.protocol=SASL_SSL|user",
                "kafka://h:9092?sasl.mechanism=PLAIN|user",
                "kafka://h:9092?ssl.truststore.location=/x|SSL",
                "kafka://h:9092/path|path",
                "kafka:h|server",
            })
    void whatIsWrongIsNamed(String uri, String named) {
        assertThatThrownBy(() -> open(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @Test
    void noErrorHoldsAPassword() {
        assertThatThrownBy(() -> open("kafka://me:hunter2@h:9092?security.protocol=PLAINTEXT"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("hunter2");
        assertThat(fixture.open(open("kafka://me:hunter2@h:9092"))).asString().doesNotContain("hunter2");
    }

    @Test
    void namesThatKafkaCannotHaveAreRefused() {
        BrokerBackend backend = fixture.open(open("kafka://h:9092"));
        backend.check(new QueueName("a".repeat(140), "g".repeat(100)));
        assertThatThrownBy(() -> backend.check(new QueueName("a".repeat(200), "g".repeat(100))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> backend.check(new QueueName("__consumer_offsets", "g")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wrongCredentialsAreToldWithoutThem() throws Exception {
        String login =
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_me=\"right\" user_admin=\"x\""
                        + " username=\"admin\" password=\"x\";";
        KafkaServer server = fixture.open(KafkaServer.start(Map.of(
                "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms", "PLAIN",
                "sasl.mechanism.inter.broker.protocol", "PLAIN",
                "inter.broker.listener.name", "PLAINTEXT",
                "listener.name.plaintext.plain.sasl.jaas.config", login)));
        fixture.open(open("kafka://me:right@" + server.authority())).ping();
        BrokerBackend wrong = fixture.open(open("kafka://me:hunter2@" + server.authority()));
        assertThatThrownBy(wrong::ping).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED);
            assertThat(e.toString()).doesNotContain("hunter2");
        });
    }

    @Test
    void nothingIsLeftOfAServerThatIsAway() throws Exception {
        BrokerBackend backend = open("kafka://127.0.0.1:1");
        assertThatThrownBy(backend::ping)
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        backend.close();
        Backend.await(
                "no thread of Kafka's is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().contains("kafka-admin-client-thread | parley-")));
    }
}
