package dev.parley.examples.shop.scenario;

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
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcServer;
import dev.parley.telemetry.Telemetry;

/** A server of an inventory that asks another one: one more hop. */
final class Relay implements InventoryService, AutoCloseable {

    private final InventoryService next;
    private final Runnable beforeStock;
    private final RpcServer server;

    private Relay(Channel to, Telemetry telemetry, Runnable beforeStock) {
        this.next = InventoryService.client(to);
        this.beforeStock = beforeStock;
        this.server = RpcServer.builder()
                .telemetry(telemetry)
                .service(InventoryService.DEFINITION, this)
                .start();
    }

    /** Opens one in front of {@code to}; {@code beforeStock} runs ahead of each question about stock, and may throw. */
    static Relay open(Channel to, Telemetry telemetry, Runnable beforeStock) {
        return new Relay(to, telemetry, beforeStock);
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    @Override
    public StockLevel checkStock(CheckStockRequest request) {
        beforeStock.run();
        return next.checkStock(request);
    }

    @Override
    public ReserveStockResponse reserveStock(ReserveStockRequest request) {
        return next.reserveStock(request);
    }

    @Override
    public ReleaseStockResponse releaseStock(ReleaseStockRequest request) {
        return next.releaseStock(request);
    }

    @Override
    public Messages<StockUpdate> watchStock(WatchStockRequest request) {
        return next.watchStock(request);
    }

    @Override
    public Messages<StockLevel> syncStock(Messages<StockCount> requests) {
        return next.syncStock(requests);
    }

    @Override
    public void close() {
        server.close();
    }
}
