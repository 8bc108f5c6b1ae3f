package dev.parley.examples.shop.user;

import dev.parley.CallException;
import dev.parley.Code;

/** Another user has this email. */
public final class EmailTaken extends CallException {

    private static final long serialVersionUID = 1L;

    EmailTaken(String email) {
        super(Code.ALREADY_EXISTS, "another user has the email " + email);
    }
}
