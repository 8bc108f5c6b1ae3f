package dev.parley.examples.shop.notification;

import dev.parley.CallException;
import dev.parley.Code;

/** A user's e-mail address is none, however often one tries. */
public final class NoAddress extends CallException {

    private static final long serialVersionUID = 1L;

    NoAddress(String userId, String address) {
        super(Code.FAILED_PRECONDITION, "user " + userId + " has no e-mail address but \"" + address + '"');
    }
}
