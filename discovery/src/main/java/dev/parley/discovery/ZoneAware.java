package dev.parley.discovery;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Prefers endpoints in the caller's {@linkplain ServiceInstance#zone zone}, and lets another balancer pick among them. All calls stay in the
 * zone while enough of its endpoints may be called: {@code 1 / 1.4}, about 71 % by weight. Below that what is missing goes to the other zones,
 * in proportion: with half of them, 70 % stay. A zone with fewer than {@code least} endpoints is not preferred, because a client
 * cannot know how many others would crowd them. An attempt whose zone has been tried, or is full, goes elsewhere.
 *
 * <p>The factor is that of Envoy's localities.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority">Envoy's degraded
 *     priorities and overprovisioning factor</a>
 */
public final class ZoneAware implements LoadBalancer {

    private static final double OVERPROVISIONED = 1.4;

    private final String zone;
    private final int least;
    private final LoadBalancer local;
    private final LoadBalancer elsewhere;
    private final LoadBalancer everywhere;
    private final AtomicInteger turns =
            new AtomicInteger(ThreadLocalRandom.current().nextInt());
    private volatile Zones zones = new Zones(List.of(), List.of(), 0);

    /**
     * @param local those in the zone that may be called
     * @param elsewhere all others that may be called
     * @param share how much stays; 0 if the zone is not preferred
     */
    private record Zones(List<Endpoint> local, List<Endpoint> elsewhere, double share) {}

    private ZoneAware(String zone, int least, Factory among) {
        this.zone = zone;
        this.least = least;
        this.local = among.create();
        this.elsewhere = among.create();
        this.everywhere = among.create();
    }

    /** Prefers {@code zone}, whatever the number of its endpoints, and picks by a balancer that {@code among} makes. */
    public static Factory of(String zone, Factory among) {
        return of(zone, 1, among);
    }

    /**
     * As {@link #of(String, Factory)}, if the zone has {@code least} endpoints or more.
     *
     * @throws IllegalArgumentException if {@code zone} is empty or {@code least} not positive
     */
    public static Factory of(String zone, int least, Factory among) {
        if (zone.isEmpty()) {
            throw new IllegalArgumentException("zone must name where the caller runs, but is empty");
        }
        Settings.between("least", least, 1, 1_000_000);
        return () -> new ZoneAware(zone, least, among);
    }

    @Override
    public void update(List<Endpoint> endpoints, List<Endpoint> available) {
        List<Endpoint> near = in(endpoints, true);
        List<Endpoint> nearAvailable = in(available, true);
        List<Endpoint> farAvailable = in(available, false);
        local.update(near, nearAvailable);
        elsewhere.update(in(endpoints, false), farAvailable);
        everywhere.update(endpoints, available);
        long all = weight(near);
        double share = near.size() < least || all == 0 ? 0 : OVERPROVISIONED * weight(nearAvailable) / all;
        zones = new Zones(nearAvailable, farAvailable, Math.min(1, share));
    }

    private List<Endpoint> in(List<Endpoint> endpoints, boolean own) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.instance().zone().equals(zone) == own)
                .toList();
    }

    private static long weight(List<Endpoint> endpoints) {
        return endpoints.stream()
                .mapToLong(endpoint -> endpoint.instance().weight())
                .sum();
    }

    @Override
    public Endpoint pick(List<Endpoint> available, PickRequest request) {
        Zones seen = zones;
        boolean noChoice = seen.local.isEmpty() || seen.elsewhere.isEmpty();
        if (noChoice || seen.share == 0) {
            return everywhere.pick(available, request);
        }
        boolean stays = seen.share >= 1 || Golden.lets(seen.share, turns.getAndIncrement());
        Endpoint picked = stays ? local.pick(seen.local, request) : elsewhere.pick(seen.elsewhere, request);
        if (!request.avoids(picked)) {
            return picked;
        }
        Endpoint other = stays ? elsewhere.pick(seen.elsewhere, request) : local.pick(seen.local, request);
        return request.avoids(other) ? picked : other;
    }

    @Override
    public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
        Zones seen = zones;
        boolean own = picked.instance().zone().equals(zone);
        String where = own
                ? "in this zone, " + zone
                : seen.local.isEmpty()
                        ? "zone " + zone + " has none available"
                        : seen.share == 0
                                ? "zone " + zone + " has too few endpoints"
                                : "outside of zone " + zone + ", which keeps " + Math.round(seen.share * 100) + " %";
        return where + "; " + local.why(picked, available, request);
    }
}
