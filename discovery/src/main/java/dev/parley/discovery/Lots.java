package dev.parley.discovery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Draws endpoints as often as their weights say, in constant time (Vose's alias method): each place of the table is shared by two
 * endpoints, and {@code shares} says how much of it is the first one's. Immutable.
 */
final class Lots {

    private static final long WHOLE = 1L << 32;

    private final List<Endpoint> available;
    // In 32 bits; empty if all weights are the same.
    private final long[] shares;
    private final int[] aliases;
    private final double meanWeight;

    private Lots(List<Endpoint> available, long[] shares, int[] aliases, double meanWeight) {
        this.available = available;
        this.shares = shares;
        this.aliases = aliases;
        this.meanWeight = meanWeight;
    }

    List<Endpoint> available() {
        return available;
    }

    static Lots of(List<Endpoint> available) {
        int count = available.size();
        double sum = available.stream()
                .mapToLong(endpoint -> endpoint.instance().weight())
                .sum();
        int first = available.getFirst().instance().weight();
        if (available.stream().allMatch(endpoint -> endpoint.instance().weight() == first)) {
            return new Lots(available, new long[0], new int[0], Math.max(1, first));
        }
        double[] scaled = new double[count];
        long[] shares = new long[count];
        int[] aliases = new int[count];
        Deque<Integer> small = new ArrayDeque<>();
        Deque<Integer> large = new ArrayDeque<>();
        for (int i = 0; i < count; i++) {
            scaled[i] = available.get(i).instance().weight() * count / sum;
            (scaled[i] < 1 ? small : large).add(i);
        }
        while (!small.isEmpty() && !large.isEmpty()) {
            int less = small.remove();
            int more = large.remove();
            shares[less] = (long) (scaled[less] * WHOLE);
            aliases[less] = more;
            scaled[more] -= 1 - scaled[less];
            (scaled[more] < 1 ? small : large).add(more);
        }
        // What is left is one but for rounding.
        small.forEach(place -> shares[place] = WHOLE);
        large.forEach(place -> shares[place] = WHOLE);
        return new Lots(available, shares, aliases, sum / count);
    }

    /** The one that the 64 bits of {@code chance} mean. */
    Endpoint draw(long chance) {
        int place = (int) (((chance >>> 32) * available.size()) >>> 32);
        if (shares.length == 0) {
            return available.get(place);
        }
        return available.get((chance & (WHOLE - 1)) < shares[place] ? place : aliases[place]);
    }

    /** How long the queue at {@code endpoint} is with one more call, for its weight. */
    double queue(Endpoint endpoint, long now) {
        double weight = shares.length == 0 ? 1 : Math.max(1, endpoint.instance().weight()) / meanWeight;
        return 1 + endpoint.inFlight() / (weight * endpoint.warmth(now));
    }
}
