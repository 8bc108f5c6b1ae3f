package dev.parley.examples.shop.events;

import dev.parley.Interceptor;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Follows all events of orders for one group, until it is closed. Does not close the broker. */
public final class OrderFollower implements AutoCloseable {

    private static final Duration DRAIN = Duration.ofSeconds(2);

    private final MessageBroker broker;
    private final String group;
    private final List<Subscription> subscriptions = new ArrayList<>();

    private OrderFollower(MessageBroker broker, String group) {
        this.broker = broker;
        this.group = group;
    }

    /**
     * Begins to follow.
     *
     * @param start where a group begins that the broker does not know
     * @param interceptors in front of the reaction
     * @throws dev.parley.CallException as {@link MessageBroker#subscribe}
     */
    public static OrderFollower follow(
            MessageBroker broker, String group, StartFrom start, List<Interceptor> interceptors, Reaction reaction) {
        OrderFollower follower = new OrderFollower(broker, group);
        SubscribeOptions options = SubscribeOptions.defaults()
                .withStart(start)
                .withDrain(DRAIN)
                .withInterceptors(interceptors);
        try {
            OrderTopics.ALL.forEach(topic -> follower.add(topic, options, reaction));
        } catch (RuntimeException e) {
            follower.close();
            throw e;
        }
        return follower;
    }

    private <E extends OrderEvent> void add(Topic<E> topic, SubscribeOptions options, Reaction reaction) {
        subscriptions.add(broker.subscribe(
                topic,
                group,
                (call, delivery) -> {
                    reaction.on(delivery.payload(), delivery);
                    return Disposition.ack();
                },
                options));
    }

    /** The queues that it takes from. */
    public List<QueueName> queues() {
        return subscriptions.stream().map(Subscription::queue).toList();
    }

    /** Stops, and has the broker forget the group. */
    public void closeForGood() {
        close();
        queues().forEach(broker::deleteGroup);
    }

    /** Lets what runs come to its end within 2 s; what waits stays with the broker. */
    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
    }
}
