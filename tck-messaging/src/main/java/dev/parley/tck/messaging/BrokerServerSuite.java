package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.Direction;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * As {@link DurableBrokerSuite}, and what a broker promises whose server is another process: it is killed and stopped under traffic, and the
 * network between cut. {@link BrokerUnderTest#server} says how.
 */
public abstract class BrokerServerSuite extends DurableBrokerSuite {

    private ServerUnderTest server() {
        return subject()
                .server()
                .orElseThrow(() -> new IllegalStateException("BrokerUnderTest.server() is needed by this suite"));
    }

    /** Publications that a server which does not answer holds up for 3 s, then they are tried again. */
    private BrokerOptions impatient() {
        return brokerOptions().withPublishTimeout(Duration.ofSeconds(3)).withConnectTimeout(Duration.ofSeconds(2));
    }

    private MessageBroker connect(String uri) {
        return closing(MessageBroker.connect(uri, impatient()));
    }

    /**
     * Faults in the middle of traffic. Consumers that are quick leave little at a server that it could lose, so there is a group beside
     * theirs whose messages nobody takes until all is over.
     */
    private void underTraffic(String run, MessageBroker broker, Callable<?> fault, int rounds) throws Exception {
        Topic<String> topic = Topic.text(fresh("traffic"));
        SubscribeOptions options = Mix.unlimited(options().withPrefetch(20));
        known(topic, "group");
        Topic<String> parked = Topic.text(fresh("parked"));
        History waiting = new History();
        known(parked, "group");
        try (Traffic traffic = Traffic.mixed(broker, topic, takeover())) {
            for (int n = 0; n < 2; n++) {
                subscribe(broker, topic, "group", traffic::handle, options);
            }
            for (int round = 0; round < rounds; round++) {
                traffic.awaitAcknowledged(30);
                traffic.awaitDelivered(30);
                published(waiting, parked, numbered("r" + round + "-", 20));
                fault.call();
                traffic.awaitAcknowledged(30);
                traffic.awaitDelivered(30);
            }
            traffic.finish(new QueueName(topic.name(), "group"), run);
            drain(waiting, parked, run + ", what nobody had taken");
        }
    }

    private Object kill() throws Exception {
        server().kill();
        server().start();
        return true;
    }

    private Object stop() throws Exception {
        server().stop();
        server().start();
        return true;
    }

    private Object cut() {
        server().network().resetConnections();
        return true;
    }

    /** Nothing passes, and nobody is told, until publications have failed for it. */
    private Object halfOpen() throws Exception {
        FaultProxy network = server().network();
        network.inject(new Fault.Blackhole(true));
        try {
            Topic<String> probe = Topic.text(fresh("probe"));
            try (MessageBroker broker = MessageBroker.connect(server().networkUri(), impatient())) {
                assertThatThrownBy(() -> broker.publish(probe, "into the hole")).isInstanceOf(CallException.class);
            }
        } finally {
            network.heal();
        }
        return true;
    }

    @Test
    @Alone
    final void aServerThatIsKilledUnderTrafficLosesNothing() throws Exception {
        underTraffic("server killed", connect(subject().uri()), this::kill, 1);
    }

    @Test
    @Alone
    @Tag("long")
    final void aServerThatIsStoppedUnderTrafficLosesNothing() throws Exception {
        underTraffic("server stopped", connect(subject().uri()), this::stop, 1);
    }

    @Test
    @Alone
    @Tag("long")
    final void aServerThatIsKilledAgainAndAgainLosesNothing() throws Exception {
        underTraffic("server killed three times", connect(subject().uri()), this::kill, 3);
    }

    @Test
    @Alone
    final void connectionsThatAreCutUnderTrafficLoseNothing() throws Exception {
        underTraffic("connections cut", connect(server().networkUri()), this::cut, 3);
    }

    @Test
    @Alone
    @Tag("long")
    final void connectionsThatAreCutAgainAndAgainLoseNothing() throws Exception {
        underTraffic("connections cut twenty times", connect(server().networkUri()), this::cut, 20);
    }

    @Test
    @Alone
    final void aNetworkThatSwallowsEverythingLosesNothing() throws Exception {
        underTraffic("half-open connections", connect(server().networkUri()), this::halfOpen, 1);
    }

    @Test
    @Alone
    @Tag("long")
    final void aNetworkThatSwallowsAnswersLosesNothing() throws Exception {
        underTraffic(
                "answers swallowed",
                connect(server().networkUri()),
                () -> {
                    FaultProxy network = server().network();
                    network.inject(Direction.DOWNSTREAM, new Fault.Blackhole(true));
                    try {
                        Thread.sleep(4000);
                    } finally {
                        network.heal();
                    }
                    return true;
                },
                2);
    }

    @Test
    @Alone
    final void aServerThatIsAwayIsToldAndFoundAgain() throws Exception {
        Topic<String> topic = Topic.text(fresh("away"));
        known(topic, "group");
        FaultProxy network = server().network();
        Seen<String> seen = Seen.acking();
        MessageBroker broker;
        Subscription subscription;
        network.inject(new Fault.Refuse());
        network.resetConnections();
        try {
            broker = connect(server().networkUri());
            assertThatThrownBy(() -> broker.publish(topic, "lost"))
                    .isInstanceOfSatisfying(
                            CallException.class,
                            e -> assertThat(e.code()).isIn(Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED));
            subscription = subscribe(broker, topic, "group", seen, options());
            await(
                    "it says why",
                    () -> broker.problem().isPresent() && subscription.problem().isPresent());
        } finally {
            network.heal();
        }
        await(
                "it is well again",
                () -> subscription.problem().isEmpty() && broker.problem().isEmpty());
        publish(topic, "found");
        seen.await("it", takeover(), all -> seen.payloads().contains("found"));
    }

    @Test
    @Alone
    final void closingWhileTheServerIsAwayDoesNotHang() throws Exception {
        Topic<String> topic = Topic.text(fresh("closing"));
        FaultProxy network = server().network();
        MessageBroker broker = connect(server().networkUri());
        Seen<String> seen = Seen.acking();
        subscribe(broker, topic, "group", seen, options());
        publish(topic, "one");
        awaitDistinct(seen, 1);
        network.inject(new Fault.Refuse());
        network.resetConnections();
        try {
            Thread closing = Thread.ofVirtual().start(broker::close);
            assertThat(closing.join(patience()))
                    .as("closed while the server is away")
                    .isTrue();
        } finally {
            network.heal();
        }
    }
}
