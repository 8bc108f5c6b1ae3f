package dev.parley.events;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The events of the tests. */
sealed interface OrderEvent {

    String orderId();

    record Line(String sku, int count) {}

    record Placed(String orderId, long total, String currency, List<Line> lines) implements OrderEvent {}

    record Confirmed(String orderId, Instant at, Optional<String> by) implements OrderEvent {}

    record Cancelled(String orderId, @Nullable String reason) implements OrderEvent {}
}
