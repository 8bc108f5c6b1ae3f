package dev.parley.examples.shop.events;

import dev.parley.messaging.Delivery;

/** What a service does about an event. It may be asked to do it again: see {@link dev.parley.events.Inbox}. */
@FunctionalInterface
public interface Reaction {

    /**
     * Does it.
     *
     * @throws Exception what becomes a retry or a dead letter, as {@link dev.parley.messaging.ErrorDispositions} says
     */
    void on(OrderEvent event, Delivery<?> delivery) throws Exception;
}
