package dev.parley.tck.messaging;

import dev.parley.testing.FaultProxy;
import dev.parley.testing.ServerProcess;

/** A server that ends and starts with its process. */
record ServedByAProcess(ServerProcess process, FaultProxy network, String networkUri) implements ServerUnderTest {

    @Override
    public void kill() throws InterruptedException {
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
}
