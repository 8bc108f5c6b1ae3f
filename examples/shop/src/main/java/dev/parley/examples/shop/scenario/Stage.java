package dev.parley.examples.shop.scenario;

import dev.parley.chain.Chain;
import dev.parley.examples.shop.analytics.v1.AnalyticsService;
import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.notification.v1.NotificationService;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.recommendation.v1.RecommendationService;
import dev.parley.examples.shop.servers.EventSettings;
import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.Shop;
import dev.parley.examples.shop.servers.ShopSettings;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.rpc.Channel;
import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;
import dev.parley.telemetry.Telemetry;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the steps play on: a shop on free ports, clients of it, and those who watch. */
final class Stage implements AutoCloseable {

    private final Deque<Channel> channels = new ArrayDeque<>();
    final Witness witness = new Witness();
    final Rendezvous rendezvous = new Rendezvous();
    final Rest rest = new Rest();
    final Spans spans = new Spans();
    final Telemetry telemetry = spans.telemetry();
    final Shop shop;
    final UserService.Client users;
    final InventoryService.Client inventory;
    final RecommendationService.Client recommendations;
    final OrderService.Client orders;
    final OrderService.Client connectOrders;
    final OrderService.Client webOrders;
    final NotificationService.Client notification;
    final AnalyticsService.Client analytics;

    private Stage(Optional<String> broker) {
        EventSettings events = EventSettings.defaults().withTelemetry(spans.messages());
        shop = Shop.open(ShopSettings.defaults()
                .withInterceptors(List.of(witness, rendezvous))
                .withTelemetry(telemetry)
                .withEvents(broker.map(events::withBroker).orElse(events)));
        users = UserService.client(grpc(shop.url(Part.USER)));
        inventory = InventoryService.client(grpc(shop.url(Part.INVENTORY)));
        recommendations = RecommendationService.client(grpc(shop.url(Part.RECOMMENDATION)));
        orders = OrderService.client(grpc(shop.url(Part.ORDER)));
        connectOrders = OrderService.client(connect(shop.url(Part.ORDER)));
        webOrders = OrderService.client(web(shop.url(Part.ORDER)));
        // By its name: it is stopped meanwhile, and elsewhere then.
        notification = NotificationService.client(grpc(shop.target(Part.NOTIFICATION)));
        analytics = AnalyticsService.client(grpc(shop.url(Part.ANALYTICS)));
    }

    /** Over this broker, or the shop's own. */
    static Stage open(Optional<String> broker) {
        return new Stage(broker);
    }

    /** A channel that speaks gRPC with protobuf. */
    Channel grpc(String url) {
        return keep(Channel.builder(url).telemetry(telemetry).build());
    }

    /** As {@link #grpc}, without policies: it shows what the service itself does. */
    Channel plain(String url) {
        return keep(Channel.builder(url).chain(Chain.empty()).build());
    }

    private Channel connect(String url) {
        return keep(Channel.builder(url)
                .protocol(RpcProtocol.CONNECT)
                .codec(Codec.JSON)
                .telemetry(telemetry)
                .build());
    }

    private Channel web(String url) {
        return keep(Channel.builder(url).protocol(RpcProtocol.GRPC_WEB).build());
    }

    private Channel keep(Channel channel) {
        channels.push(channel);
        return channel;
    }

    static CreateOrderRequest order(String userId, String productId, int quantity) {
        return CreateOrderRequest.newBuilder()
                .setUserId(userId)
                .setProductId(productId)
                .setQuantity(quantity)
                .build();
    }

    StockLevel stock(String productId) {
        return inventory.checkStock(
                CheckStockRequest.newBuilder().setProductId(productId).build());
    }

    /** The services and their ports. */
    String describe() {
        return Arrays.stream(Part.values())
                .map(part -> part.id() + " "
                        + shop.url(part).substring(shop.url(part).lastIndexOf(':')))
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        rest.close();
        channels.forEach(Channel::close);
        shop.close();
        spans.close();
    }
}
