package dev.parley.discovery;

import dev.parley.Call;
import org.jspecify.annotations.Nullable;

/** What a balancer may look at. Of the thread that picks. */
public interface PickRequest {

    /** The attempt's call: its method, its headers, its attributes. */
    Call call();

    /** 1 for the first attempt at the call. */
    int attempt();

    /**
     * Whether {@code endpoint} is to be taken only if there is no other: an earlier attempt at the call went there, or another one
     * is there, or it has no room for one more call.
     */
    boolean avoids(Endpoint endpoint);

    /** When the pick is made, on the clock by which latencies are measured. */
    long nanoTime();

    /** Attempts of this client that are under way at the service, at all its endpoints together. */
    int inFlight();

    /** Leaves word for {@link LoadBalancer#why} that {@code other} was looked at as well, and was not better. */
    default void passedOver(Endpoint other) {}

    /** What {@link #passedOver(Endpoint)} has left; null if nothing. */
    default @Nullable Endpoint passedOver() {
        return null;
    }
}
