package dev.parley.discovery;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * By {@linkplain ServiceInstance#weight weight}, evenly: of any picks in a row each endpoint has its share but for one or two, as from
 * the earliest-deadline-first queue that other balancers keep; but without a queue, which would need a lock. The turns are multiples of the
 * golden ratio, which {@code log n} steps of a search turn into an endpoint.
 *
 * <p>An endpoint of weight 0 is picked only if there is no other. Loads do not matter here; {@link LeastLoaded} honours weights too.
 */
public final class Weighted implements LoadBalancer {

    private static final int TRIES = 32;

    private final AtomicLong turns;
    private volatile @Nullable Table table;

    /** A balancer that begins anywhere. */
    public Weighted() {
        this(ThreadLocalRandom.current().nextLong());
    }

    Weighted(long first) {
        this.turns = new AtomicLong(first);
    }

    /** For each endpoint the sum of the weights up to it, its own included. */
    private static final class Table {
        private final List<Endpoint> available;
        private final long[] sums;

        private Table(List<Endpoint> available, long[] sums) {
            this.available = available;
            this.sums = sums;
        }

        static Table of(List<Endpoint> available) {
            long[] sums = new long[available.size()];
            boolean allZero =
                    available.stream().allMatch(endpoint -> endpoint.instance().weight() == 0);
            long sum = 0;
            for (int i = 0; i < sums.length; i++) {
                sum += allZero ? 1 : available.get(i).instance().weight();
                sums[i] = sum;
            }
            return new Table(available, sums);
        }

        Endpoint at(long turn) {
            long wanted = Math.unsignedMultiplyHigh(turn, sums[sums.length - 1]);
            int low = 0;
            int high = sums.length - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (sums[middle] > wanted) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return available.get(low);
        }
    }

    @Override
    public void update(List<Endpoint> endpoints, List<Endpoint> available) {
        table = available.isEmpty() ? null : Table.of(available);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // that very list
    public Endpoint pick(List<Endpoint> available, PickRequest request) {
        Table seen = table;
        if (seen == null || seen.available != available) {
            seen = Table.of(available); // it has just changed
        }
        Endpoint cold = null;
        for (int i = 0; i < TRIES; i++) {
            long turn = turns.getAndAdd(Golden.RATIO);
            Endpoint endpoint = seen.at(turn);
            if (request.avoids(endpoint)) {
                continue;
            }
            if (endpoint.warmth(request.nanoTime()) >= 1
                    || Golden.below(Golden.mixed(turn), endpoint.warmth(request.nanoTime()))) {
                return endpoint;
            }
            cold = endpoint;
        }
        if (cold != null) {
            return cold;
        }
        for (Endpoint endpoint : available) {
            if (!request.avoids(endpoint)) {
                return endpoint;
            }
        }
        return seen.at(turns.getAndAdd(Golden.RATIO));
    }

    @Override
    public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
        long sum = available.stream()
                .mapToLong(endpoint -> endpoint.instance().weight())
                .sum();
        return "its turn, of weight " + picked.instance().weight() + " of " + sum;
    }
}
