package dev.parley.discovery;

import java.util.List;

/**
 * Picks one of a service's endpoints for each attempt at a call. The built-in ones stand on this interface and on what {@link
 * Endpoint} and {@link PickRequest} tell, as one of a user's own does:
 *
 * <pre>{@code
 * final class Fewest implements LoadBalancer {
 *     public Endpoint pick(List<Endpoint> available, PickRequest request) {
 *         return available.stream()
 *                 .min(Comparator.comparing(request::avoids).thenComparing(Endpoint::inFlight))
 *                 .orElseThrow();
 *     }
 *
 *     public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
 *         return "fewest calls of " + available.size();
 *     }
 * }
 * }</pre>
 *
 * <p>A pick does not block and takes no lock: it is made by many threads at a time, event loops among them.
 */
public interface LoadBalancer {

    /**
     * One of {@code available}: one that is not to be {@linkplain PickRequest#avoids avoided} if there is such a one, and any
     * of them otherwise.
     *
     * @param available endpoints that may be called, at least one; a list that {@link #update} was told of, as a rule the latest
     */
    Endpoint pick(List<Endpoint> available, PickRequest request);

    /**
     * What a pick may be made from has changed: an endpoint has come, gone, got another weight, become well or ill. Called by one
     * thread at a time, before the first pick from {@code available}; picks from the list before may be under way. What a pick needs
     * (a table, a ring) is made here.
     *
     * @param endpoints all of the service's, well or ill
     * @param available those that may be called, in the same order; empty only if there are no endpoints
     */
    default void update(List<Endpoint> endpoints, List<Endpoint> available) {}

    /**
     * Why {@code picked} was picked of {@code available}, for people: "lower load of two: 3 calls at 12 ms". Called behind the
     * pick, and only if somebody has asked for an explanation.
     */
    String why(Endpoint picked, List<Endpoint> available, PickRequest request);

    /** Makes the balancer of one service. */
    @FunctionalInterface
    interface Factory {
        /** A new balancer, with no endpoints yet. */
        LoadBalancer create();
    }
}
