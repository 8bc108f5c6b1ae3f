package dev.parley.http;

import dev.parley.CallException;

/** A connection of a client, as its origin sees it. On the loop. */
interface ClientConnection {

    /** Whether another exchange can begin here now. */
    boolean hasRoom();

    /** Begins an exchange; {@link #hasRoom} holds. */
    void begin(OutboundExchange exchange);

    /** Closes it now; what runs on it fails with {@code reason}. */
    void close(CallException reason);

    /** Exchanges that run on it. */
    int running();
}
