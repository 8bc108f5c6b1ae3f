package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.CallException;

/** What a request message must pass before an implementation sees it. Thread-safe. */
@FunctionalInterface
interface RequestCheck {

    /**
     * Checks one message.
     *
     * @throws CallException if it does not pass
     */
    void check(Message message);
}
