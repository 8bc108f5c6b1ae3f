package dev.parley.examples.shop.inventory;

import dev.parley.examples.shop.events.OrderCancelled;
import dev.parley.examples.shop.events.OrderConfirmed;
import dev.parley.examples.shop.events.OrderEvent;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.examples.shop.events.Reaction;
import dev.parley.messaging.Delivery;

/**
 * What an event of an order does to the stock. A reservation is known by its order, so that a repeat changes nothing: an inbox is not
 * needed, and would be of no use beside a stock in memory. What an order that was cancelled has reserved is released even if the order
 * service could not.
 */
public final class OrderedStock implements Reaction {

    private final StockStore stock;

    /** Of this stock. */
    public OrderedStock(StockStore stock) {
        this.stock = stock;
    }

    @Override
    public void on(OrderEvent event, Delivery<?> delivery) {
        switch (event) {
            case OrderPlaced placed -> stock.ordered(placed.orderId());
            case OrderConfirmed confirmed -> stock.send(confirmed.orderId());
            case OrderCancelled cancelled -> stock.release(StockStore.idFor(cancelled.orderId()));
        }
    }
}
