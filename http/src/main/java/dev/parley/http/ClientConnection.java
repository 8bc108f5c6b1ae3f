package dev.parley.http;

/** A connection of a client, as its origin sees it. On the loop. */
interface ClientConnection {

    /** Whether another exchange can begin here now. */
    boolean hasRoom();

    /** Begins an exchange; {@link #hasRoom} holds. */
    void begin(ClientExchange exchange);

    /** Closes it once nothing runs on it. */
    void retire();

    /** Closes it now. */
    void close();

    /** Exchanges that run on it. */
    int running();
}
