package dev.parley.examples.shop.order;

import java.time.Duration;

/**
 * How long an order waits for others. Its own deadline holds as well if that is earlier.
 *
 * @param inventory for each call to the inventory; 1 s
 * @param suggestions for suggestions, without which the order goes on; 200 ms
 */
public record Patience(Duration inventory, Duration suggestions) {

    /** The values named above. */
    public static Patience defaults() {
        return new Patience(Duration.ofSeconds(1), Duration.ofMillis(200));
    }

    /** With another limit for the inventory. */
    public Patience withInventory(Duration limit) {
        return new Patience(limit, suggestions);
    }
}
