package dev.parley.discovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Endpoints on a ring of 64 bits, and which of them may be called. Immutable. */
final class Ring {

    /** Places of an endpoint of the least weight. */
    static final int POINTS = 160;

    private static final int MOST_POINTS = 1 << 18;

    private final List<Endpoint> endpoints;
    private final int[] weights;
    private final long totalWeight;
    // Sorted by where they are; the endpoint at each.
    private final long[] places;
    private final int[] owners;
    private final boolean[] available;

    private Ring(
            List<Endpoint> endpoints,
            int[] weights,
            long totalWeight,
            long[] places,
            int[] owners,
            boolean[] available) {
        this.endpoints = endpoints;
        this.weights = weights;
        this.totalWeight = totalWeight;
        this.places = places;
        this.owners = owners;
        this.available = available;
    }

    private record Place(long at, int owner) {}

    static Ring of(List<Endpoint> endpoints) {
        int[] weights = endpoints.stream()
                .mapToInt(endpoint -> endpoint.instance().weight())
                .toArray();
        int least = Arrays.stream(weights).filter(weight -> weight > 0).min().orElse(1);
        double sum = Arrays.stream(weights)
                        .mapToDouble(weight -> Math.max(weight, least))
                        .sum()
                / least;
        double points = Math.min(POINTS, MOST_POINTS / sum);
        List<Place> sorted = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            long seed = hash(endpoints.get(i).instance().id());
            long own = Math.max(1, Math.round(points * Math.max(weights[i], least) / least));
            for (long point = 0; point < own; point++) {
                sorted.add(new Place(Golden.mixed(seed + point * Golden.RATIO), i));
            }
        }
        sorted.sort((one, other) -> one.at != other.at
                ? Long.compareUnsigned(one.at, other.at)
                : endpoints
                        .get(one.owner)
                        .instance()
                        .id()
                        .compareTo(endpoints.get(other.owner).instance().id()));
        long[] places = sorted.stream().mapToLong(Place::at).toArray();
        int[] owners = sorted.stream().mapToInt(Place::owner).toArray();
        return new Ring(endpoints, weights, 1, places, owners, new boolean[weights.length]);
    }

    /** Whether the places are those of {@code others}. */
    boolean isOf(List<Endpoint> others) {
        if (!endpoints.equals(others)) {
            return false;
        }
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] != others.get(i).instance().weight()) {
                return false;
            }
        }
        return true;
    }

    /** The same places, with these to be called. */
    Ring with(List<Endpoint> callable) {
        boolean[] flags = new boolean[weights.length];
        long total = 0;
        int at = 0;
        for (int i = 0; i < flags.length && at < callable.size(); i++) { // in the same order
            if (endpoints.get(i).equals(callable.get(at))) {
                flags[i] = true;
                total += Math.max(1, weights[i]);
                at++;
            }
        }
        return new Ring(endpoints, weights, Math.max(1, total), places, owners, flags);
    }

    /** The same for the same text, in every process. */
    static long hash(String text) {
        long hash = 0xcbf29ce484222325L; // FNV-1a, whose low bits are good and whose high ones need what follows
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return Golden.mixed(hash);
    }

    private int first(long hash) {
        int low = 0;
        int high = places.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(places[middle], hash) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == places.length ? 0 : low;
    }

    /** Whose the key is if all are well. */
    Endpoint owner(long hash) {
        return endpoints.get(owners[first(hash)]);
    }

    /** The next that may be called, is not to be avoided, and has room under {@code bound} times its share, if that is not 0. */
    Endpoint pick(long hash, PickRequest request, double bound) {
        int from = first(hash);
        int crowded = -1;
        int avoided = -1;
        int last = -1;
        double allowed = bound == 0 ? 0 : bound * (request.inFlight() + 1) / totalWeight;
        for (int i = 0; i < places.length; i++) {
            int at = from + i < places.length ? from + i : from + i - places.length;
            int owner = owners[at];
            if (owner == last || !available[owner]) {
                continue;
            }
            last = owner;
            Endpoint endpoint = endpoints.get(owner);
            if (request.avoids(endpoint)) {
                avoided = avoided < 0 ? owner : avoided;
            } else if (bound == 0 || endpoint.inFlight() < Math.ceil(allowed * Math.max(1, weights[owner]))) {
                return endpoint;
            } else if (crowded < 0) {
                crowded = owner;
            }
        }
        return endpoints.get(crowded >= 0 ? crowded : avoided >= 0 ? avoided : owners[from]);
    }
}
