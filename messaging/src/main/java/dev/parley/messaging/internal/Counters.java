package dev.parley.messaging.internal;

import dev.parley.messaging.spi.Settlement;
import java.util.concurrent.atomic.LongAdder;

/** What a subscription has done so far. */
final class Counters {

    final LongAdder received = new LongAdder();
    final LongAdder acked = new LongAdder();
    final LongAdder retried = new LongAdder();
    final LongAdder deadLettered = new LongAdder();
    final LongAdder released = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder stale = new LongAdder();
    final LongAdder immediateRetries = new LongAdder();

    void settled(Decision decision) {
        LongAdder counter = switch (decision.settlement()) {
            case Settlement.Ack ack -> decision.expired() ? expired : acked;
            case Settlement.Retry retry -> retried;
            case Settlement.DeadLettered dead -> deadLettered;
            case Settlement.Release release -> released;
        };
        counter.increment();
    }
}
