package dev.parley.tck.discovery;

import dev.parley.discovery.DnsProvider;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The kit's promises to those who look something up, kept by SRV records of Knot DNS. */
class DnsConformanceTest extends DiscoverySuite {

    private static NameServer server;

    @BeforeAll
    static void start() throws Exception {
        server = NameServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Override
    protected RegistryBackend open(RegistryOptions options) {
        return new DnsProvider().open(RegistryUri.parse("dns://127.0.0.1:" + server.port() + '/'), options);
    }

    @Override
    protected String freshService() {
        return '_' + super.freshService() + "._tcp." + NameServer.SHOP;
    }

    /** The suite appends a letter to have a longer name: that is in a zone of its own. */
    @Override
    protected void place(String service, List<ServiceInstance> instances) throws IOException {
        String zone = service.substring(service.indexOf(NameServer.SHOP));
        String name = service.substring(0, service.length() - zone.length() - 1);
        List<String> records = new ArrayList<>();
        for (ServiceInstance instance : instances) {
            String target = "host-" + instance.host().replace('.', '-');
            records.add(target + " 60 A " + instance.host());
            records.add(name + " 1 SRV 0 0 " + instance.port() + ' ' + target);
        }
        server.set(zone, List.of(name), records);
    }
}
