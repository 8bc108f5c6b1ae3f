package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.chain.Chain;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.servers.Part;
import dev.parley.rpc.Channel;
import dev.parley.telemetry.Telemetry;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** More calls than is good for a service: because all are tried again, or because there are too many. */
final class Storms {

    private static final double MOST_LOAD = 1.3;

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("a retry storm is stopped by the budget", stage -> retries(stage, 1)),
            new Step<>("a retry storm over three hops does not multiply", stage -> retries(stage, 3)),
            new Step<>("overload is survived by shedding it", Overload::play));

    private Storms() {}

    /** Breakers would end the storm early, so they are left out: the budget has to do it alone. */
    private static Chain withoutBreaker(String service) {
        return DefaultChains.client(new ClientResilience(service, ClientPolicies.defaults()), Telemetry.off())
                .without("breaker");
    }

    private static String retries(Stage stage, int hops) throws InterruptedException {
        int calls = 800;
        AtomicInteger arrived = new AtomicInteger();
        // Nobody gets through to the stock, whatever is behind.
        try (Channel stock = Channel.builder(stage.shop.url(Part.INVENTORY)).build();
                Hops path = new Hops()) {
            String url = path.add(Relay.open(stock, Telemetry.off(), () -> {
                arrived.incrementAndGet();
                throw new CallException(Code.UNAVAILABLE, "the warehouse burns");
            }));
            for (int hop = 1; hop < hops; hop++) {
                Channel next = path.keep(
                        Channel.builder(url).chain(withoutBreaker("hop-" + hop)).build());
                url = path.add(Relay.open(next, Telemetry.off(), () -> {}));
            }
            InventoryService client = InventoryService.client(path.keep(
                    Channel.builder(url).chain(withoutBreaker("client")).build()));
            Semaphore atOnce = new Semaphore(100);
            AtomicInteger failed = new AtomicInteger();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < calls; i++) {
                    atOnce.acquire();
                    threads.execute(() -> {
                        try {
                            client.checkStock(CheckStockRequest.newBuilder()
                                    .setProductId("sku-1")
                                    .build());
                        } catch (CallException expected) {
                            failed.incrementAndGet();
                        } finally {
                            atOnce.release();
                        }
                    });
                }
            }
            Expect.equal(calls, failed.get(), "how many calls failed");
            double load = arrived.get() / (double) calls;
            Expect.that(
                    load < MOST_LOAD, "the last service gets less than " + MOST_LOAD + " times the calls, not " + load);
            return String.format(
                    Locale.ROOT,
                    "%d calls over %d hop(s) that all fail arrive %d times, %.2f times what they were; three attempts a "
                            + "hop would be %.0f",
                    calls,
                    hops,
                    arrived.get(),
                    load,
                    Math.pow(3, hops));
        }
    }
}
