package dev.parley.discovery.consul;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.tck.discovery.RegistryServerSuite;

/** The whole kit against our own registry server. */
abstract class OwnServerSuite extends RegistryServerSuite {

    abstract Served served();

    @Override
    protected final RegistryBackend open(RegistryOptions options) {
        return new ConsulProvider().open(RegistryUri.parse("consul://127.0.0.1:" + served().port()), options);
    }

    @Override
    protected final void stop() {
        served().stop();
    }

    @Override
    protected final void start() throws Exception {
        served().start();
    }
}
