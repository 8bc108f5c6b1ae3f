package dev.parley.examples.shop.user;

import dev.parley.CallException;
import dev.parley.Code;

/** There is no such user. */
public final class UnknownUser extends CallException {

    private static final long serialVersionUID = 1L;

    UnknownUser(String id) {
        super(Code.NOT_FOUND, "there is no user " + id);
    }
}
