package dev.parley.tck.discovery;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.spi.RegistryBackend;

/** The suites pass what is sound. */
class MemoryTest extends RegistryServerSuite {

    private final Memory memory = new Memory();

    @Override
    protected RegistryBackend open(RegistryOptions options) {
        return memory.connect();
    }

    @Override
    protected void stop() {
        memory.down(true);
    }

    @Override
    protected void start() {
        memory.down(false);
    }

    @Override
    protected void wipe() {
        memory.wipe();
    }
}
