package dev.parley.messaging.rabbitmq;

import dev.parley.tck.messaging.BrokerServerSuite;
import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.ServerUnderTest;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.servers.RabbitMqServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The kit, against a RabbitMQ that it may kill. */
@Tag("long") // minutes; what is the backend's own is tested in every run
class RabbitMqBrokerTest extends BrokerServerSuite {
    // A network that swallows everything is noticed after two of these.
    private static final String OPTIONS = "/?heartbeat=2";

    private static RabbitMqServer server;
    private static FaultProxy network;

    @BeforeAll
    static void start() throws Exception {
        server = RabbitMqServer.start();
        network = FaultProxy.to("127.0.0.1", server.port());
    }

    @AfterAll
    static void stop() throws Exception {
        network.close();
        server.close();
    }

    @Override
    protected BrokerUnderTest subject() {
        String networkUri = "amqp://guest:guest@" + network.authority() + OPTIONS;
        return BrokerUnderTest.of(server.uri() + OPTIONS, ServerUnderTest.of(server.process(), network, networkUri));
    }
}
