package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.RabbitMqServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** What is left of a broker that is closed. */
@Isolated("it counts threads of the whole JVM")
class RabbitMqThreadsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final String topic = Broker.fresh("threads");
    private final QueueName queue = new QueueName(topic, "group");

    private BrokerBackend open(String uri) {
        return fixture.open(Broker.open(uri));
    }

    @Test
    void aServerThatIsNotThereIsToldAndCloseLeavesNoThread() throws Exception {
        BrokerBackend backend = open("amqp://127.0.0.1:1");
        assertThatThrownBy(() -> Broker.publish(backend, topic, "m")).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(e.message()).contains("127.0.0.1:1");
        });
        assertThatThrownBy(() -> backend.consume(Broker.spec(queue))).isInstanceOf(CallException.class);
        assertThatThrownBy(backend::ping).isInstanceOf(CallException.class);
        backend.close();
        backend.close();
        assertThatThrownBy(backend::ping).isInstanceOf(CallException.class);
        assertThatThrownBy(() -> Broker.publish(backend, topic, "m")).isInstanceOf(CallException.class);
        BrokerBackend there = open(RabbitMqServer.shared().uri());
        Broker.publish(there, topic, "m");
        there.close();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (ours() > 0) {
            assertThat(System.nanoTime()).as("threads of ours: " + ours()).isLessThan(until);
            Thread.sleep(50);
        }
    }

    private static long ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("parley-rabbitmq") || name.startsWith("AMQP"))
                .count();
    }
}
