package dev.parley.examples.shop.servers;

import dev.parley.examples.shop.analytics.Analytics;
import dev.parley.examples.shop.analytics.NumberStore;
import dev.parley.examples.shop.analytics.v1.AnalyticsService;
import dev.parley.examples.shop.events.OrderFollower;
import dev.parley.examples.shop.inventory.OrderedStock;
import dev.parley.examples.shop.inventory.StockStore;
import dev.parley.examples.shop.notification.EmailStore;
import dev.parley.examples.shop.notification.Mailroom;
import dev.parley.examples.shop.notification.Notifications;
import dev.parley.examples.shop.notification.Postman;
import dev.parley.examples.shop.notification.v1.NotificationService;
import dev.parley.examples.shop.order.OrderDatabase;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.StartFrom;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcServer;
import dev.parley.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Deque;
import java.util.List;

/** Connects the services that publish events, and those that follow them, to the broker, each with a database of its own. */
final class Listeners {

    /** An order has at most three events, and each of them one e-mail. */
    private static final int EMAILS_AN_ORDER = 3;

    /** For a broker that is slow to confirm, when all else has stopped. */
    private static final Duration OUTBOX_GRACE = Duration.ofSeconds(5);

    private final ShopSettings settings;
    private final String brokerUri;
    private final DataFolder data;

    Listeners(ShopSettings settings, DataFolder data) {
        this.settings = settings;
        this.brokerUri = settings.events().broker();
        this.data = data;
    }

    private MessageBroker broker(String service, Deque<Runnable> closing) {
        MessageBroker broker = MessageBroker.connect(
                brokerUri,
                BrokerOptions.defaults()
                        .withSource(service)
                        .withPublishInterceptors(
                                List.of(settings.events().telemetry().publish())));
        closing.push(broker::close);
        return broker;
    }

    private Store store(String name, Deque<Runnable> closing) {
        Store store = Store.open(data.database(name));
        closing.push(store::close);
        return store;
    }

    /** The order service's database, under this name in the folder. */
    OrderDatabase orders(RpcServer.Builder server, String name, Deque<Runnable> closing) {
        Store store = store(name, closing);
        MessageBroker broker = broker(Part.ORDER.id(), closing);
        OrderDatabase database = new OrderDatabase(store, broker, settings.maxEntries(), OUTBOX_GRACE);
        closing.push(database::close);
        BrokerHealth.missed(server, broker, closing);
        return database;
    }

    /** The stock follows what becomes of orders, by the broker that is returned. */
    MessageBroker stock(StockStore stock, Deque<Runnable> closing) {
        MessageBroker broker = broker(Part.INVENTORY.id(), closing);
        OrderFollower follower = follow(broker, "inventory", new OrderedStock(stock));
        closing.push(follower::close);
        return broker;
    }

    private OrderFollower follow(
            MessageBroker broker, String group, dev.parley.examples.shop.events.Reaction reaction) {
        return OrderFollower.follow(
                broker,
                group,
                StartFrom.latest(),
                List.of(settings.events().telemetry().consume()),
                reaction);
    }

    /** The notification service; it finds addresses over {@code users}. */
    void notification(RpcServer.Builder server, Channel users, Deque<Runnable> closing) {
        EmailStore emails =
                new EmailStore(store(Part.NOTIFICATION.id(), closing), EMAILS_AN_ORDER * settings.maxEntries());
        try {
            Postman postman = Postman.start(emails, data.emails());
            closing.push(postman::close);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder of e-mails: " + e, e);
        }
        MessageBroker broker = broker(Part.NOTIFICATION.id(), closing);
        OrderFollower follower = follow(broker, "notification", new Mailroom(UserService.client(users), emails));
        closing.push(follower::close);
        BrokerHealth.needed(server, broker, closing);
        server.service(NotificationService.DEFINITION, new Notifications(emails, broker, follower));
    }

    /** The analytics service. */
    void analytics(RpcServer.Builder server, Deque<Runnable> closing) {
        NumberStore numbers = new NumberStore(store(Part.ANALYTICS.id(), closing));
        MessageBroker broker = broker(Part.ANALYTICS.id(), closing);
        Analytics analytics = new Analytics(
                numbers, broker, List.of(settings.events().telemetry().consume()));
        closing.push(data.isTemporary() ? analytics::closeForGood : analytics::close);
        BrokerHealth.needed(server, broker, closing);
        server.service(AnalyticsService.DEFINITION, analytics);
    }
}
