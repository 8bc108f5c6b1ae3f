package dev.parley.broker;

import dev.parley.tck.messaging.BrokerServerSuite;
import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.ServerUnderTest;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.ServerProcess;
import java.util.Optional;
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
        return new BrokerUnderTest() {
            @Override
            public String uri() {
                return "parley://" + process.authority();
            }

            @Override
            public Optional<ServerUnderTest> server() {
                return Optional.of(new Served());
            }
        };
    }

    private static final class Served implements ServerUnderTest {
        @Override
        public void kill() throws Exception {
            process.kill();
        }

        @Override
        public void stop() throws Exception {
            process.stop();
        }

        @Override
        public void start() throws Exception {
            process.restart();
        }

        @Override
        public FaultProxy network() {
            return network;
        }

        @Override
        public String networkUri() {
            return "parley://" + network.authority();
        }
    }
}
