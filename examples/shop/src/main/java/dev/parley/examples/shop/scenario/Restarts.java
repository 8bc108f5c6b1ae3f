package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.inventory.v1.StockUpdate;
import dev.parley.examples.shop.inventory.v1.WatchStockRequest;
import dev.parley.examples.shop.member.v1.MemberState;
import dev.parley.examples.shop.processes.Member;
import dev.parley.examples.shop.servers.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Every service replaced while it is used. */
final class Restarts {

    private static final int PER_SECOND = 20;
    private static final int WATCHERS = 5;

    static final List<Step<Town>> STEPS = List.of(new Step<>(
            "every service is replaced while orders come in, and the registry dies meanwhile", Restarts::play));

    private Restarts() {}

    /** Reads the stock of one product for as long as it is open, and resumes where its server ends a stream. */
    private static final class Watcher implements Runnable {
        private static final WatchStockRequest REQUEST =
                WatchStockRequest.newBuilder().addProductIds("sku-2").build();

        private final InventoryService inventory;
        private final AtomicBoolean stop;
        final AtomicInteger updates = new AtomicInteger();
        final AtomicInteger resumed = new AtomicInteger();
        final AtomicReference<String> failure = new AtomicReference<>("none");
        volatile int last = -1;

        Watcher(InventoryService inventory, AtomicBoolean stop) {
            this.inventory = inventory;
            this.stop = stop;
        }

        @Override
        public void run() {
            while (!stop.get() && failure.get().equals("none")) {
                int before = updates.get();
                try {
                    read();
                } catch (CallException e) {
                    // What has been heard of before may be cut off; what cannot be opened is a failed call.
                    if (e.code() == Code.UNAVAILABLE && updates.get() > before) {
                        resumed.incrementAndGet();
                    } else if (!stop.get()) {
                        failure.set(e.toString());
                    }
                }
            }
        }

        private void read() {
            try (Messages<StockUpdate> stream = inventory.watchStock(REQUEST)) {
                for (StockUpdate update : stream) {
                    last = update.getAvailable();
                    updates.incrementAndGet();
                }
            }
            failure.set("a stream without an end has ended");
        }
    }

    private static String play(Town town) throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        List<Watcher> watchers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        int replaced = 0;
        int connections = 0;
        long running = 0;
        InventoryService watched = town.inventoryWithoutBreaker();
        int before = town.available("sku-2");
        Traffic.Report orders;
        try (Traffic traffic = Traffic.of(PER_SECOND, () -> town.buy("sku-2"))) {
            for (int i = 0; i < WATCHERS; i++) {
                Watcher watcher = new Watcher(watched, stop);
                watchers.add(watcher);
                threads.add(Thread.ofVirtual().name("shop-watcher").start(watcher));
            }
            for (Watcher watcher : watchers) {
                Town.await("all watchers have heard", () -> watcher.updates.get() > 0);
            }
            traffic.await(PER_SECOND);
            boolean registryDied = false;
            for (Part part : Part.values()) {
                for (Member old : town.of(part)) {
                    MemberState last = replace(town, old);
                    replaced++;
                    connections += last.getConnections();
                    running += last.getRunning();
                    if (!registryDied) {
                        registryDied = true;
                        restartRegistry(town);
                    }
                }
            }
            traffic.await(PER_SECOND);
            orders = traffic.stop().expectAllGood("orders");
        }
        int after = town.available("sku-2");
        for (Watcher watcher : watchers) {
            Town.await("each watcher has heard of the last level " + after, () -> watcher.last == after);
            Expect.equal("none", watcher.failure.get(), "what a stream failed with");
        }
        stop.set(true);
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
        Expect.equal(orders.calls(), before - after, "the pieces that have left the shelf");
        int resumed = watchers.stream().mapToInt(each -> each.resumed.get()).sum();
        int updates = watchers.stream().mapToInt(each -> each.updates.get()).sum();
        return replaced + " instances replaced, with " + connections + " connections and " + running
                + " calls and streams open as they were told to go; " + orders.calls() + " orders, " + orders.failed()
                + " failed, the slowest took " + orders.slowestMillis() + " ms; " + WATCHERS + " open streams, "
                + updates
                + " updates, resumed " + resumed + " times, none lost; the registry was killed and came back";
    }

    /** The new one first; the old one goes once its clients have found the new one, which shows in the calls that it gets. */
    private static MemberState replace(Town town, Member old) throws InterruptedException {
        if (Part.of(old.name()).isAlone()) {
            return replaceAlone(town, old);
        }
        Member added = town.fleet.add(old.name());
        Town.await(added.id() + " is called", () -> town.calls(added) > 0);
        MemberState last = town.stateOf(old);
        Expect.that(town.fleet.retire(old), old.id() + " ends by itself");
        return last;
    }

    /** What keeps a folder goes before the new one comes; events wait for it meanwhile, and nobody calls it. */
    private static MemberState replaceAlone(Town town, Member old) throws InterruptedException {
        MemberState last = town.stateOf(old);
        Expect.that(town.fleet.retire(old), old.id() + " ends by itself");
        town.fleet.add(old.name());
        return last;
    }

    private static void restartRegistry(Town town) throws InterruptedException {
        Member registry = town.fleet.registryMember();
        town.fleet.kill(registry);
        town.fleet.restartRegistry(registry);
        for (Part part : Part.values()) {
            for (Member member : town.of(part)) {
                town.fleet.awaitRegistered(member);
            }
        }
    }
}
