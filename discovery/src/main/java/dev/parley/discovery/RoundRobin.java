package dev.parley.discovery;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One after the other. */
public final class RoundRobin implements LoadBalancer {

    private final AtomicInteger next = new AtomicInteger();

    /** A balancer that begins with the first. */
    public RoundRobin() {}

    @Override
    public Endpoint pick(List<Endpoint> available, PickRequest request) {
        int from = next.getAndIncrement();
        for (int i = 0; i < available.size(); i++) {
            Endpoint endpoint = available.get(Math.floorMod(from + i, available.size()));
            if (!request.tried().contains(endpoint)) {
                return endpoint;
            }
        }
        return available.get(Math.floorMod(from, available.size()));
    }

    @Override
    public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
        return "its turn of " + available.size();
    }
}
