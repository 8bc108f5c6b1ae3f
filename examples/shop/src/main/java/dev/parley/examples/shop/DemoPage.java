package dev.parley.examples.shop;

import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.Shop;
import java.io.PrintStream;

/** The page that says where everything is and what to try. */
final class DemoPage {

    private final Shop shop;

    DemoPage(Shop shop) {
        this.shop = shop;
    }

    void print(PrintStream out) {
        out.println(
                "The shop is open. Every port speaks gRPC, gRPC-Web and Connect, with reflection; those with a path, REST too.");
        out.println();
        out.printf("  %-23s %s  order in your browser%n%n", "its page", shop.pageUrl());
        for (Part part : Part.values()) {
            out.printf("  %-23s %s  %-45s %s%n", part.id(), shop.url(part), part.fullName(), restExample(part));
            shop.urls(part).stream()
                    .skip(1)
                    .forEach(url -> out.printf("  %-23s %s  once more, of the same stock%n", "", url));
        }
        out.println();
        out.println("Users: u-1, u-2 (u-slow, u-failing misbehave). Products: sku-1 .. sku-3 (sku-slow, sku-empty).");
        out.println();
        out.println("1. Ask for a stock level by Connect, JSON in and out:");
        out.println(connectExample());
        out.println("2. Order two teapots by REST; then see the stock again:");
        out.println(orderExample());
        out.println("3. Watch the stock as a stream while you order (without grpcurl: the second line, by Connect):");
        out.println(streamExample());
        out.println("4. See what became of the orders elsewhere, by events over " + shop.broker() + ":");
        out.println(eventExample());
        out.println("More: ./parley demo --help, ./parley demo --scenario. Stop with Ctrl-C.");
        out.flush();
    }

    private static String restExample(Part part) {
        return switch (part) {
            case USER -> "/api/users/u-1";
            case INVENTORY -> "/products/sku-1/stock";
            case PAYMENT -> "";
            case PRODUCT -> "/api/products/sku-1";
            case RECOMMENDATION -> "/api/users/u-1/suggestions";
            case ORDER -> "/api/users/u-1/orders";
            case NOTIFICATION -> "/api/emails";
            case ANALYTICS -> "/api/numbers";
        };
    }

    private String connectExample() {
        return """

                     curl %s/%s/CheckStock \\
                       -H 'Content-Type: application/json' -d '{"productId": "sku-1"}'
                """.formatted(shop.url(Part.INVENTORY), Part.INVENTORY.fullName());
    }

    private String orderExample() {
        return """

                     curl -i %s/api/orders \\
                       -H 'Content-Type: application/json' -d '{"userId": "u-1", "productId": "sku-1", "quantity": 2}'
                """.formatted(shop.url(Part.ORDER));
    }

    private String eventExample() {
        return """

                     curl -s %s/api/emails      # also as files in %s
                     curl -s %s/api/numbers
                     curl -s -X POST %s/api/numbers:rebuild -H 'Content-Type: application/json' -d '{}'   # counted anew, by replay
                """.formatted(
                        shop.url(Part.NOTIFICATION), shop.emails(), shop.url(Part.ANALYTICS), shop.url(Part.ANALYTICS));
    }

    /** Connect's streams have an envelope of five bytes: a flag and the length, here 25, which is octal 31. */
    private String streamExample() {
        String url = shop.url(Part.INVENTORY);
        String method = Part.INVENTORY.fullName() + "/WatchStock";
        return """

                     grpcurl -plaintext -d '{"product_ids": ["sku-1"]}' %s %s
                     printf '\\0\\0\\0\\0\\031{"productIds": ["sku-1"]}' | curl -sN %s/%s \\
                       -H 'Content-Type: application/connect+json' --data-binary @- --output -
                """.formatted(url.substring("http://".length()), method, url, method);
    }
}
