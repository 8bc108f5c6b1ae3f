package dev.parley.examples.shop.servers;

import dev.parley.examples.shop.inventory.Inventory;
import dev.parley.examples.shop.inventory.Stock;
import dev.parley.examples.shop.inventory.StockStore;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.order.OrderStore;
import dev.parley.examples.shop.order.Orders;
import dev.parley.examples.shop.order.Partners;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.payment.Ledger;
import dev.parley.examples.shop.payment.Payments;
import dev.parley.examples.shop.payment.v1.PaymentService;
import dev.parley.examples.shop.product.Products;
import dev.parley.examples.shop.product.v1.ProductService;
import dev.parley.examples.shop.recommendation.Recommendations;
import dev.parley.examples.shop.recommendation.v1.RecommendationService;
import dev.parley.examples.shop.user.UserStore;
import dev.parley.examples.shop.user.Users;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.rpc.RpcServer;

/** What answers for each part, filled with the demo's goods, whether the parts share a process or not. */
final class Implementations {

    private final ShopSettings settings;

    Implementations(ShopSettings settings) {
        this.settings = settings;
    }

    /** Stock with the demo's goods, in this process. */
    StockStore stock() {
        StockStore stock = new StockStore(settings.maxEntries());
        DemoGoods.addStock(stock);
        return stock;
    }

    void users(RpcServer.Builder server) {
        UserStore users = new UserStore(settings.maxEntries());
        DemoGoods.addUsers(users);
        server.service(UserService.DEFINITION, new Users(users));
    }

    void inventory(RpcServer.Builder server, Stock stock) {
        server.service(InventoryService.DEFINITION, new Inventory(stock, DemoGoods.MISBEHAVING_STOCK));
    }

    void payments(RpcServer.Builder server) {
        server.service(PaymentService.DEFINITION, new Payments(new Ledger(settings.maxEntries())));
    }

    void products(RpcServer.Builder server) {
        server.service(ProductService.DEFINITION, new Products(DemoGoods.products()));
    }

    void recommendations(RpcServer.Builder server) {
        server.service(
                RecommendationService.DEFINITION,
                new Recommendations(DemoGoods.POPULAR, DemoGoods.MISBEHAVING_SUGGESTIONS));
    }

    void orders(RpcServer.Builder server, OrderStore store, Partners partners) {
        server.service(OrderService.DEFINITION, new Orders(store, partners, settings.patience()));
    }
}
