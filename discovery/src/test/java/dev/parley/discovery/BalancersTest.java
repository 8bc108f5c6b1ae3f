package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Outcome;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Where each balancer sends calls, held against what its documentation says. */
class BalancersTest {

    private final FakeTimer timer = new FakeTimer();

    private Cluster cluster(List<ServiceInstance> instances, LoadBalancer.Factory balancer) {
        return new Cluster(
                HandRegistry.of(instances.toArray(ServiceInstance[]::new)),
                "stock",
                ClusterPolicy.defaults().withTimer(timer).withBalancer(balancer));
    }

    private static List<ServiceInstance> weighted(List<Integer> weights) {
        return IntStream.range(0, weights.size())
                .mapToObj(i -> HandRegistry.instance(i).withWeight(weights.get(i)))
                .toList();
    }

    private static CallScope keyed(String key) {
        CallScope call = ClusterSpec.call();
        call.requestHeaders().put("user", key);
        return call;
    }

    private static String pick(Cluster cluster, Call call) {
        Picked picked = cluster.tryPick(call);
        picked.end(Outcome.OK);
        return picked.endpoint().instance().id();
    }

    // ---- weighted

    /** In any window of picks each has its share but for two, as from a queue by deadline. */
    @Property(tries = 200)
    void weightedIsEvenInEveryWindow(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 0, max = 1_000) Integer> weights,
            @ForAll @IntRange(min = 1, max = 400) int length) {
        try (Cluster cluster = cluster(weighted(weights), Weighted::new)) {
            boolean allZero = weights.stream().allMatch(weight -> weight == 0);
            double sum = allZero ? weights.size() : weights.stream().mapToInt(i -> i).sum();
            List<String> went = IntStream.range(0, 800)
                    .mapToObj(i -> pick(cluster, ClusterSpec.call()))
                    .toList();
            for (int i = 0; i < weights.size(); i++) {
                String id = "a" + i;
                double share = (allZero ? 1 : weights.get(i)) / sum;
                for (int from = 0; from + length <= went.size(); from += length) {
                    long there =
                            went.subList(from, from + length).stream().filter(id::equals).count();
                    assertThat((double) there).isBetween(share * length - 2.5, share * length + 2.5);
                    if (share == 0) {
                        assertThat(there).isZero();
                    }
                }
            }
        }
    }

    @Example
    void weightedIsExactWithinATenthOfAPercentInTheLongRun() {
        try (Cluster cluster = cluster(weighted(List.of(65_535, 1, 0, 32_768)), Weighted::new)) {
            Map<String, Integer> count = new HashMap<>();
            for (int i = 0; i < 200_000; i++) {
                count.merge(pick(cluster, ClusterSpec.call()), 1, Integer::sum);
            }
            assertThat(count.get("a0")).isBetween(133_200, 133_450);
            assertThat(count.get("a3")).isBetween(66_550, 66_800);
            assertThat(count.get("a1")).isBetween(1, 4);
            assertThat(count).doesNotContainKey("a2");
        }
    }

    // ---- least loaded

    @Example
    void leastLoadedGoesByWeightWhereLoadsAreTheSame() {
        for (List<Integer> weights : List.of(List.of(1, 2), List.of(1, 1, 2), List.of(5, 1, 3, 0, 1))) {
            try (Cluster cluster = cluster(weighted(weights), () -> new LeastLoaded(new Random(7)))) {
                Map<String, Integer> count = new HashMap<>();
                for (int i = 0; i < 20_000; i++) {
                    count.merge(pick(cluster, ClusterSpec.call()), 1, Integer::sum);
                }
                double sum = weights.stream().mapToInt(i -> i).sum();
                for (int i = 0; i < weights.size(); i++) {
                    double share = weights.get(i) / sum;
                    assertThat(count.getOrDefault("a" + i, 0) / 20_000.0)
                            .as("weight %d of %s", weights.get(i), weights)
                            .isBetween(share - 0.02, share + 0.02);
                }
            }
        }
    }

    @Example
    void leastLoadedKeepsQueuesInProportionToWeights() {
        try (Cluster cluster = cluster(weighted(List.of(1, 2, 5)), () -> new LeastLoaded(new Random(7)))) {
            for (int i = 0; i < 800; i++) {
                cluster.tryPick(ClusterSpec.call());
            }
            assertThat(cluster.endpoints().get(0).inFlight()).isBetween(85, 115);
            assertThat(cluster.endpoints().get(1).inFlight()).isBetween(180, 220);
            assertThat(cluster.endpoints().get(2).inFlight()).isBetween(475, 525);
        }
    }

    @Example
    void leastLoadedDoesNotFloodWhatItDoesNotKnow() {
        HandRegistry registry = HandRegistry.of(4);
        ClusterPolicy policy = ClusterPolicy.defaults()
                .withTimer(timer)
                .withoutSlowStart()
                .withBalancer(() -> new LeastLoaded(new Random(7)));
        try (Cluster cluster = new Cluster(registry, "stock", policy)) {
            for (Endpoint endpoint : cluster.endpoints()) {
                endpoint.latency.observe(timer.nanoTime(), 10_000_000);
            }
            registry.says(HandRegistry.instances(5));
            List<Picked> open = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                open.add(cluster.tryPick(ClusterSpec.call()));
            }
            assertThat(cluster.endpoints().get(4).inFlight()).isBetween(80, 120);
            open.forEach(each -> each.end(Outcome.OK));
        }
    }

    @Example
    void leastLoadedTriesASlowOneAgain() {
        try (Cluster cluster = cluster(HandRegistry.instances(2), () -> new LeastLoaded(new Random(7)))) {
            Endpoint slow = cluster.endpoints().get(0);
            slow.latency.observe(timer.nanoTime(), 1_000_000_000);
            int quick = 0;
            boolean again = false;
            for (int second = 0; second < 120 && !again; second++) {
                Picked picked = cluster.tryPick(ClusterSpec.call());
                again = picked.endpoint().equals(slow);
                timer.advance(Duration.ofMillis(10));
                picked.end(Outcome.OK);
                timer.advance(Duration.ofMillis(990));
                quick += again ? 0 : 1;
            }
            assertThat(again).isTrue();
            assertThat(quick).isBetween(25, 90); // about five times the decay, for a hundredth
        }
    }

    // ---- ring

    @Property(tries = 20)
    void aRingMovesOnlyTheKeysOfWhoCameOrWent(
            @ForAll @IntRange(min = 2, max = 40) int count, @ForAll @IntRange(max = 39) int which) {
        HandRegistry registry = HandRegistry.of(count);
        ClusterPolicy policy =
                ClusterPolicy.defaults().withTimer(timer).withBalancer(RingHash.byHeader("user"));
        try (Cluster cluster = new Cluster(registry, "stock", policy)) {
            int keys = 4_000;
            List<String> before = IntStream.range(0, keys)
                    .mapToObj(i -> pick(cluster, keyed("user-" + i)))
                    .toList();
            List<ServiceInstance> fewer = new ArrayList<>(HandRegistry.instances(count));
            String gone = fewer.remove(which % count).id();
            registry.says(fewer);
            int moved = 0;
            for (int i = 0; i < keys; i++) {
                String now = pick(cluster, keyed("user-" + i));
                assertThat(now).isNotEqualTo(gone);
                if (!now.equals(before.get(i))) {
                    moved++;
                    assertThat(before.get(i)).isEqualTo(gone);
                }
            }
            assertThat((double) moved / keys).isBetween(0.5 / count, 1.6 / count);

            registry.says(HandRegistry.instances(count));
            for (int i = 0; i < keys; i++) {
                assertThat(pick(cluster, keyed("user-" + i))).isEqualTo(before.get(i));
            }
        }
    }

    @Example
    void aRingGivesMoreKeysToMoreWeight() {
        try (Cluster cluster = cluster(weighted(List.of(1, 2, 5)), RingHash.byHeader("user"))) {
            Map<String, Integer> count = new HashMap<>();
            for (int i = 0; i < 20_000; i++) {
                count.merge(pick(cluster, keyed("user-" + i)), 1, Integer::sum);
            }
            assertThat(count.getOrDefault("a0", 0) / 20_000.0).isBetween(0.08, 0.18);
            assertThat(count.getOrDefault("a1", 0) / 20_000.0).isBetween(0.18, 0.32);
            assertThat(count.getOrDefault("a2", 0) / 20_000.0).isBetween(0.53, 0.73);
        }
    }

    @Property(tries = 50)
    void aBoundKeepsAPopularKeyFromSwampingItsEndpoint(@ForAll @IntRange(min = 2, max = 20) int count) {
        LoadBalancer.Factory bounded = RingHash.withBoundedLoad(RingHash.byHeader("user"), 1.25);
        try (Cluster cluster = cluster(HandRegistry.instances(count), bounded)) {
            for (int i = 1; i <= 200; i++) {
                cluster.tryPick(keyed("everybody's"));
                int most = cluster.endpoints().stream()
                        .mapToInt(Endpoint::inFlight)
                        .max()
                        .orElseThrow();
                assertThat(most).isLessThanOrEqualTo((int) Math.ceil(1.25 * i / count));
            }
        }
    }

    @Example
    void twoClientsAgreeWhateverTheOrder() {
        List<ServiceInstance> backwards =
                new ArrayList<>(HandRegistry.instances(12)).reversed();
        try (Cluster one = cluster(HandRegistry.instances(12), RingHash.byHeader("user"));
                Cluster other = cluster(backwards, RingHash.byHeader("user"))) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(pick(one, keyed("k" + i))).isEqualTo(pick(other, keyed("k" + i)));
            }
        }
        // And for good: a change of the hash would send every key elsewhere on a rolling update of clients.
        assertThat(Ring.hash("user-1")).isEqualTo(RING_HASH_OF_USER_1);
    }

    private static final long RING_HASH_OF_USER_1 = -4_280_189_891_278_413_992L;

    @Example
    void anIllEndpointsKeysGoToTheNextUntilItIsBack() {
        try (Cluster cluster = cluster(HandRegistry.instances(10), RingHash.byHeader("user"))) {
            List<String> before = IntStream.range(0, 2_000)
                    .mapToObj(i -> pick(cluster, keyed("k" + i)))
                    .toList();
            for (int i = 0; i < 2_000 && cluster.endpoints().get(3).isWell(); i++) {
                Picked picked = cluster.tryPick(keyed("k" + i));
                picked.end(
                        picked.endpoint().instance().id().equals("a3")
                                ? Outcome.failed(ClusterSpec.remote(dev.parley.Code.UNAVAILABLE))
                                : Outcome.OK);
            }
            for (int i = 0; i < 2_000; i++) {
                String now = pick(cluster, keyed("k" + i));
                assertThat(now.equals(before.get(i))).isEqualTo(!before.get(i).equals("a3"));
            }
            timer.advance(Duration.ofSeconds(30));
            for (int i = 0; i < 2_000; i++) {
                assertThat(pick(cluster, keyed("k" + i))).isEqualTo(before.get(i));
            }
        }
    }

    // ---- zones

    private static List<ServiceInstance> zoned(int near, int far) {
        return IntStream.range(0, near + far)
                .mapToObj(i -> HandRegistry.instance(i).withZone(i < near ? "near" : "far"))
                .toList();
    }

    private double nearShare(Cluster cluster) {
        int near = 0;
        for (int i = 0; i < 2_000; i++) {
            Picked picked = cluster.tryPick(ClusterSpec.call());
            near += picked.endpoint().instance().zone().equals("near") ? 1 : 0;
            picked.end(Outcome.OK);
        }
        return near / 2_000.0;
    }

    private void eject(Cluster cluster, int index) {
        Endpoint endpoint = cluster.endpoints().get(index);
        while (endpoint.isWell()) {
            Picked picked = cluster.tryPick(ClusterSpec.call());
            picked.end(
                    picked.endpoint().equals(endpoint)
                            ? Outcome.failed(ClusterSpec.remote(dev.parley.Code.UNAVAILABLE))
                            : Outcome.OK);
        }
    }

    @Example
    void aZoneKeepsItsCallsWhileItCanAndSpillsOverInProportion() {
        ClusterPolicy policy = ClusterPolicy.defaults()
                .withTimer(timer)
                .withOutliers(OutlierPolicy.defaults().withMaxEjectedShare(1))
                .withBalancer(ZoneAware.of("near", RoundRobin::new));
        try (Cluster cluster = new Cluster(
                HandRegistry.of(zoned(4, 20).toArray(ServiceInstance[]::new)), "stock", policy)) {
            assertThat(nearShare(cluster)).isEqualTo(1);
            eject(cluster, 0);
            assertThat(nearShare(cluster)).isEqualTo(1); // three of four are 75 %, which is enough
            eject(cluster, 1);
            assertThat(nearShare(cluster)).isBetween(0.69, 0.71);
            eject(cluster, 2);
            assertThat(nearShare(cluster)).isBetween(0.34, 0.36);
            eject(cluster, 3);
            assertThat(nearShare(cluster)).isZero();
        }
    }

    @Example
    void aZoneWithTooFewIsNotPreferred() {
        try (Cluster cluster = cluster(zoned(1, 9), ZoneAware.of("near", 2, RoundRobin::new))) {
            assertThat(nearShare(cluster)).isBetween(0.09, 0.11);
        }
        try (Cluster cluster = cluster(zoned(1, 9), ZoneAware.of("nowhere", RoundRobin::new))) {
            assertThat(nearShare(cluster)).isBetween(0.09, 0.11);
        }
    }
}
