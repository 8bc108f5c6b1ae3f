package dev.parley.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.broker.v1.BrokerService;
import dev.parley.broker.v1.ConsumeRequest;
import dev.parley.broker.v1.ConsumeResponse;
import dev.parley.broker.v1.Event;
import dev.parley.broker.v1.Open;
import dev.parley.broker.v1.Outgoing;
import dev.parley.broker.v1.PublishRequest;
import dev.parley.broker.v1.Queue;
import dev.parley.rpc.Channel;
import dev.parley.testing.Fixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever speaks the protocol without our client may send anything: what is malformed is named, and is nobody else's fault. */
class ForeignClientTest {

    @RegisterExtension
    private final Fixture fixture = new Fixture();

    private BrokerService.Client client;

    @BeforeEach
    void connect() {
        BrokerServer server = fixture.open(BrokerServer.builder().start());
        client = BrokerService.client(fixture.open(
                Channel.builder("http://127.0.0.1:" + server.port()).build()));
    }

    private static Outgoing.Builder message(String topic) {
        return Outgoing.newBuilder()
                .setTopic(topic)
                .setEvent(Event.newBuilder()
                        .putAttributes("specversion", "1.0")
                        .putAttributes("id", "m-1")
                        .putAttributes("source", "test")
                        .putAttributes("type", "greeting"));
    }

    private void publish(Outgoing.Builder message) {
        client.publish(PublishRequest.newBuilder().addMessages(message).build());
    }

    @Test
    void aMessageAsItShouldBeIsTaken() {
        publish(message("greetings"));
    }

    @ParameterizedTest
    @CsvSource({"greetings.*, pattern", "'', topic", "a b, topic"})
    void aWrongTopicIsNamed(String topic, String word) {
        assertThatThrownBy(() -> publish(message(topic))).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT);
            assertThat(e.message()).contains(word);
        });
    }

    @Test
    void anEventWithoutItsAttributesIsNamed() {
        assertThatThrownBy(() -> publish(Outgoing.newBuilder().setTopic("greetings")))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT));
    }

    @ParameterizedTest
    @CsvSource({"SOMETIMES, 10, SOMETIMES", "DURABLE, 0, prefetch", "DURABLE, 1000000, prefetch"})
    void aWrongConsumerIsNamed(String kind, int prefetch, String word) {
        ConsumeRequest open = ConsumeRequest.newBuilder()
                .setOpen(Open.newBuilder()
                        .setQueue(Queue.newBuilder().setTopic("greetings").setGroup("screen"))
                        .setKind(kind)
                        .setPrefetch(prefetch)
                        .setLeaseMillis(30_000))
                .build();
        assertThatThrownBy(() -> {
                    try (Messages<ConsumeResponse> responses = client.consume(Messages.of(open))) {
                        responses.receive();
                    }
                })
                .isInstanceOfSatisfying(CallException.class, e -> {
                    assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT);
                    assertThat(e.message()).contains(word);
                });
    }
}
