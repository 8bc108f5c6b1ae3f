package dev.parley.examples.shop.payment;

import dev.parley.examples.shop.money.v1.Money;
import dev.parley.examples.shop.payment.v1.Payment;
import dev.parley.examples.shop.store.StoreFull;
import java.util.HashMap;
import java.util.Map;

/** What each order has paid, in memory. Thread-safe. */
public final class Ledger {

    private final int limit;
    private final Map<String, Entry> entries = new HashMap<>();

    private sealed interface Entry {}

    private record Paid(Payment payment) implements Entry {}

    /** Given back, or refused before it was paid. */
    private record Closed() implements Entry {}

    /** A ledger with room for {@code limit} orders. */
    public Ledger(int limit) {
        this.limit = limit;
    }

    /** Books an order's payment; the one there is if it has paid. */
    public synchronized Payment pay(String orderId, Money amount) {
        return switch (entries.get(orderId)) {
            case Paid paid -> paid.payment();
            case Closed closed -> throw new CardDeclined("order " + orderId + " was refunded");
            case null -> {
                Payment payment = Payment.newBuilder()
                        .setId("pay-" + orderId)
                        .setOrderId(orderId)
                        .setAmount(amount)
                        .build();
                put(orderId, new Paid(payment));
                yield payment;
            }
        };
    }

    /**
     * Books the money back. A refund may overtake its payment, so it closes the order even if nothing is booked yet.
     *
     * @return whether there was money to give back
     */
    public synchronized boolean refund(String orderId) {
        boolean paid = entries.get(orderId) instanceof Paid;
        put(orderId, new Closed());
        return paid;
    }

    private void put(String orderId, Entry entry) {
        if (entries.size() >= limit && !entries.containsKey(orderId)) {
            throw new StoreFull("payments", limit);
        }
        entries.put(orderId, entry);
    }
}
