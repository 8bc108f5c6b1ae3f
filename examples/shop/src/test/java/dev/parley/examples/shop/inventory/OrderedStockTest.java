package dev.parley.examples.shop.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.examples.shop.events.OrderCancelled;
import dev.parley.examples.shop.events.OrderConfirmed;
import dev.parley.examples.shop.events.OrderEvent;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Message;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderedStockTest {

    private static final OrderEvent PLACED = new OrderPlaced("o-1", "u-1", "sku-1", 2, 500);
    private static final OrderEvent CONFIRMED = new OrderConfirmed("o-1", "u-1", "sku-1", 2, 500);
    private static final OrderEvent CANCELLED = new OrderCancelled("o-1", "u-1", "sku-1", 2, 500);

    private final StockStore stock = new StockStore(10);
    private final OrderedStock reaction = new OrderedStock(stock);

    @BeforeEach
    void reserve() {
        stock.add("sku-1", 10);
        assertThat(stock.reserve("sku-1", 2, "o-1")).isPresent();
    }

    private void hear(OrderEvent event) {
        Message<OrderEvent> message = Message.of("order", event);
        reaction.on(event, new Delivery<>(message, "order", "inventory", 1, "1", Optional.empty()));
    }

    private List<Integer> level() {
        StockLevel level = stock.level("sku-1");
        return List.of(level.getAvailable(), level.getReserved(), level.getOrdered());
    }

    @Test
    void whatIsPlacedIsMarkedAndWhatIsConfirmedLeaves() {
        assertThat(level()).containsExactly(8, 2, 0);
        hear(PLACED);
        assertThat(level()).containsExactly(8, 2, 2);
        hear(CONFIRMED);
        assertThat(level()).containsExactly(8, 0, 0);
    }

    @Test
    void aRepeatChangesNothingNorDoesOneThatComesLate() {
        hear(CONFIRMED);
        hear(CONFIRMED);
        hear(PLACED);
        assertThat(level()).containsExactly(8, 0, 0);
    }

    @Test
    void aCancelledOrderIsReleasedEvenIfTheOrderServiceCouldNot() {
        hear(PLACED);
        hear(CANCELLED);
        hear(CANCELLED);
        assertThat(level()).containsExactly(10, 0, 0);
    }
}
