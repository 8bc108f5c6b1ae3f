package dev.parley.examples.shop.order;

import dev.parley.examples.shop.money.v1.Money;
import java.util.List;

/** What has to be known before an order can be taken, and what would be nice to know. */
record Quote(int available, Money price, String customerName, List<String> suggestions) {

    Money total(int quantity) {
        return price.toBuilder()
                .setCents(Math.multiplyExact(price.getCents(), (long) quantity))
                .build();
    }
}
