package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.chain.Chain;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.member.v1.GetMemberRequest;
import dev.parley.examples.shop.member.v1.MemberService;
import dev.parley.examples.shop.member.v1.MemberState;
import dev.parley.examples.shop.member.v1.MisbehaveRequest;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.order.v1.OrderStatus;
import dev.parley.examples.shop.processes.Fleet;
import dev.parley.examples.shop.processes.FleetSettings;
import dev.parley.examples.shop.processes.Member;
import dev.parley.examples.shop.servers.EventSettings;
import dev.parley.examples.shop.servers.Part;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** What the steps play on that need processes: the shop in many of them, and clients that find it by name. */
final class Town implements AutoCloseable {

    private static final int MOST_LINES = 200;
    private static final int PATIENCE_SECONDS = 60;
    private static final int PAUSE_MILLIS = 10;
    private static final int WARM_ORDERS = 30;
    private static final Duration WARM_UP = Duration.ofMinutes(2);

    /** Longer than any machine should need: what is to be seen is whether an order fails, not how long it takes. */
    static final Duration LONGEST_ORDER = Duration.ofMinutes(1);

    private final Deque<Channel> channels = new ArrayDeque<>();
    private final Map<Member, Channel> members = new HashMap<>(); // guarded by itself
    private final Deque<String> lines = new ArrayDeque<>(); // guarded by itself
    /** What is shown is that no order fails, not how busy the machine is: twelve JVMs on it may take their time. */
    final Fleet fleet;

    private final AtomicReference<OrderService> orders = new AtomicReference<>();
    private final AtomicReference<InventoryService> inventory = new AtomicReference<>();

    private Town(Optional<String> broker) {
        fleet = Fleet.of(FleetSettings.defaults()
                .withBroker(broker)
                .withPatience(Duration.ofSeconds(30))
                .telling((member, took) -> {}, this::note));
    }

    /** Starts all of it, which takes some seconds. */
    static Town open(Optional<String> broker) throws InterruptedException {
        Town town = new Town(broker);
        try {
            town.fleet.start();
            town.orders.set(OrderService.client(town.channel(Part.ORDER.id(), ClusterPolicy.defaults()))
                    .with(CallOptions.defaults().withTimeout(LONGEST_ORDER)));
            town.inventory.set(InventoryService.client(town.channel(Part.INVENTORY.id(), ClusterPolicy.defaults())));
            town.warmUp();
            return town;
        } catch (InterruptedException | RuntimeException e) {
            town.close();
            throw e;
        }
    }

    /** What has just started is slow: the steps begin once orders go through, one after the other. */
    private void warmUp() throws InterruptedException {
        int inARow = 0;
        long until = System.nanoTime() + WARM_UP.toNanos();
        while (inARow < WARM_ORDERS) {
            try {
                buy("sku-2");
                inARow++;
            } catch (CallException e) {
                inARow = 0;
                if (System.nanoTime() - until > 0) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void note(String line) {
        synchronized (lines) {
            if (lines.size() == MOST_LINES) {
                lines.removeFirst();
            }
            lines.add(line);
        }
    }

    /** The last lines that the processes have printed. */
    List<String> lastLines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** A channel to a service by its name. */
    Channel channel(String name, ClusterPolicy policy) {
        Channel channel = Channel.builder(fleet.target(name)).balancing(policy).build();
        channels.push(channel);
        return channel;
    }

    /**
     * Without a breaker: a stream without an end that its server cuts off as it goes counts as failed, and five of them at once
     * would keep the others from being resumed for half a minute.
     */
    InventoryService inventoryWithoutBreaker() {
        Chain chain = DefaultChains.client(
                        new ClientResilience(Part.INVENTORY.id(), ClientPolicies.defaults()), Telemetry.off())
                .without("breaker");
        Channel channel =
                Channel.builder(fleet.target(Part.INVENTORY.id())).chain(chain).build();
        channels.push(channel);
        return InventoryService.client(channel);
    }

    OrderService orders() {
        return orders.get();
    }

    InventoryService inventory() {
        return inventory.get();
    }

    /** Orders one piece. */
    void buy(String productId) {
        OrderStatus status =
                orders().createOrder(Stage.order("u-1", productId, 1)).getStatus();
        Expect.equal(OrderStatus.PAID, status, "the order's status");
    }

    int available(String productId) {
        return inventory()
                .checkStock(
                        CheckStockRequest.newBuilder().setProductId(productId).build())
                .getAvailable();
    }

    /** The instances of a part. */
    List<Member> of(Part part) {
        return fleet.members(part.id());
    }

    private MemberService conduct(Member member) {
        Channel channel;
        synchronized (members) {
            channel = members.computeIfAbsent(
                    member, each -> Channel.builder(each.url()).build());
        }
        return MemberService.client(channel);
    }

    /** What an instance says of itself. */
    MemberState stateOf(Member member) {
        return conduct(member).getMember(GetMemberRequest.getDefaultInstance());
    }

    /** How many calls of its service an instance has been asked for. */
    long calls(Member member) {
        return stateOf(member).getCalls();
    }

    /** Makes an instance slow, or fail, or neither. */
    void misbehave(Member member, Duration delay, boolean fails) {
        conduct(member)
                .misbehave(MisbehaveRequest.newBuilder()
                        .setDelayMs((int) delay.toMillis())
                        .setFails(fails)
                        .build());
    }

    void behave(Member member) {
        misbehave(member, Duration.ZERO, false);
    }

    /** Waits for what is to come. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("after " + PATIENCE_SECONDS + " s it still is not so that " + what);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    /** How many processes there are, and where the registry is. */
    String describe() {
        return fleet.members().size() + " processes, registered at " + fleet.registryUri() + ", events over "
                + EventSettings.describe(fleet.brokerUri());
    }

    @Override
    public void close() {
        channels.forEach(Channel::close);
        List<Channel> all;
        synchronized (members) {
            all = new ArrayList<>(members.values());
        }
        all.forEach(Channel::close);
        fleet.close();
    }
}
