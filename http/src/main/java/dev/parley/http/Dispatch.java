package dev.parley.http;

/** Where a server runs its handler. */
public enum Dispatch {
    /** On a virtual thread of its own; it may block. The default. */
    VIRTUAL_THREAD,
    /**
     * On the connection's event loop, if the request has arrived whole with its body; otherwise on a virtual thread. For
     * handlers that never block: one that does stops every connection of that loop. A streamed response is drained on a
     * virtual thread.
     */
    EVENT_LOOP
}
