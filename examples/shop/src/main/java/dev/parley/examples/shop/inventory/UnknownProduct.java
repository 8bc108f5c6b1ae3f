package dev.parley.examples.shop.inventory;

import dev.parley.CallException;
import dev.parley.Code;

/** There is no shelf for this product. */
public final class UnknownProduct extends CallException {

    private static final long serialVersionUID = 1L;

    UnknownProduct(String id) {
        super(Code.NOT_FOUND, "there is no product " + id);
    }
}
