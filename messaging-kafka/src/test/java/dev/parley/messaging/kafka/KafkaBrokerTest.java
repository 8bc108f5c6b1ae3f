package dev.parley.messaging.kafka;

import dev.parley.tck.messaging.BrokerServerSuite;
import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.ServerUnderTest;
import dev.parley.testing.servers.KafkaServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The kit, against a broker of Kafka's that it may kill. */
@Tag("long") // minutes; what is the backend's own is tested in every run
class KafkaBrokerTest extends BrokerServerSuite {
    // The least that the broker allows: what a killed consumer had goes to another after that.
    private static final String OPTIONS = "?session.timeout.ms=6000";

    private static KafkaServer server;

    @BeforeAll
    static void start() throws Exception {
        server = KafkaServer.startBehindProxy();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    protected BrokerUnderTest subject() {
        String networkUri = "kafka://" + server.network().authority() + OPTIONS;
        return BrokerUnderTest.of(
                server.uri() + OPTIONS, ServerUnderTest.of(server.process(), server.network(), networkUri));
    }
}
