package dev.parley.examples.shop.inventory;

import dev.parley.Messages;
import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.inventory.v1.ReleaseStockRequest;
import dev.parley.examples.shop.inventory.v1.ReserveStockRequest;
import dev.parley.examples.shop.inventory.v1.ReserveStockResponse;
import dev.parley.examples.shop.inventory.v1.StockCount;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.inventory.v1.StockUpdate;
import dev.parley.examples.shop.inventory.v1.WatchStockRequest;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Stock in another process, which several instances of the inventory share. They keep nothing of it themselves. */
public final class RemoteStock implements Stock {

    private final InventoryService.Client keeper;

    /** The stock that is kept at the other end of {@code channel}. */
    public RemoteStock(Channel channel) {
        this.keeper = InventoryService.client(channel);
    }

    @Override
    public StockLevel level(String productId) {
        return keeper.checkStock(
                CheckStockRequest.newBuilder().setProductId(productId).build());
    }

    @Override
    public StockLevel count(String productId, int available) {
        StockCount count = StockCount.newBuilder()
                .setProductId(productId)
                .setAvailable(available)
                .build();
        try (Messages<StockLevel> levels = keeper.syncStock(Messages.of(count))) {
            return levels.toList(1).getFirst();
        }
    }

    /** Under an id in any case, so that the keeper knows a repeat: this call may be tried again. */
    @Override
    public Optional<String> reserve(String productId, int quantity, String orderId) {
        String id = orderId.isEmpty() ? UUID.randomUUID().toString() : orderId;
        ReserveStockResponse response = keeper.with(CallOptions.defaults().withIdempotencyKey(id))
                .reserveStock(ReserveStockRequest.newBuilder()
                        .setProductId(productId)
                        .setQuantity(quantity)
                        .setOrderId(id)
                        .build());
        return response.getSuccess() ? Optional.of(response.getReservationId()) : Optional.empty();
    }

    @Override
    public boolean release(String reservationId) {
        return keeper.releaseStock(ReleaseStockRequest.newBuilder()
                        .setReservationId(reservationId)
                        .build())
                .getReleased();
    }

    @Override
    public Messages<StockUpdate> watch(Set<String> productIds) {
        return keeper.watchStock(
                WatchStockRequest.newBuilder().addAllProductIds(productIds).build());
    }
}
