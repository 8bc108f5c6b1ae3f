package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Messages;
import dev.parley.examples.shop.inventory.v1.StockUpdate;
import dev.parley.examples.shop.inventory.v1.WatchStockRequest;
import dev.parley.examples.shop.processes.Member;
import dev.parley.examples.shop.servers.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Every service replaced while it is used. */
final class Restarts {

    private static final int PER_SECOND = 20;
    private static final int WATCHERS = 5;

    static final List<Step<Town>> STEPS = List.of(
            new Step<>("every service is replaced while orders come in, and the registry dies meanwhile", Restarts::play));

    private Restarts() {}

    /** Reads the stock of one product for as long as it is open, and resumes where a stream is ended by its server. */
    private static final class Watcher implements Runnable {
        private final Town town;
        private final AtomicBoolean stop;
        final AtomicInteger updates = new AtomicInteger();
        final AtomicInteger resumed = new AtomicInteger();
        final List<String> failures = new CopyOnWriteArrayList<>();
        volatile int last = -1;

        Watcher(Town town, AtomicBoolean stop) {
            this.town = town;
            this.stop = stop;
        }

        @Override
        public void run() {
            WatchStockRequest request =
                    WatchStockRequest.newBuilder().addProductIds("sku-2").build();
            while (!stop.get()) {
                try (Messages<StockUpdate> stream = town.inventory().watchStock(request)) {
                    for (StockUpdate update : stream) {
                        last = update.getAvailable();
                        updates.incrementAndGet();
                        if (stop.get()) {
                            return;
                        }
                    }
                } catch (CallException e) {
                    if (!stop.get() && !String.valueOf(e.getMessage()).contains("shutting down")) {
                        failures.add(e.toString());
                    }
                }
                resumed.incrementAndGet();
            }
        }
    }

    private static String play(Town town) throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        List<Watcher> watchers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        int replaced = 0;
        int connections = 0;
        long running = 0;
        int before = town.available("sku-2");
        Traffic.Report orders;
        try (Traffic traffic = Traffic.of(PER_SECOND, () -> town.buy("sku-2"))) {
            for (int i = 0; i < WATCHERS; i++) {
                Watcher watcher = new Watcher(town, stop);
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
                    dev.parley.examples.shop.member.v1.Member last = replace(town, old);
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
            Expect.equal(List.of(), watcher.failures, "what streams failed with");
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
                + " failed, the slowest took " + orders.slowestMillis() + " ms; " + WATCHERS + " open streams, " + updates
                + " updates, resumed " + resumed + " times, none lost; the registry was killed and came back";
    }

    /** The new one first; the old one goes once its clients have found the new one, which shows in the calls that it gets. */
    private static dev.parley.examples.shop.member.v1.Member replace(Town town, Member old)
            throws InterruptedException {
        Member added = town.fleet.add(old.name());
        Town.await(added.id() + " is called", () -> town.calls(added) > 0);
        dev.parley.examples.shop.member.v1.Member last = town.stateOf(old);
        Expect.that(town.fleet.retire(old), old.id() + " ends by itself");
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
