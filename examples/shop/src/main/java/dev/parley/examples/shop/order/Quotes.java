package dev.parley.examples.shop.order;

import dev.parley.Branch;
import dev.parley.Fanout;
import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.product.v1.GetPriceRequest;
import dev.parley.examples.shop.product.v1.Price;
import dev.parley.examples.shop.recommendation.v1.GetSuggestionsRequest;
import dev.parley.examples.shop.recommendation.v1.Suggestion;
import dev.parley.examples.shop.user.v1.GetProfileRequest;
import dev.parley.examples.shop.user.v1.Profile;
import java.util.List;

/** Asks four services at the same time. */
final class Quotes {

    private final Partners partners;
    private final Patience patience;

    Quotes(Partners partners, Patience patience) {
        this.partners = partners;
        this.patience = patience;
    }

    /** Takes as long as the slowest that is required, and does not wait longer than we can for the one that is not. */
    Quote ask(CreateOrderRequest order) {
        try (Fanout fanout = Fanout.all()) {
            Branch<StockLevel> stock = fanout.required("stock", () -> stock(order));
            Branch<Price> price = fanout.required("price", () -> price(order));
            Branch<Profile> profile = fanout.required("profile", () -> profile(order));
            Branch<List<String>> suggestions =
                    fanout.optional("suggestions", patience.suggestions(), () -> suggestions(order));
            fanout.join();
            return new Quote(
                    stock.get().getAvailable(),
                    price.get().getAmount(),
                    profile.get().getDisplayName(),
                    suggestions.orElse(List.of()));
        }
    }

    private StockLevel stock(CreateOrderRequest order) {
        return partners.inventory()
                .checkStock(CheckStockRequest.newBuilder()
                        .setProductId(order.getProductId())
                        .build());
    }

    private Price price(CreateOrderRequest order) {
        return partners.products()
                .getPrice(GetPriceRequest.newBuilder()
                        .setProductId(order.getProductId())
                        .build());
    }

    private Profile profile(CreateOrderRequest order) {
        return partners.users()
                .getProfile(GetProfileRequest.newBuilder()
                        .setUserId(order.getUserId())
                        .build());
    }

    private List<String> suggestions(CreateOrderRequest order) {
        return partners
                .recommendations()
                .getSuggestions(GetSuggestionsRequest.newBuilder()
                        .setUserId(order.getUserId())
                        .setProductId(order.getProductId())
                        .build())
                .getItemsList()
                .stream()
                .map(Suggestion::getProductId)
                .toList();
    }
}
