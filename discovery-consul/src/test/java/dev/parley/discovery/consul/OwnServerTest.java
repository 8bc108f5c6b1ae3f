package dev.parley.discovery.consul;

import org.junit.jupiter.api.AfterEach;

/** One that forgets all when it is stopped. */
class OwnServerTest extends OwnServerSuite {

    private final Served served = new Served(null);

    @Override
    Served served() {
        return served;
    }

    @Override
    protected void wipe() throws Exception {
        served.stop();
        served.start();
    }

    @AfterEach
    void close() {
        served.close();
    }
}
