package dev.parley.resilience;

/**
 * Hears what policies do. It is called on the thread that makes the call, so it must not block; what it throws is logged
 * and changes nothing for the call. Implementations are called from many threads at once.
 */
@FunctionalInterface
public interface ResilienceListener {

    /** Something was done. */
    void on(ResilienceEvent event);
}
