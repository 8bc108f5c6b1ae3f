package dev.parley;

/**
 * Hears of each message of a call as its codec has written or read it; see {@link Call#onMessage}. It is called on the
 * thread that writes or reads, so it must not block; what it throws is logged and changes nothing for the call. Of one
 * direction it hears in order, but of both at the same time.
 */
@FunctionalInterface
public interface MessageListener {

    /** A message was written or read. */
    void on(MessageEvent event);
}
