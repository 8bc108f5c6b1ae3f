package dev.parley.discovery;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The less loaded of two endpoints that are drawn at random; the default. An endpoint's load is {@code latency x (in flight + 1)}: how
 * long a call would take there that had to wait for those before it. The latency is a moving average that follows peaks at once and
 * decays without calls ("peak EWMA"), so that a slow endpoint gets few calls, and is tried again.
 *
 * <p>Two at random, and not the best of all, because clients that all know the best would all go there; and it costs the same for
 * three endpoints as for a thousand.
 *
 * <ul>
 *   <li>Weights: an endpoint is drawn as often as its weight says, and its calls in flight weigh as much less.
 *   <li>Loads that differ by less than {@value #SAME} of the higher are the same: the one that was drawn first is taken. Noise in the
 *       averages would otherwise decide, and send everything to one of two endpoints that are equally good.
 *   <li>An endpoint without a latency is taken to be as quick as the other one, so that a new one is not flooded; {@link SlowStart}
 *       draws it less often on top of it.
 *   <li>A failure counts as an answer that took twice as long as usual: an endpoint that fails quickly does not look idle for that.
 * </ul>
 *
 * @see <a href="https://linkerd.io/2016/03/16/beyond-round-robin-load-balancing-for-latency/">Beyond round robin: load balancing for
 *     latency</a>
 */
public final class LeastLoaded implements LoadBalancer {

    static final double SAME = 0.1;
    private static final int DRAWS = 8;

    private final @Nullable RandomGenerator random;
    private volatile @Nullable Lots lots;

    /** A balancer that draws by {@link ThreadLocalRandom}. */
    public LeastLoaded() {
        this.random = null;
    }

    /** A balancer that draws by {@code random}, which is asked by many threads at once; for tests. */
    public LeastLoaded(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public void update(List<Endpoint> endpoints, List<Endpoint> available) {
        lots = available.isEmpty() ? null : Lots.of(available);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // that very list
    public Endpoint pick(List<Endpoint> available, PickRequest request) {
        if (available.size() == 1) {
            return available.getFirst();
        }
        Lots seen = lots;
        if (seen == null || seen.available() != available) {
            seen = Lots.of(available); // it has just changed
        }
        RandomGenerator chance = random == null ? ThreadLocalRandom.current() : random;
        Endpoint one = draw(seen, null, request, chance);
        if (one == null) {
            return seen.draw(chance.nextLong()); // all are to be avoided
        }
        Endpoint other = draw(seen, one, request, chance);
        if (other == null) {
            return one;
        }
        if (isLess(other, one, seen, request.nanoTime())) {
            request.passedOver(one);
            return other;
        }
        request.passedOver(other);
        return one;
    }

    /** One that is neither {@code taken} nor to be avoided; null if there is none. */
    @SuppressWarnings("ReferenceEquality") // that very endpoint
    private static @Nullable Endpoint draw(
            Lots lots, @Nullable Endpoint taken, PickRequest request, RandomGenerator chance) {
        Endpoint cold = null;
        for (int i = 0; i < DRAWS; i++) {
            long drawn = chance.nextLong();
            Endpoint endpoint = lots.draw(drawn);
            if (endpoint == taken || request.avoids(endpoint)) {
                continue;
            }
            double warmth = endpoint.warmth(request.nanoTime());
            if (warmth >= 1 || Golden.below(Golden.mixed(drawn), warmth)) {
                return endpoint;
            }
            cold = endpoint;
        }
        if (cold != null) {
            return taken == null ? cold : null; // better nothing beside it than one that is to be spared
        }
        List<Endpoint> all = lots.available();
        int from = chance.nextInt(all.size());
        for (int i = 0; i < all.size(); i++) {
            Endpoint endpoint = all.get((from + i) % all.size());
            if (endpoint != taken && !request.avoids(endpoint)) {
                return endpoint;
            }
        }
        return null;
    }

    private static boolean isLess(Endpoint other, Endpoint one, Lots lots, long now) {
        double latencyOfOther = other.latencyNanos(now);
        double latencyOfOne = one.latencyNanos(now);
        if (latencyOfOne == 0) {
            latencyOfOne = latencyOfOther == 0 ? 1 : latencyOfOther;
        }
        if (latencyOfOther == 0) {
            latencyOfOther = latencyOfOne;
        }
        double load = latencyOfOne * lots.queue(one, now);
        return latencyOfOther * lots.queue(other, now) < (1 - SAME) * load;
    }

    @Override
    public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
        Endpoint other = request.passedOver();
        if (other == null) {
            return available.size() == 1 ? "the only one available" : "the only one left of " + available.size();
        }
        long now = request.nanoTime();
        return "lower load of two: " + picked.state(now) + ", against " + other.state(now) + " of " + other;
    }
}
