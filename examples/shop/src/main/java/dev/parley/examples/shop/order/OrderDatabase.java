package dev.parley.examples.shop.order;

import dev.parley.events.Outbox;
import dev.parley.events.OutboxRelay;
import dev.parley.messaging.MessageBroker;
import dev.parley.store.Store;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The order service's database, with the outbox in it and the relay that empties it. Closes neither store nor broker. */
public final class OrderDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OrderDatabase.class);
    private static final int PAUSE_MILLIS = 10;

    private final Outbox outbox;
    private final OrderStore orders;
    private final OutboxRelay relay;
    private final Duration grace;

    /**
     * Begins to relay.
     *
     * @param limit orders at most
     * @param grace how long {@link #close} waits for the outbox to be empty
     */
    public OrderDatabase(Store store, MessageBroker broker, int limit, Duration grace) {
        this.outbox = Outbox.on(store);
        this.orders = new OrderStore(store, outbox, limit);
        this.relay = outbox.relay(broker);
        this.grace = grace;
    }

    /** The orders. */
    public OrderStore orders() {
        return orders;
    }

    /** Sends what waits, if the broker is there, and stops. */
    @Override
    public void close() {
        long until = System.nanoTime() + grace.toNanos();
        try {
            while (outbox.stats().depth() > 0 && System.nanoTime() - until < 0) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        relay.close();
        long left = outbox.stats().depth();
        if (left > 0) {
            LOG.warn("{} events have not been sent; they wait in the outbox", left);
        }
    }
}
