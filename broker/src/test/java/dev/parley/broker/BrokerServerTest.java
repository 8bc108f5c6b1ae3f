package dev.parley.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is the server's own: its token, its store, its end. */
class BrokerServerTest {

    private static final Topic<String> TOPIC = Topic.text("greetings");
    private static final String TOKEN = "0123456789abcdef";

    @RegisterExtension
    private final Fixture fixture = new Fixture();

    private MessageBroker connect(String uri) {
        return fixture.open(
                MessageBroker.connect(uri, BrokerOptions.defaults().withPublishTimeout(Duration.ofSeconds(5))));
    }

    private static String uri(BrokerServer server) {
        return "parley://127.0.0.1:" + server.port();
    }

    @Test
    void aCallerNeedsTheToken() {
        BrokerServer server = fixture.open(BrokerServer.builder().token(TOKEN).start());
        String authority = "127.0.0.1:" + server.port();
        MessageBroker stranger = connect("parley://" + authority);
        assertThatThrownBy(() -> stranger.publish(TOPIC, "hello")).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED);
            assertThat(e.message()).contains("wants a token", "PARLEY_BROKER_TOKEN");
        });
        String wrong = "wrong-wrong-wrong";
        MessageBroker liar = connect("parley://:" + wrong + "@" + authority);
        assertThatThrownBy(() -> liar.publish(TOPIC, "hello")).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED);
            assertThat(e.toString()).contains("not this broker's").doesNotContain(wrong);
        });
        connect("parley://:" + TOKEN + "@" + authority).publish(TOPIC, "hello");
    }

    @Test
    void aTokenThatIsTooShortIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> BrokerServer.builder().token("abc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16 to 512")
                .hasMessageNotContaining("abc");
    }

    @Test
    void aSecondProcessOnAFolderIsRefused(@TempDir Path folder) {
        BrokerServer first =
                fixture.open(BrokerServer.builder().store("sqlite:" + folder).start());
        assertThatThrownBy(() -> BrokerJvm.start("sqlite:" + folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
        connect(uri(first)).publish(TOPIC, "the first one still serves");
    }

    @Test
    void aStoreThatCannotBeServedIsRefused() {
        assertThatThrownBy(() ->
                        BrokerServer.builder().store("carrier-pigeon:loft").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("carrier-pigeon")
                .hasMessageContaining("memory");
    }

    @Test
    void uriPartsThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> MessageBroker.connect("parley://127.0.0.1:1/x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must end with the port");
        assertThatThrownBy(() -> MessageBroker.connect("parley://127.0.0.1:1?colour=red"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("colour");
        assertThatThrownBy(() -> MessageBroker.connect("parley://a:1,b:2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one server");
    }

    @Test
    void aConfirmationIsWhatTheStoresIs(@TempDir Path folder) {
        BrokerServer memory = fixture.open(BrokerServer.builder().start());
        BrokerServer disk =
                fixture.open(BrokerServer.builder().store("sqlite:" + folder).start());
        assertThat(connect(uri(memory)).confirm()).isEqualTo(Confirm.MEMORY);
        assertThat(awaitFsynced(connect(uri(disk)))).isEqualTo(Confirm.FSYNCED);
    }

    @Test
    void aConfirmationIsKnownOnceTheServerIsThere(@TempDir Path folder) {
        BrokerServer before = BrokerServer.builder().start();
        int port = before.port();
        before.close();
        MessageBroker broker = connect("parley://127.0.0.1:" + port);
        assertThat(broker.confirm()).isEqualTo(Confirm.MEMORY);

        fixture.open(BrokerServer.builder().port(port).store("sqlite:" + folder).start());
        assertThat(awaitFsynced(broker)).isEqualTo(Confirm.FSYNCED);
    }

    /** The last answer within a minute: a server on a busy machine needs longer than a question waits. */
    private static Confirm awaitFsynced(MessageBroker broker) {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        Confirm last = broker.confirm();
        while (last != Confirm.FSYNCED && System.nanoTime() < end) {
            LockSupport.parkNanos(20_000_000);
            last = broker.confirm();
        }
        return last;
    }

    /** A consumer gives back what it holds by statements, which an interrupt of its own thread would end. */
    @Test
    void aConsumerThatFailsAtTheStoreIsClosedInPeace() throws Exception {
        FaultyBrokers.CLOSED_INTERRUPTED.clear();
        BrokerServer server =
                fixture.open(BrokerServer.builder().store("failing:").start());
        MessageBroker broker = connect(uri(server));
        broker.subscribe(TOPIC, "screen", (call, delivery) -> Disposition.ack());
        assertThat(FaultyBrokers.CLOSED_INTERRUPTED.poll(60, TimeUnit.SECONDS)).isEqualTo(false);
    }

    @Test
    void closingEndsConsumersAndKeepsWhatTheyHeld(@TempDir Path folder) throws Exception {
        BrokerServer.Builder builder = BrokerServer.builder().store("sqlite:" + folder);
        BrokerServer server = fixture.open(builder.start());
        MessageBroker broker = connect(uri(server));
        BlockingQueue<String> begun = new ArrayBlockingQueue<>(10);
        Subscription held = broker.subscribe(TOPIC, "screen", (call, delivery) -> {
            begun.add(delivery.payload());
            Thread.sleep(Duration.ofMinutes(1)); // until the lost lease, or the end, cancels it
            return Disposition.ack();
        });
        broker.publish(TOPIC, "hello");
        assertThat(begun.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");
        assertThat(server.consumers()).isEqualTo(1);
        int port = server.port();
        server.close();
        assertThat(server.consumers()).isZero();
        held.pause();
        fixture.open(builder.port(port).start());
        BlockingQueue<String> again = new ArrayBlockingQueue<>(10);
        broker.subscribe(TOPIC, "screen", (call, delivery) -> {
            again.add(delivery.payload());
            return Disposition.ack();
        });
        assertThat(again.poll(60, TimeUnit.SECONDS)).isEqualTo("hello");
    }
}
