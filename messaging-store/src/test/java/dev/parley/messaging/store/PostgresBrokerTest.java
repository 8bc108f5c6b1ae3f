package dev.parley.messaging.store;

import dev.parley.tck.messaging.BrokerServerSuite;
import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.ServerUnderTest;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.servers.PostgresServer;
import java.util.Optional;
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
        return new BrokerUnderTest() {
            @Override
            public String uri() {
                return server.uri();
            }

            @Override
            public Optional<ServerUnderTest> server() {
                return Optional.of(new Postgres());
            }
        };
    }

    private static final class Postgres implements ServerUnderTest {

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
            return network;
        }

        @Override
        public String networkUri() {
            return server.uri().replace(":" + server.port() + "/", ":" + network.port() + "/");
        }
    }
}
