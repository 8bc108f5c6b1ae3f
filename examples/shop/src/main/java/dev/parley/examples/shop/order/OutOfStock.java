package dev.parley.examples.shop.order;

import dev.parley.CallException;
import dev.parley.Code;

/** There are fewer pieces than were ordered. */
public final class OutOfStock extends CallException {

    private static final long serialVersionUID = 1L;

    OutOfStock(String productId, int wanted) {
        super(Code.FAILED_PRECONDITION, productId + " is out of stock: there are fewer than " + wanted);
    }
}
