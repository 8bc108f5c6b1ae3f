package dev.parley.broker;

import dev.parley.tck.messaging.BrokerServerSuite;
import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.ServerUnderTest;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.ServerProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The kit of brokers against {@code parley://}: a server in another process, over SQLite. */
class ParleyBrokerTest extends BrokerServerSuite {

    private static ServerProcess process;
    private static FaultProxy network;

    @BeforeAll
    static void start() throws Exception {
        process = BrokerJvm.start();
        network = FaultProxy.to("127.0.0.1", process.port());
    }

    @AfterAll
    static void stop() throws Exception {
        network.close();
        process.close();
    }

    @Override
    protected BrokerUnderTest subject() {
        String networkUri = "parley://" + network.authority();
        return BrokerUnderTest.of("parley://" + process.authority(), ServerUnderTest.of(process, network, networkUri));
    }
}
