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

    /** It can be used, and is to be for so many nanoseconds. */
    void born(long ageNanos);

    /** Whether that time is over. */
    boolean isOld(long now);

    /** Takes no more exchanges, and closes once nothing runs on it. */
    void retire();

    /** Ends exchanges and connections that have been silent for too long. */
    void watch(long now);

    /** Exchanges that run on it. */
    int running();
}
