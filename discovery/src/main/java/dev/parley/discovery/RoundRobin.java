package dev.parley.discovery;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One after the other, whatever their weights and loads. It begins anywhere, so that many clients do not begin at the same
 * endpoint. Where endpoints are not equally quick, each slow one holds up its full share of the calls; {@link LeastLoaded} does not.
 */
public final class RoundRobin implements LoadBalancer {

    private final AtomicInteger next;

    /** A balancer that begins anywhere. */
    public RoundRobin() {
        this(ThreadLocalRandom.current().nextInt());
    }

    RoundRobin(int first) {
        this.next = new AtomicInteger(first);
    }

    @Override
    public Endpoint pick(List<Endpoint> available, PickRequest request) {
        int count = available.size();
        Endpoint cold = null;
        // Twice: who is passed over in slow start is passed over again, but not for ever.
        for (int i = 0; i < 2 * count; i++) {
            int turn = next.getAndIncrement();
            Endpoint endpoint = available.get(Math.floorMod(turn, count));
            if (request.avoids(endpoint)) {
                continue;
            }
            if (Golden.lets(endpoint.warmth(request.nanoTime()), turn)) {
                return endpoint;
            }
            cold = endpoint;
        }
        return cold != null ? cold : available.get(Math.floorMod(next.getAndIncrement(), count));
    }

    @Override
    public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
        return "its turn of " + available.size();
    }
}
