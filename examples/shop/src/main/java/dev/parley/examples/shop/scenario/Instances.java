package dev.parley.examples.shop.scenario;

import dev.parley.discovery.ClusterEvent;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.OutlierPolicy;
import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.processes.Member;
import dev.parley.examples.shop.servers.Part;
import dev.parley.rpc.CallOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Two instances of the inventory, of which one is killed, is slow, or fails. */
final class Instances {

    private static final int PER_SECOND = 40;

    static final List<Step<Town>> STEPS = List.of(
            // First, while both are as old as the other: what is new or has been ejected gets less work at first
            // anyway.
            new Step<>("an inventory that answers slowly gets less work", Instances::slow),
            new Step<>("an inventory that answers errors is ejected, and comes back", Instances::failing),
            new Step<>("an inventory is killed (-9) while orders come in, and none fails", Instances::killed));

    private Instances() {}

    private static String killed(Town town) throws InterruptedException {
        int before = town.available("sku-2");
        Member victim = town.of(Part.INVENTORY).getFirst();
        Member survivor = town.of(Part.INVENTORY).getLast();
        Traffic.Report orders;
        try (Traffic traffic = Traffic.of(PER_SECOND, () -> town.buy("sku-2"))) {
            traffic.await(PER_SECOND);
            Expect.that(town.calls(victim) > 0, victim.id() + " has been asked before it is killed");
            town.fleet.kill(victim);
            Expect.that(!victim.isAlive(), victim.id() + " is dead");
            traffic.await(4 * PER_SECOND);
            orders = traffic.stop().expectAllGood("orders");
        }
        int sold = before - town.available("sku-2");
        Expect.equal(orders.calls(), sold, "the pieces that have left the shelf");
        Member added = town.fleet.add(Part.INVENTORY.id());
        return orders.calls() + " orders, " + orders.failed() + " failed, the slowest took " + orders.slowestMillis()
                + " ms; " + sold + " pieces sold, " + town.calls(survivor) + " calls at " + survivor.id()
                + "; then " + added.id() + " took the place of " + victim.id();
    }

    private static String slow(Town town) throws InterruptedException {
        // Far more than what a busy machine adds to a call to the other one.
        Duration delay = Duration.ofSeconds(1);
        Member slow = town.of(Part.INVENTORY).getFirst();
        Member quick = town.of(Part.INVENTORY).getLast();
        try (Traffic traffic = Traffic.of(PER_SECOND, () -> town.buy("sku-2"))) {
            traffic.await(PER_SECOND);
            Shares before = Shares.during(town, slow, quick, traffic);
            town.misbehave(slow, delay, false);
            Shares after;
            try {
                after = Shares.during(town, slow, quick, traffic);
            } finally {
                town.behave(slow);
            }
            Traffic.Report orders = traffic.stop().expectAllGood("orders");
            Expect.that(
                    after.ofFirst() * 2 < after.ofSecond(),
                    "the slow one gets less than half of what the quick one gets, but it got " + after);
            return slow.id() + " got " + before + " calls, and then, " + delay.toSeconds() + " s slower, " + after
                    + "; " + orders.calls() + " orders, " + orders.failed() + " failed";
        }
    }

    /** What two instances were asked for, while a number of orders came in. */
    private record Shares(long ofFirst, long ofSecond) {

        static Shares during(Town town, Member first, Member second, Traffic traffic) throws InterruptedException {
            long firstBefore = town.calls(first);
            long secondBefore = town.calls(second);
            traffic.await(3 * PER_SECOND);
            return new Shares(town.calls(first) - firstBefore, town.calls(second) - secondBefore);
        }

        @Override
        public String toString() {
            return ofFirst + " of " + (ofFirst + ofSecond) + " (" + 100 * ofFirst / Math.max(1, ofFirst + ofSecond)
                    + " %)";
        }
    }

    private static String failing(Town town) throws InterruptedException {
        Member ill = town.of(Part.INVENTORY).getFirst();
        String authority = ill.url().substring("http://".length());
        Duration ejection = Duration.ofSeconds(2);
        List<ClusterEvent> events = new CopyOnWriteArrayList<>();
        ClusterPolicy policy = ClusterPolicy.defaults()
                .withOutliers(OutlierPolicy.defaults().withTimes(ejection, ejection.multipliedBy(10)))
                .withListener(events::add);
        InventoryService client = InventoryService.client(town.channel(Part.INVENTORY.id(), policy))
                .with(CallOptions.defaults().withTimeout(Town.LONGEST_ORDER));
        CheckStockRequest asked =
                CheckStockRequest.newBuilder().setProductId("sku-2").build();
        Traffic.Report orders;
        Traffic.Report checks;
        String reason;
        try (Traffic buying = Traffic.of(PER_SECOND, () -> town.buy("sku-2"));
                Traffic checking = Traffic.of(PER_SECOND, () -> client.checkStock(asked))) {
            checking.await(PER_SECOND);
            town.misbehave(ill, Duration.ZERO, true);
            Town.await(ill.id() + " is ejected", () -> reasonOf(events, authority) != null);
            reason = String.valueOf(reasonOf(events, authority));
            town.behave(ill);
            Town.await(ill.id() + " is back", () -> hasReturned(events, authority));
            long atReturn = town.calls(ill);
            Town.await(ill.id() + " is called again", () -> town.calls(ill) > atReturn);
            orders = buying.stop().expectAllGood("orders");
            checks = checking.stop().expectAllGood("questions about stock");
        }
        List<String> told = new ArrayList<>();
        for (ClusterEvent event : events) {
            if (event instanceof ClusterEvent.Ejected || event instanceof ClusterEvent.Returned) {
                told.add(event.getClass().getSimpleName());
            }
        }
        return told + " (" + reason + "), and is called again; " + orders.calls() + " orders and " + checks.calls()
                + " questions about stock meanwhile, " + (orders.failed() + checks.failed()) + " failed";
    }

    private static @Nullable String reasonOf(List<ClusterEvent> events, String authority) {
        for (ClusterEvent event : events) {
            if (event instanceof ClusterEvent.Ejected ejected
                    && ejected.endpoint().authority().equals(authority)) {
                return ejected.reason();
            }
        }
        return null;
    }

    private static boolean hasReturned(List<ClusterEvent> events, String authority) {
        return events.stream()
                .anyMatch(event -> event instanceof ClusterEvent.Returned returned
                        && returned.endpoint().authority().equals(authority));
    }
}
