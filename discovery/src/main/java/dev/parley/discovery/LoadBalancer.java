package dev.parley.discovery;

import java.util.List;

/**
 * Picks one of a service's endpoints for each attempt at a call. The built-in ones stand on this interface too. A pick
 * does not block and takes no lock: it is made by many threads at a time, event loops among them.
 */
public interface LoadBalancer {

    /**
     * One of {@code available}, an endpoint that the attempt's call has not {@linkplain PickRequest#tried tried} if there is
     * one.
     *
     * @param available endpoints that may be called, at least one; the list changes only with an {@link #update}, or as
     *     endpoints become well or ill
     */
    Endpoint pick(List<Endpoint> available, PickRequest request);

    /** The service has these endpoints now, well or ill; called before the first pick, by one thread at a time. */
    default void update(List<Endpoint> endpoints) {}

    /** Why {@code picked} was picked of {@code available}, for people: "lower load of two: 3 calls at 12 ms". */
    String why(Endpoint picked, List<Endpoint> available, PickRequest request);

    /** Makes the balancer of one service. */
    @FunctionalInterface
    interface Factory {
        /** A new balancer, with no endpoints yet. */
        LoadBalancer create();
    }
}
