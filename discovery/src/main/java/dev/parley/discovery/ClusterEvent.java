package dev.parley.discovery;

import java.time.Duration;

/** What has happened to a service's endpoints, told to {@link ClusterListener}s behind the change. */
public sealed interface ClusterEvent {

    /** The service's name. */
    String service();

    /** The registry has named an endpoint that it had not. */
    record EndpointAdded(String service, Endpoint endpoint) implements ClusterEvent {}

    /** The registry does not name it any more: it gets no more calls, and those under way go on. */
    record EndpointRemoved(String service, Endpoint endpoint) implements ClusterEvent {}

    /**
     * It failed too often and gets no calls for a while.
     *
     * @param reason for people: what it failed with
     * @param time for how long
     */
    record Ejected(String service, Endpoint endpoint, String reason, Duration time) implements ClusterEvent {}

    /** Its ejection is over. */
    record Returned(String service, Endpoint endpoint) implements ClusterEvent {}

    /** Active checks of it have failed, the last for {@code reason}. */
    record Unhealthy(String service, Endpoint endpoint, String reason) implements ClusterEvent {}

    /** Active checks of it succeed again. */
    record Healthy(String service, Endpoint endpoint) implements ClusterEvent {}

    /** So few endpoints are well that all are called. */
    record PanicEntered(String service, int well, int endpoints) implements ClusterEvent {}

    /** Enough endpoints are well; the others get no calls again. */
    record PanicLeft(String service, int well, int endpoints) implements ClusterEvent {}

    /** The registry cannot be trusted at the moment, for {@code reason}; its last good answer stands. */
    record Stale(String service, String reason) implements ClusterEvent {}

    /** The registry answers again. */
    record Fresh(String service) implements ClusterEvent {}
}
