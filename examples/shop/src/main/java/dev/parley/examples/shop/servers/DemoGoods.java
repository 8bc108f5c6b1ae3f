package dev.parley.examples.shop.servers;

import dev.parley.examples.shop.inventory.StockStore;
import dev.parley.examples.shop.money.v1.Money;
import dev.parley.examples.shop.product.v1.Product;
import dev.parley.examples.shop.simulation.Simulation;
import dev.parley.examples.shop.user.UserStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What the shop starts with. Ids that say so misbehave. */
final class DemoGoods {

    /** Longer than anybody waits for it. */
    private static final Simulation SLOW = Simulation.slow(Duration.ofSeconds(3));

    static final Map<String, Simulation> MISBEHAVING_STOCK = Map.of("sku-slow", SLOW);
    static final Map<String, Simulation> MISBEHAVING_SUGGESTIONS =
            Map.of("u-slow", SLOW, "u-failing", Simulation.FAILURE);
    static final List<String> POPULAR = List.of("sku-1", "sku-2", "sku-3");

    private DemoGoods() {}

    static void addUsers(UserStore users) {
        users.add("u-1", "Ada Lovelace", "ada@example.com", "https://example.com/ada.png");
        users.add("u-2", "Grace Hopper", "grace@example.com", "https://example.com/grace.png");
        users.add("u-slow", "Sue Slow", "sue@example.com", "");
        users.add("u-failing", "Fay Ling", "fay@example.com", "");
    }

    static List<Product> products() {
        return List.of(
                product("sku-1", "Teapot", 24_90),
                product("sku-2", "Cup", 7_50),
                product("sku-3", "Kettle", 59_00),
                product("sku-empty", "Sold-out samovar", 310_00),
                product("sku-slow", "Slow cooker", 89_00));
    }

    static void addStock(StockStore stock) {
        stock.add("sku-1", 1_000);
        stock.add("sku-2", 5_000);
        stock.add("sku-3", 200);
        stock.add("sku-empty", 0);
        stock.add("sku-slow", 10);
    }

    private static Product product(String id, String name, long cents) {
        Money price = Money.newBuilder().setCents(cents).setCurrency("EUR").build();
        return Product.newBuilder().setId(id).setName(name).setPrice(price).build();
    }
}
