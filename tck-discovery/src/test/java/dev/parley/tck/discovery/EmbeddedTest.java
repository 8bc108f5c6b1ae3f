package dev.parley.tck.discovery;

import dev.parley.discovery.EmbeddedRegistry;
import dev.parley.discovery.EmbeddedRegistryOptions;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.spi.RegistryBackend;
import org.junit.jupiter.api.AfterEach;

class EmbeddedTest extends RegistrySuite {

    private final EmbeddedRegistry embedded = new EmbeddedRegistry(EmbeddedRegistryOptions.defaults());

    @Override
    protected RegistryBackend open(RegistryOptions options) {
        return embedded.backend();
    }

    @AfterEach
    void close() {
        embedded.close();
    }
}
