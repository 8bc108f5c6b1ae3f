package dev.parley.examples.shop.payment;

import dev.parley.CallException;
import dev.parley.Code;

/** The payment did not go through. */
public final class CardDeclined extends CallException {

    private static final long serialVersionUID = 1L;

    CardDeclined(String why) {
        super(Code.FAILED_PRECONDITION, "the payment was declined: " + why);
    }
}
