package dev.parley.broker;

import dev.parley.tck.messaging.BrokerServerSuite;
import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.Requirements;
import dev.parley.tck.messaging.ServerUnderTest;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.ServerProcess;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Brokers with a server, of which all but one are broken. Run by {@link BrokenServersTest} alone: surefire takes no nested class. */
final class BrokenServers {

    private BrokenServers() {}

    /** A suite over a server in a process of its own. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Served extends BrokerServerSuite {

        private final String scheme;
        private final String store;
        private ServerProcess process;
        private FaultProxy network;

        Served(String scheme, String store) {
            this.scheme = scheme;
            this.store = store;
        }

        Served(FaultyBrokers.Fault fault) {
            this(fault.scheme(), "");
        }

        @BeforeAll
        void start() throws Exception {
            process = BrokerJvm.start(store);
            network = FaultProxy.to("127.0.0.1", process.port());
        }

        @AfterAll
        void stop() throws Exception {
            network.close();
            process.close();
        }

        @Override
        protected BrokerUnderTest subject() {
            return new BrokerUnderTest() {
                @Override
                public String uri() {
                    return scheme + "://" + process.authority();
                }

                @Override
                public Requirements requirements() {
                    return Requirements.of("parley://x");
                }

                @Override
                public Optional<ServerUnderTest> server() {
                    return Optional.of(ServerUnderTest.of(process, network, scheme + "://" + network.authority()));
                }
            };
        }

        /** What is lost does not come, however long one waits. */
        @Override
        protected Duration takeover() {
            return Duration.ofSeconds(20);
        }

        @Override
        protected Duration patience() {
            return Duration.ofSeconds(20);
        }
    }

    static final class Sound extends Served {
        Sound() {
            super("parley", "");
        }
    }

    /** What it confirms is as safe as its process. */
    static final class KeepsAllInMemory extends Served {
        KeepsAllInMemory() {
            super("parley", "memory:");
        }
    }

    static final class SwallowsFailures extends Served {
        SwallowsFailures() {
            super(FaultyBrokers.Fault.SWALLOWING);
        }
    }

    static final class NeverComesBack extends Served {
        NeverComesBack() {
            super(FaultyBrokers.Fault.FORSAKEN);
        }
    }

    static final class SaysNothing extends Served {
        SaysNothing() {
            super(FaultyBrokers.Fault.SILENT);
        }
    }

    static final class WaitsForAFarewell extends Served {
        WaitsForAFarewell() {
            super(FaultyBrokers.Fault.HANGING);
        }
    }

    static final class TellsNoStaleOne extends Served {
        TellsNoStaleOne() {
            super(FaultyBrokers.Fault.QUIET);
        }
    }

    static final class RetriesLate extends Served {
        RetriesLate() {
            super(FaultyBrokers.Fault.HASTY);
        }
    }

    static final class BuriesLate extends Served {
        BuriesLate() {
            super(FaultyBrokers.Fault.CARELESS);
        }
    }

    static final class WaitsForTheFrozen extends Served {
        WaitsForTheFrozen() {
            super(FaultyBrokers.Fault.ETERNAL);
        }
    }
}
