package dev.parley.messaging.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.KafkaServer;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A broker that is away: it is tried again, told, and close leaves none of Kafka's threads, whose names hold the client id. */
@Tag("long") // Kafka's clients look for a broker for 10 s at a time
class KafkaAwayTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final String mark = Backend.name("away");
    private final Topic<String> topic = Topic.text(mark + ".placed");

    private MessageBroker connect(String uri) {
        return fixture.open(MessageBroker.connect(
                uri, BrokerOptions.defaults().withSource(mark).withPublishTimeout(Duration.ofSeconds(20))));
    }

    private List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains(mark))
                .toList();
    }

    private static void fails(ThrowingCallable call, Code... codes) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isIn((Object[]) codes));
    }

    private static CallException problem(Subscription subscription) throws Exception {
        Backend.await("it is told", () -> subscription.problem().isPresent());
        return subscription.problem().orElseThrow();
    }

    @Test
    void oneThatIsNotThere() throws Exception {
        MessageBroker broker = connect("kafka://127.0.0.1:1");
        fails(() -> broker.publish(topic, "lost"), Code.UNAVAILABLE);
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack());
        assertThat(broker.problem().orElseThrow().code()).isEqualTo(Code.UNAVAILABLE);
        CallException first = problem(subscription);
        assertThat(first.code()).isEqualTo(Code.UNAVAILABLE);
        Backend.await("it is tried again", () -> problem(subscription) != first);
        assertThat(threads()).anyMatch(name -> name.startsWith("kafka-admin-client-thread"));

        broker.close();
        Backend.await("no thread is left", () -> threads().isEmpty());
    }

    @Test
    void oneThatDiesInUse() throws Exception {
        KafkaServer server = fixture.open(KafkaServer.start());
        MessageBroker broker = connect(server.uri());
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack());
        broker.publish(topic, "hello");
        Backend.await("it is handled", () -> subscription.snapshot().acked() == 1);
        assertThat(threads())
                .as("what is to be gone in the end")
                .anyMatch(name -> name.startsWith("kafka-producer-network-thread"))
                .anyMatch(name -> name.startsWith("kafka-coordinator-heartbeat-thread"))
                .anyMatch(name -> name.startsWith("kafka-admin-client-thread"))
                .anyMatch(name -> name.startsWith("parley-kafka-"));

        server.kill();
        // Kafka's producer looks for the topic's leader until the time of the publication is over, so that may be all
        // there is to say.
        fails(() -> broker.publish(topic, "lost"), Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED);
        CallException first = problem(subscription);
        assertThat(first.code()).isEqualTo(Code.UNAVAILABLE);
        Backend.await("it is tried again", () -> problem(subscription) != first);
        assertThat(broker.problem().orElseThrow().code()).isEqualTo(Code.UNAVAILABLE);

        broker.close();
        Backend.await("no thread is left", () -> threads().isEmpty());
    }
}
