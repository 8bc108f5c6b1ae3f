package dev.parley.discovery;

import dev.parley.Attributes;
import dev.parley.Call;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls with the same key go to the same endpoint, whichever client makes them: for caches and sessions. Endpoints stand on a ring
 * ({@value Ring#POINTS} places each, more with more weight), and a key's endpoint is the next from where the key is (consistent hashing). When
 * one of {@code n} endpoints comes or goes, about {@code 1/n} of the keys move; when one is ill its keys go to the next on the ring until it is
 * well. A call without a key goes anywhere.
 *
 * <p>A retry goes on along the ring. With {@linkplain #withBoundedLoad a bound} so does a call whose endpoint has more than its share, so
 * that one popular key does not swamp it.
 *
 * <p>Two clients agree only if their registries tell the same ids and weights. The places depend on nothing else.
 *
 * @see <a href="https://arxiv.org/abs/1608.01350">Consistent hashing with bounded loads</a>
 */
public final class RingHash implements LoadBalancer {

    private final Function<Call, @Nullable String> key;
    private final double bound;
    private volatile @Nullable Ring ring;

    private RingHash(Function<Call, @Nullable String> key, double bound) {
        this.key = key;
        this.bound = bound;
    }

    /** By the value of a request header, such as {@code x-user-id}. */
    public static Factory byHeader(String name) {
        return by(call -> call.requestHeaders().get(name).orElse(null));
    }

    /** By what an interceptor has left on the call. */
    public static Factory byAttribute(Attributes.Key<?> attribute) {
        return by(call -> call.attributes().get(attribute).map(Object::toString).orElse(null));
    }

    /** By what {@code key} makes of a call; null for no key. It is called on the thread that picks, and must not block. */
    public static Factory by(Function<Call, @Nullable String> key) {
        return () -> new RingHash(key, 0);
    }

    /**
     * As {@code rings} (from one of the methods above), with no endpoint above {@code factor} times its share of the calls in flight; 1.25
     * is usual.
     *
     * @throws IllegalArgumentException if that is not above 1 and at most 10
     */
    public static Factory withBoundedLoad(Factory rings, double factor) {
        Settings.between("factor", factor, 1.01, 10);
        return () -> {
            if (!(rings.create() instanceof RingHash unbound)) {
                throw new IllegalArgumentException("a bound needs a factory of RingHash");
            }
            return new RingHash(unbound.key, factor);
        };
    }

    @Override
    public void update(List<Endpoint> endpoints, List<Endpoint> available) {
        Ring before = ring;
        ring = endpoints.isEmpty()
                ? null
                : before != null && before.isOf(endpoints)
                        ? before.with(available)
                        : Ring.of(endpoints).with(available);
    }

    @Override
    public Endpoint pick(List<Endpoint> available, PickRequest request) {
        Ring seen = ring;
        if (seen == null) {
            seen = Ring.of(available).with(available);
        }
        String text = key.apply(request.call());
        long hash = text == null ? ThreadLocalRandom.current().nextLong() : Ring.hash(text);
        return seen.pick(hash, request, bound);
    }

    @Override
    public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
        Optional<String> text = Optional.ofNullable(key.apply(request.call()));
        Ring seen = ring;
        if (text.isEmpty() || seen == null) {
            return "at random: the call has no key";
        }
        Endpoint owner = seen.owner(Ring.hash(text.get()));
        return owner.equals(picked)
                ? "the key's place on the ring"
                : "next on the ring: the key's own, " + owner + ", has " + owner.state(request.nanoTime());
    }
}
