package dev.parley.examples.shop.servers;

import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.examples.shop.inventory.StockStore;
import dev.parley.examples.shop.order.OrderStore;
import dev.parley.examples.shop.order.Partners;
import dev.parley.http.HttpServer;
import dev.parley.messaging.MessageBroker;
import dev.parley.resilience.ResilienceListener;
import dev.parley.rpc.Channel;
import dev.parley.rpc.ChannelBuilder;
import dev.parley.rpc.RpcServer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The shop, running in one process: a server a service, on a port each, two of the inventory, and one of the page that calls
 * them from a browser. They register themselves and find each other by name in the registry of this process; what the
 * environment says of a name goes ahead of it.
 */
public final class Shop implements AutoCloseable {

    private final ShopSettings settings;
    private final Directory directory;
    private final ServiceRegistry registry;
    private final Implementations implementations;
    private final Map<Part, List<String>> urls = Collections.synchronizedMap(new EnumMap<>(Part.class));
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final Deque<Runnable> closingNotification = new ArrayDeque<>();
    private final DataFolder data;
    private final Listeners listeners;
    private @Nullable OrderStore orders;
    private int pagePort;

    private Shop(ShopSettings settings) {
        this.settings = settings;
        this.directory = settings.directory();
        this.implementations = new Implementations(settings);
        this.registry = ServiceRegistry.connect(directory.registry());
        closing.push(registry::close);
        this.data = DataFolder.of(settings.events().data());
        closing.push(data::close);
        this.listeners = new Listeners(settings, data);
    }

    /**
     * Opens the shop, filled with the demo's goods.
     *
     * @throws CannotListen if a port cannot be had; nothing stays open then
     */
    public static Shop open(ShopSettings settings) {
        Shop shop = new Shop(settings);
        try {
            shop.start();
            return shop;
        } catch (RuntimeException e) {
            shop.close();
            throw e;
        }
    }

    private void start() {
        openPage();
        serve(Part.USER, implementations::users);
        // Both sell from the same shelves: two copies of the stock would sell everything twice.
        StockStore stock = implementations.stock();
        MessageBroker ofStock = listeners.stock(stock, closing);
        serve(Part.INVENTORY, server -> {
            BrokerHealth.missed(server, ofStock, closing);
            implementations.inventory(server, stock);
        });
        serve(Part.PAYMENT, implementations::payments);
        serve(Part.PRODUCT, implementations::products);
        serve(Part.RECOMMENDATION, implementations::recommendations);
        startNotification();
        closing.push(this::stopNotification);
        serve(Part.ANALYTICS, server -> listeners.analytics(server, closing));
        serve(Part.ORDER, server -> {
            OrderStore store =
                    listeners.orders(server, Part.ORDER.id(), closing).orders();
            orders = store;
            implementations.orders(server, store, partners(Map.of(), Map.of()));
        });
    }

    /** Starts the notification service, which is not running: it was stopped, or is new. */
    public void startNotification() {
        Channel users = channel(Part.USER.id(), Map.of(), Map.of()).build();
        closingNotification.push(users::close);
        serve(
                Part.NOTIFICATION,
                server -> listeners.notification(server, users, closingNotification),
                closingNotification);
    }

    /** Stops the notification service; without effect if it is not running. */
    public void stopNotification() {
        closingNotification.forEach(Runnable::run);
        closingNotification.clear();
    }

    /** The folder that e-mails are put into. */
    public Path emails() {
        return data.emails();
    }

    /** The broker's URI, without its secrets. */
    public String broker() {
        return EventSettings.describe(settings.events().broker());
    }

    /** First, because the services have to know its origin. */
    private void openPage() {
        HttpServer page = Storefront.open(settings.host(), ShopSettings.pagePort(settings.basePort()), this::urls);
        closing.push(() -> page.shutdown(settings.grace()));
        pagePort = page.port();
    }

    private Map<Part, String> urls() {
        Map<Part, String> first = new EnumMap<>(Part.class);
        urls.forEach((part, each) -> first.put(part, each.getFirst()));
        return first;
    }

    /**
     * Opens one more order service, which looks for {@code moved} at another URL. It is not registered.
     *
     * @return where it is
     */
    public String openOrders(Part moved, String url) {
        return openOrders(moved, url, ClientPolicies.defaults(), event -> {});
    }

    /** As {@link #openOrders(Part, String)}, with {@code policies} for the calls to {@code moved}. */
    public String openOrders(Part moved, String url, ClientPolicies policies, ResilienceListener listener) {
        ClientResilience partner = new ClientResilience(moved.id(), policies);
        partner.listen(listener);
        Partners partners = partners(Map.of(moved, url), Map.of(moved, partner));
        RpcServer.Builder described = describe(0);
        implementations.orders(described, Objects.requireNonNull(orders, "the shop is open"), partners);
        return listen(described, 0, closing);
    }

    private Partners partners(Map<Part, String> moved, Map<Part, ClientResilience> special) {
        Partners partners = new Partners(name -> channel(name, moved, special), settings.patience());
        closing.push(partners::close);
        return partners;
    }

    private ChannelBuilder channel(String name, Map<Part, String> moved, Map<Part, ClientResilience> special) {
        Part part = Part.of(name);
        ClientResilience partner = special.getOrDefault(part, new ClientResilience(name, ClientPolicies.defaults()));
        return Channel.builder(moved.getOrDefault(part, directory.target(name)))
                .chain(DefaultChains.client(partner, settings.telemetry()));
    }

    private void serve(Part part, Consumer<RpcServer.Builder> implementation) {
        serve(part, implementation, closing);
    }

    private void serve(Part part, Consumer<RpcServer.Builder> implementation, Deque<Runnable> closers) {
        List<String> started = new ArrayList<>();
        for (int number = 1; number <= part.instances(); number++) {
            String id = part.id() + "-" + number;
            int port = ShopSettings.port(settings.basePort(), part, number);
            RpcServer.Builder described = describe(port);
            described.register(
                    registry,
                    got -> ServiceInstance.of(part.id(), settings.reachedAt(), got)
                            .withId(id));
            implementation.accept(described);
            started.add(listen(described, port, closers));
        }
        urls.put(part, List.copyOf(started));
    }

    private RpcServer.Builder describe(int port) {
        return RpcServer.builder()
                .host(settings.host())
                .port(port)
                .interceptors(settings.interceptors())
                .telemetry(settings.telemetry())
                .cors(Storefront.cors(settings.host(), pagePort));
    }

    private String listen(RpcServer.Builder described, int port, Deque<Runnable> closers) {
        RpcServer server;
        try {
            server = described.start();
        } catch (UncheckedIOException e) {
            throw new CannotListen(settings.host(), port, e);
        }
        closers.push(() -> server.shutdown(settings.grace()));
        return "http://" + settings.host() + ":" + server.port();
    }

    /** Where a service is, such as {@code http://127.0.0.1:7001}; the first instance if there are two. */
    public String url(Part part) {
        return urls(part).getFirst();
    }

    /** Where all its instances are. */
    public List<String> urls(Part part) {
        return Objects.requireNonNull(urls.get(part), part::id);
    }

    /** How to look for a service by its name, such as {@code local://shop-1/inventory-service}. */
    public String target(Part part) {
        return directory.target(part.id());
    }

    /** Where the page is, such as {@code http://127.0.0.1:7007/}. */
    public String pageUrl() {
        return "http://" + settings.host() + ":" + pagePort + "/";
    }

    /** Stops the servers, those that call others first, each when its calls have ended. */
    @Override
    public void close() {
        closing.forEach(Runnable::run);
        closing.clear();
    }
}
