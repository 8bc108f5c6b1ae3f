package dev.parley.examples.shop.servers;

import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.examples.shop.inventory.Inventory;
import dev.parley.examples.shop.inventory.StockStore;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.order.OrderStore;
import dev.parley.examples.shop.order.Orders;
import dev.parley.examples.shop.order.Partners;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.payment.Ledger;
import dev.parley.examples.shop.payment.Payments;
import dev.parley.examples.shop.payment.v1.PaymentService;
import dev.parley.examples.shop.product.Products;
import dev.parley.examples.shop.product.v1.ProductService;
import dev.parley.examples.shop.recommendation.Recommendations;
import dev.parley.examples.shop.recommendation.v1.RecommendationService;
import dev.parley.examples.shop.user.UserStore;
import dev.parley.examples.shop.user.Users;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.http.HttpServer;
import dev.parley.resilience.ResilienceListener;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.ServiceDefinition;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The shop, running: six servers, each on a port of its own, that know each other by their URLs alone, and one of the page
 * that calls them from a browser. They share this process for the demo's sake only.
 */
public final class Shop implements AutoCloseable {

    private final ShopSettings settings;
    private final Map<Part, String> urls = Collections.synchronizedMap(new EnumMap<>(Part.class));
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private int pagePort;

    private Shop(ShopSettings settings) {
        this.settings = settings;
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
        UserStore users = new UserStore(settings.maxEntries());
        DemoGoods.addUsers(users);
        StockStore stock = new StockStore(settings.maxEntries());
        DemoGoods.addStock(stock);

        serve(Part.USER, UserService.DEFINITION, new Users(users));
        serve(Part.INVENTORY, InventoryService.DEFINITION, new Inventory(stock, DemoGoods.MISBEHAVING_STOCK));
        serve(Part.PAYMENT, PaymentService.DEFINITION, new Payments(new Ledger(settings.maxEntries())));
        serve(Part.PRODUCT, ProductService.DEFINITION, new Products(DemoGoods.products()));
        serve(
                Part.RECOMMENDATION,
                RecommendationService.DEFINITION,
                new Recommendations(DemoGoods.POPULAR, DemoGoods.MISBEHAVING_SUGGESTIONS));
        urls.put(Part.ORDER, openOrders(settings.port(Part.ORDER), urls, Map.of()));
    }

    /** First, because the services have to know its origin. */
    private void openPage() {
        HttpServer page = start(
                () -> Storefront.server(settings.host(), settings.pagePort(), urls)
                        .start(),
                settings.pagePort());
        closing.push(() -> page.shutdown(settings.grace()));
        pagePort = page.port();
    }

    /**
     * Opens one more order service, which looks for {@code moved} at another URL.
     *
     * @return where it is
     */
    public String openOrders(Part moved, String url) {
        return openOrders(moved, url, ClientPolicies.defaults(), event -> {});
    }

    /** As {@link #openOrders(Part, String)}, with {@code policies} for the calls to {@code moved}. */
    public String openOrders(Part moved, String url, ClientPolicies policies, ResilienceListener listener) {
        Map<Part, String> elsewhere = new EnumMap<>(urls);
        elsewhere.put(moved, url);
        ClientResilience partner = new ClientResilience(moved.id(), policies);
        partner.listen(listener);
        return openOrders(0, elsewhere, Map.of(moved, partner));
    }

    private String openOrders(int port, Map<Part, String> partnerUrls, Map<Part, ClientResilience> special) {
        Partners partners = new Partners(
                name -> {
                    Part part = Part.of(name);
                    ClientResilience partner =
                            special.getOrDefault(part, new ClientResilience(name, ClientPolicies.defaults()));
                    return Channel.builder(at(part, partnerUrls))
                            .chain(DefaultChains.client(partner, settings.telemetry()));
                },
                settings.patience());
        closing.push(partners::close);
        OrderStore store = new OrderStore(settings.maxEntries());
        return listen(port, OrderService.DEFINITION, new Orders(store, partners, settings.patience()));
    }

    private <S> void serve(Part part, ServiceDefinition<S> definition, S implementation) {
        urls.put(part, listen(settings.port(part), definition, implementation));
    }

    private <S> String listen(int port, ServiceDefinition<S> definition, S implementation) {
        RpcServer.Builder described = RpcServer.builder()
                .host(settings.host())
                .port(port)
                .interceptors(settings.interceptors())
                .telemetry(settings.telemetry())
                .cors(Storefront.cors(settings.host(), pagePort))
                .service(definition, implementation);
        RpcServer server = start(described::start, port);
        closing.push(() -> server.shutdown(settings.grace()));
        return "http://" + settings.host() + ":" + server.port();
    }

    private <S> S start(Supplier<S> server, int port) {
        try {
            return server.get();
        } catch (UncheckedIOException e) {
            throw new CannotListen(settings.host(), port, e);
        }
    }

    /** Where a service is, such as {@code http://127.0.0.1:7001}. */
    public String url(Part part) {
        return at(part, urls);
    }

    /** Where the page is, such as {@code http://127.0.0.1:7007/}. */
    public String pageUrl() {
        return "http://" + settings.host() + ":" + pagePort + "/";
    }

    private static String at(Part part, Map<Part, String> urls) {
        return Objects.requireNonNull(urls.get(part), part::id);
    }

    /** Stops the servers, those that call others first, each when its calls have ended. */
    @Override
    public void close() {
        closing.forEach(Runnable::run);
        closing.clear();
    }
}
