package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.broker.BrokerServer;
import dev.parley.examples.shop.servers.EventSettings;
import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.Shop;
import dev.parley.examples.shop.servers.ShopSettings;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.Fixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The shop while its broker, which is another process's as far as it can tell, cannot be reached. */
@Timeout(300)
class BrokerAwayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private int ready(String url) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(url + "/readyz"))
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private void await(Shop shop, List<Part> parts, int status) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        for (Part part : parts) {
            while (ready(shop.url(part)) != status) {
                assertThat(System.nanoTime())
                        .as("/readyz of %s comes to %d", part.id(), status)
                        .isLessThan(until);
                Thread.sleep(50);
            }
        }
    }

    @Test
    void whoNeedsItIsNotReadyWithoutItAndReadyAgainWhenItIsBack() throws Exception {
        BrokerServer broker =
                fixture.open(BrokerServer.builder().store("memory:").start());
        FaultProxy network = fixture.proxy(broker.port());
        Shop shop = fixture.open(Shop.open(ShopSettings.defaults()
                .withEvents(EventSettings.defaults().withBroker("parley://" + network.authority()))));
        List<Part> needing = List.of(Part.NOTIFICATION, Part.ANALYTICS);
        List<Part> others = List.of(Part.ORDER, Part.INVENTORY);
        await(shop, needing, 200);
        await(shop, others, 200);
        network.inject(new Fault.Refuse());
        network.resetConnections();
        await(shop, needing, 503);
        for (Part part : others) {
            assertThat(ready(shop.url(part)))
                    .as("%s goes on without it", part.id())
                    .isEqualTo(200);
        }
        network.heal();
        await(shop, needing, 200);
    }
}
