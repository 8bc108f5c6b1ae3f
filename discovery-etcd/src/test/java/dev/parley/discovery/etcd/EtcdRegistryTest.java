package dev.parley.discovery.etcd;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.tck.discovery.RegistryServerSuite;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The conformance kit against etcd, which is killed with -9 whenever it is to go. */
class EtcdRegistryTest extends RegistryServerSuite {

    private static EtcdServer etcd;

    @BeforeAll
    static void startEtcd() throws Exception {
        etcd = EtcdServer.start();
    }

    @AfterAll
    static void stopEtcd() throws Exception {
        if (etcd != null) {
            etcd.close();
        }
    }

    @Override
    protected RegistryBackend open(RegistryOptions options) {
        return etcd.open(options);
    }

    /** etcd has no shorter one than 2 s. */
    @Override
    protected Duration shortTtl() {
        return Duration.ofSeconds(3);
    }

    @Override
    protected void stop() throws Exception {
        etcd.process.kill();
    }

    @Override
    protected void start() throws Exception {
        etcd.process.restart();
    }

    @Override
    protected void wipe() throws Exception {
        etcd.process.kill();
        etcd.process.wipe();
        etcd.process.restart();
    }
}
