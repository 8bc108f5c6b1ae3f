package dev.parley.examples.shop.events;

import dev.parley.Interceptor;
import dev.parley.events.EventSubscription;
import dev.parley.events.UnknownEvents;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import java.time.Duration;
import java.util.List;

/** Follows all events of orders for one group, until it is closed. Does not close the broker. */
public final class OrderFollower implements AutoCloseable {

    private static final Duration DRAIN = Duration.ofSeconds(2);

    /** Few: what follows is in no hurry, and asks services that customers wait for. */
    private static final int AT_ONCE = 4;

    private final MessageBroker broker;
    private final EventSubscription events;

    private OrderFollower(MessageBroker broker, EventSubscription events) {
        this.broker = broker;
        this.events = events;
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
        EventSubscription events = OrderEvents.over(broker)
                .subscribe(
                        OrderEvent.class,
                        group,
                        (call, delivery) -> {
                            reaction.on(delivery.payload(), delivery);
                            return Disposition.ack();
                        },
                        SubscribeOptions.defaults()
                                .withStart(start)
                                .withConcurrency(AT_ONCE)
                                .withDrain(DRAIN)
                                .withInterceptors(interceptors),
                        UnknownEvents.REJECT);
        return new OrderFollower(broker, events);
    }

    /** The queues that it takes from. */
    public List<QueueName> queues() {
        return events.parts().stream().map(Subscription::queue).toList();
    }

    /** Stops, and has the broker forget the group. */
    public void closeForGood() {
        close();
        queues().forEach(broker::deleteGroup);
    }

    /** Lets what runs come to its end within 2 s; what waits stays with the broker. */
    @Override
    public void close() {
        events.close();
    }
}
