package dev.parley.rpc;

import dev.parley.Attributes;
import dev.parley.Call;

/** What a method may say about its answer when it is called by REST; without effect when it is called otherwise. */
public final class Rest {

    static final Attributes.Key<Integer> STATUS = Attributes.Key.of("rest-status");

    private Rest() {}

    /**
     * Sets the status of the current call's answer if it succeeds; 200 unless set. 204 sends no body.
     *
     * @throws IllegalArgumentException if {@code status} is not from 200 to 299
     * @throws IllegalStateException outside a handler
     */
    public static void status(int status) {
        if (status < 200 || status > 299) {
            throw new IllegalArgumentException(
                    "a status of success is from 200 to 299, but this is " + status + "; throw CallException to fail");
        }
        Call.current().attributes().put(STATUS, status);
    }
}
