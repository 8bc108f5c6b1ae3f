package dev.parley.tck.messaging;

import dev.parley.testing.FaultProxy;
import dev.parley.testing.ServerProcess;

/** A broker's server that can be ended and started, and the network in front of it. Each test leaves both as they were. */
public interface ServerUnderTest {

    /** Ends it with {@code kill -9}. */
    void kill() throws Exception;

    /** Ends it as its operator would, and waits for that. */
    void stop() throws Exception;

    /** Starts it again on its own data at the same address, and waits until it can be used. */
    void start() throws Exception;

    /** A proxy in front of it, whose faults the tests inject and heal. */
    FaultProxy network();

    /** As {@link BrokerUnderTest#uri}, through {@link #network} all the way: a server that tells its clients addresses tells the proxy's. */
    String networkUri();

    /**
     * A server that is one process.
     *
     * @param network in front of it; closed by whoever has made it, as is the process
     * @param networkUri leads through it
     */
    static ServerUnderTest of(ServerProcess process, FaultProxy network, String networkUri) {
        return new ServedByAProcess(process, network, networkUri);
    }
}
