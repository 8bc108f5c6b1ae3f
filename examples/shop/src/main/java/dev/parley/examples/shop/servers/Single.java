package dev.parley.examples.shop.servers;

import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.examples.shop.inventory.Inventory;
import dev.parley.examples.shop.inventory.RemoteStock;
import dev.parley.examples.shop.inventory.StockStore;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.member.v1.MemberService;
import dev.parley.examples.shop.order.OrderDatabase;
import dev.parley.examples.shop.order.Partners;
import dev.parley.rpc.Channel;
import dev.parley.rpc.ChannelBuilder;
import dev.parley.rpc.RpcServer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * One service of the shop, alone in this process. It registers itself, finds all others by name, and closes in the order
 * that lets nobody down: see {@link RpcServer#shutdown}.
 */
public final class Single implements AutoCloseable {

    /** The keeper of the stock, which the instances of the inventory share; not a service that others call. */
    public static final String STOCK = "stock-service";

    /** Short, so that one that was killed is soon forgotten; renewed every 2 s. */
    private static final RegistrationOptions REGISTRATION =
            RegistrationOptions.defaults().withTtl(Duration.ofSeconds(6));

    private final ShopSettings settings;
    private final Directory directory;
    private final Deque<Runnable> closing = new ArrayDeque<>();

    private Single(ShopSettings settings) {
        this.settings = settings;
        this.directory = settings.directory();
    }

    /**
     * Opens {@code name}: {@link #STOCK} or a part's id.
     *
     * @param id what it is registered as
     * @param port where it listens; 0 for a free one
     * @param pagePort the page that may call it
     * @throws CannotListen if the port cannot be had
     */
    public static Single open(ShopSettings settings, String name, String id, int port, int pagePort) {
        Single single = new Single(settings);
        try {
            single.start(name, id, port, pagePort);
            return single;
        } catch (RuntimeException e) {
            single.close();
            throw e;
        }
    }

    /** Where it looks for others. */
    public Directory directory() {
        return directory;
    }

    private void start(String name, String id, int port, int pagePort) {
        ServiceRegistry registry = ServiceRegistry.connect(directory.registry());
        closing.push(registry::close);
        DataFolder data = DataFolder.of(settings.events().data());
        closing.push(data::close);
        Conduct conduct = new Conduct(
                name.equals(STOCK)
                        ? InventoryService.DEFINITION.descriptor().getFullName()
                        : Part.of(name).fullName());
        RpcServer.Builder described = RpcServer.builder()
                .host(settings.host())
                .port(port)
                .interceptors(List.of(conduct))
                .cors(Storefront.cors(settings.host(), pagePort))
                .service(MemberService.DEFINITION, conduct)
                .register(
                        registry,
                        got -> ServiceInstance.of(name, settings.reachedAt(), got)
                                .withId(id),
                        REGISTRATION);
        implement(name, id, new Listeners(settings, data), described);
        try {
            RpcServer server = described.start();
            closing.push(() -> server.shutdown(settings.grace()));
            conduct.count(server::openConnections);
            System.out.println("listening on http://" + settings.reachedAt() + ":" + server.port());
        } catch (UncheckedIOException e) {
            throw new CannotListen(settings.host(), port, e);
        }
    }

    private void implement(String name, String id, Listeners listeners, RpcServer.Builder server) {
        Implementations implementations = new Implementations(settings);
        if (name.equals(STOCK)) {
            StockStore stock = implementations.stock();
            BrokerHealth.missed(server, listeners.stock(stock, closing), closing);
            server.service(InventoryService.DEFINITION, new Inventory(stock, Map.of()));
            return;
        }
        switch (Part.of(name)) {
            case USER -> implementations.users(server);
            case INVENTORY -> {
                Channel stock = channel(STOCK).build();
                closing.push(stock::close);
                implementations.inventory(server, new RemoteStock(stock));
            }
            case PAYMENT -> implementations.payments(server);
            case PRODUCT -> implementations.products(server);
            case RECOMMENDATION -> implementations.recommendations(server);
            case ORDER -> {
                Partners partners = new Partners(this::channel, settings.patience());
                closing.push(partners::close);
                // By its id: another instance has a database of its own.
                OrderDatabase database = listeners.orders(server, id, closing);
                implementations.orders(server, database.orders(), partners);
            }
            case NOTIFICATION -> {
                Channel users = channel(Part.USER.id()).build();
                closing.push(users::close);
                listeners.notification(server, users, closing);
            }
            case ANALYTICS -> listeners.analytics(server, closing);
        }
    }

    private ChannelBuilder channel(String name) {
        ClientResilience partner = new ClientResilience(name, ClientPolicies.defaults());
        return Channel.builder(directory.target(name)).chain(DefaultChains.client(partner, settings.telemetry()));
    }

    @Override
    public void close() {
        closing.forEach(Runnable::run);
        closing.clear();
    }
}
