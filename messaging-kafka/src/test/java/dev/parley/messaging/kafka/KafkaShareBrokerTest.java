package dev.parley.messaging.kafka;

import dev.parley.tck.messaging.BrokerServerSuite;
import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.ServerUnderTest;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.servers.KafkaServer;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The kit on share groups, against a broker of Kafka's that it may kill. */
@Tag("long") // minutes; what is the backend's own is tested in every run
class KafkaShareBrokerTest extends BrokerServerSuite {

    private static final String OPTIONS = "?share=true&session.timeout.ms=6000";

    /** Members that died are known so sooner, and those that come get their partitions sooner; locks last as long as by default. */
    private static final Map<String, String> SOONER = Map.of(
            "group.share.min.session.timeout.ms", "6000",
            "group.share.session.timeout.ms", "6000",
            "group.share.min.heartbeat.interval.ms", "1000",
            "group.share.heartbeat.interval.ms", "1000");

    private static KafkaServer server;

    @BeforeAll
    static void start() throws Exception {
        server = KafkaServer.startBehindProxy(SOONER);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    protected BrokerUnderTest subject() {
        return new BrokerUnderTest() {
            @Override
            public String uri() {
                return server.uri() + OPTIONS;
            }

            @Override
            public Optional<ServerUnderTest> server() {
                return Optional.of(new Killable());
            }
        };
    }

    private static final class Killable implements ServerUnderTest {
        @Override
        public void kill() throws Exception {
            server.kill();
        }

        @Override
        public void stop() throws Exception {
            server.process().stop();
        }

        @Override
        public void start() throws Exception {
            server.restart();
        }

        @Override
        public FaultProxy network() {
            return server.network();
        }

        @Override
        public String networkUri() {
            return "kafka://" + server.network().authority() + OPTIONS;
        }
    }
}
