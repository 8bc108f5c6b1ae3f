package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ForwardingBackend;
import dev.parley.messaging.spi.Outgoing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a run with faults is failed for. */
class HistoryTest {

    private final History history = new History();

    private void sound(String id) {
        history.attempted(id);
        history.acknowledged(id);
        history.delivered(id);
    }

    @Test
    void aRunWithoutAnySuccessFails() {
        assertThatThrownBy(() -> history.check("empty"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("empty: a run without success shows nothing");
        history.attempted("a");
        assertThatThrownBy(() -> history.check("refused"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("refused: a run without success shows nothing");
        history.acknowledged("a");
        assertThatThrownBy(() -> history.check("undelivered"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("undelivered: a run without success shows nothing");
    }

    @Test
    void whatIsLostOrMadeUpFailsAndNothingElse() {
        sound("a");
        history.delivered("a"); // again: allowed
        history.attempted("unconfirmed"); // may be lost
        history.check("sound");
        history.attempted("b");
        history.acknowledged("b");
        assertThatThrownBy(() -> history.check("lossy"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("lossy: lost")
                .hasMessageContaining("\"b\"");
        history.delivered("b");
        history.delivered("c");
        assertThatThrownBy(() -> history.check("inventive"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("inventive: unexpected")
                .hasMessageContaining("\"c\"");
    }

    @Test
    void aDeadLetterIsNotLostButMustHaveBeenRejected() {
        sound("a");
        history.attempted("t9");
        history.acknowledged("t9");
        assertThatThrownBy(() -> history.check("unburied"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("unburied: lost");
        history.letter("t9");
        history.check("buried");
        Mix.checkLetters("mixed", history, true);
        assertThatThrownBy(() -> Mix.checkLetters("acknowledged", history, false))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("acknowledged: dead letters that nobody rejected");
        history.letter("t10");
        assertThatThrownBy(() -> history.check("inventive"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("inventive: unexpected");
        assertThatThrownBy(() -> Mix.checkLetters("mixed", history, true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("mixed: dead letters that nobody rejected");
    }

    @Test
    void trafficThatABrokerRefusesAltogetherFails() throws Exception {
        BrokerOptions options = BrokerOptions.defaults().withPublishTimeout(Duration.ofMillis(100));
        BrokerBackend refusing = new ForwardingBackend(Backends.open("memory:refuses-all", options)) {
            @Override
            public void publish(List<Outgoing> messages) {
                throw new CallException(Code.RESOURCE_EXHAUSTED, "full from the start");
            }
        };
        try (MessageBroker broker = MessageBroker.of(refusing, options);
                Traffic traffic = Traffic.mixed(broker, Topic.text("refused"), Duration.ofMillis(200))) {
            broker.subscribe(traffic.topic, "group", traffic::handle);
            assertThatThrownBy(() -> traffic.finish(new QueueName("refused", "group"), "all refused"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("all refused: a run without success shows nothing");
        }
    }
}
