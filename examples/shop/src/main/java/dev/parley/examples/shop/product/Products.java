package dev.parley.examples.shop.product;

import dev.parley.examples.shop.product.v1.GetPriceRequest;
import dev.parley.examples.shop.product.v1.GetProductRequest;
import dev.parley.examples.shop.product.v1.GetProductsRequest;
import dev.parley.examples.shop.product.v1.GetProductsResponse;
import dev.parley.examples.shop.product.v1.Price;
import dev.parley.examples.shop.product.v1.Product;
import dev.parley.examples.shop.product.v1.ProductService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The product service. Its catalogue does not change. */
public final class Products implements ProductService {

    private final Map<String, Product> catalogue;

    /** A service of these products. */
    public Products(List<Product> catalogue) {
        this.catalogue = catalogue.stream().collect(Collectors.toUnmodifiableMap(Product::getId, Function.identity()));
    }

    @Override
    public Product getProduct(GetProductRequest request) {
        return product(request.getId());
    }

    @Override
    public GetProductsResponse getProducts(GetProductsRequest request) {
        GetProductsResponse.Builder response = GetProductsResponse.newBuilder();
        request.getIdsList().forEach(id -> find(id).ifPresent(response::addProducts));
        return response.build();
    }

    @Override
    public Price getPrice(GetPriceRequest request) {
        Product product = product(request.getProductId());
        return Price.newBuilder()
                .setProductId(product.getId())
                .setAmount(product.getPrice())
                .build();
    }

    private Product product(String id) {
        return find(id).orElseThrow(() -> new UnknownProduct(id));
    }

    private Optional<Product> find(String id) {
        return Optional.ofNullable(catalogue.get(id));
    }
}
