package dev.parley.messaging.store;

import dev.parley.tck.messaging.BrokerServerSuite;
import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.ServerUnderTest;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.servers.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("long") // minutes; what is the backend's own is tested in every run
class PostgresBrokerTest extends BrokerServerSuite {

    private static PostgresServer server;
    private static FaultProxy network;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.start();
        network = FaultProxy.to(server.port());
    }

    @AfterAll
    static void end() throws Exception {
        network.close();
        server.close();
    }

    @Override
    protected BrokerUnderTest subject() {
        String networkUri = server.uri().replace(":" + server.port() + "/", ":" + network.port() + "/");
        return BrokerUnderTest.of(server.uri(), ServerUnderTest.of(server.process(), network, networkUri));
    }
}
