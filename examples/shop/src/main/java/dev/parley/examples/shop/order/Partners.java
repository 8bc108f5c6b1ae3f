package dev.parley.examples.shop.order;

import dev.parley.Code;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.payment.v1.PaymentService;
import dev.parley.examples.shop.product.v1.ProductService;
import dev.parley.examples.shop.recommendation.v1.RecommendationService;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.ChannelBuilder;
import dev.parley.rpc.ErrorTranslation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The services that an order needs, each over a channel of its own. */
public final class Partners implements AutoCloseable {

    private final List<Channel> channels = new ArrayList<>();
    private final UserService users;
    private final InventoryService.Client inventory;
    private final CallOptions soon;
    private final ProductService products;
    private final PaymentService payments;
    private final RecommendationService recommendations;

    /**
     * Partners over channels to the names {@code user-service}, {@code inventory-service} and so on. {@code
     * Channel::builder} looks for each in the environment: {@code INVENTORY_SERVICE_URL}.
     */
    public Partners(Function<String, ChannelBuilder> channelTo, Patience patience) {
        this.soon = CallOptions.defaults().withTimeout(patience.inventory());
        this.users = UserService.client(open(channelTo, "user-service"));
        this.inventory =
                InventoryService.client(open(channelTo, "inventory-service")).with(soon);
        this.products = ProductService.client(open(channelTo, "product-service"));
        this.payments = PaymentService.client(open(channelTo, "payment-service"));
        this.recommendations = RecommendationService.client(open(channelTo, "recommendation-service"));
    }

    private Channel open(Function<String, ChannelBuilder> channelTo, String name) {
        Channel channel =
                channelTo.apply(name).interceptors(List.of(errorsOf(name))).build();
        channels.add(channel);
        return channel;
    }

    /** What a partner's errors are to our callers: who it was they may know, but not where it runs. */
    private static ErrorTranslation errorsOf(String name) {
        return ErrorTranslation.defaults()
                // What does not exist there was asked for by our caller: to us it is a wrong argument.
                .map(Code.NOT_FOUND, Code.INVALID_ARGUMENT)
                .map(Code.UNAVAILABLE, Code.UNAVAILABLE, name + " is not available")
                .map(Code.DEADLINE_EXCEEDED, Code.DEADLINE_EXCEEDED, name + " did not answer in time");
    }

    UserService users() {
        return users;
    }

    InventoryService inventory() {
        return inventory;
    }

    /** The same for what belongs to one order: the inventory knows a repeat by the order's id, so it may be tried again. */
    InventoryService inventoryFor(String orderId) {
        return inventory.with(soon.withIdempotencyKey(orderId));
    }

    ProductService products() {
        return products;
    }

    PaymentService payments() {
        return payments;
    }

    RecommendationService recommendations() {
        return recommendations;
    }

    @Override
    public void close() {
        channels.forEach(Channel::close);
    }
}
