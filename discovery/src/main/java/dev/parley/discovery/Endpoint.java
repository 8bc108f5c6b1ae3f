package dev.parley.discovery;

import java.util.concurrent.atomic.AtomicInteger;

/** One instance of a service as a client sees it: its load and how it has done lately. Thread-safe. */
public final class Endpoint {

    private final ServiceInstance instance;
    private final String authority;
    private final AtomicInteger inFlight = new AtomicInteger();

    Endpoint(ServiceInstance instance) {
        this.instance = instance;
        this.authority = instance.authority();
    }

    /** What the registry says of it. */
    public ServiceInstance instance() {
        return instance;
    }

    /** {@code host:port}. */
    public String authority() {
        return authority;
    }

    /** Attempts of this client that are under way there. */
    public int inFlight() {
        return inFlight.get();
    }

    void begin() {
        inFlight.incrementAndGet();
    }

    void end() {
        inFlight.decrementAndGet();
    }

    @Override
    public String toString() {
        return authority;
    }
}
