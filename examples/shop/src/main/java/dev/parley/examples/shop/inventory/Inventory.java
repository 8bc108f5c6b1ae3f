package dev.parley.examples.shop.inventory;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.inventory.v1.ReleaseStockRequest;
import dev.parley.examples.shop.inventory.v1.ReleaseStockResponse;
import dev.parley.examples.shop.inventory.v1.ReserveStockRequest;
import dev.parley.examples.shop.inventory.v1.ReserveStockResponse;
import dev.parley.examples.shop.inventory.v1.StockCount;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.inventory.v1.StockUpdate;
import dev.parley.examples.shop.inventory.v1.WatchStockRequest;
import dev.parley.examples.shop.simulation.Simulation;
import java.util.Map;
import java.util.Set;

/** The inventory service. */
public final class Inventory implements InventoryService {

    private final Stock stock;
    private final Map<String, Simulation> misbehaving;

    /** A service of the stock in {@code stock}; to check that of some products is {@code misbehaving}. */
    public Inventory(Stock stock, Map<String, Simulation> misbehaving) {
        this.stock = stock;
        this.misbehaving = Map.copyOf(misbehaving);
    }

    @Override
    public StockLevel checkStock(CheckStockRequest request) {
        misbehaving.getOrDefault(request.getProductId(), Simulation.NONE).play();
        return stock.level(request.getProductId());
    }

    @Override
    public ReserveStockResponse reserveStock(ReserveStockRequest request) {
        notNegative("quantity", request.getQuantity());
        return stock.reserve(request.getProductId(), request.getQuantity(), request.getOrderId())
                .map(id -> ReserveStockResponse.newBuilder().setSuccess(true).setReservationId(id))
                .orElseGet(ReserveStockResponse::newBuilder)
                .build();
    }

    @Override
    public ReleaseStockResponse releaseStock(ReleaseStockRequest request) {
        String id = switch (request.getReservationCase()) {
            case RESERVATION_ID -> request.getReservationId();
            case ORDER_ID -> StockStore.idFor(request.getOrderId());
            case RESERVATION_NOT_SET ->
                throw new CallException(Code.INVALID_ARGUMENT, "reservation_id or order_id is required");
        };
        return ReleaseStockResponse.newBuilder().setReleased(stock.release(id)).build();
    }

    @Override
    public Messages<StockUpdate> watchStock(WatchStockRequest request) {
        return stock.watch(Set.copyOf(request.getProductIdsList()));
    }

    @Override
    public Messages<StockLevel> syncStock(Messages<StockCount> requests) {
        return requests.map(count -> {
            notNegative("available", count.getAvailable());
            return stock.count(count.getProductId(), count.getAvailable());
        });
    }

    private static void notNegative(String field, int value) {
        if (value < 0) {
            throw new CallException(Code.INVALID_ARGUMENT, field + " must not be negative, but is " + value);
        }
    }
}
