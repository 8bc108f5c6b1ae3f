package dev.parley.examples.shop.order;

import dev.parley.CallException;
import dev.parley.Code;

/** There is no such order. */
public final class UnknownOrder extends CallException {

    private static final long serialVersionUID = 1L;

    UnknownOrder(String id) {
        super(Code.NOT_FOUND, "there is no order " + id);
    }
}
