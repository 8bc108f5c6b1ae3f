package dev.parley.examples.shop.store;

import dev.parley.CallException;
import dev.parley.Code;

/** A store in memory has no room for more. */
public final class StoreFull extends CallException {

    private static final long serialVersionUID = 1L;

    /** {@code what}, in the plural, of which there are {@code limit}. */
    public StoreFull(String what, int limit) {
        super(Code.RESOURCE_EXHAUSTED, "there is no room for more than " + limit + " " + what);
    }
}
