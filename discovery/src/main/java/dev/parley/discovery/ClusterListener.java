package dev.parley.discovery;

/**
 * Hears what happens to a service's endpoints. It is called on whatever thread notices it, a timer's or an event loop's among them, so
 * it must not block; what it throws is logged and changes nothing. Implementations are called from many threads at once.
 */
@FunctionalInterface
public interface ClusterListener {

    /** Something has happened. */
    void on(ClusterEvent event);
}
