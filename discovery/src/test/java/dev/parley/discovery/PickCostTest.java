package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Outcome;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pick allocates: counted by the JVM for this thread, not estimated. */
class PickCostTest {

    private static final int PICKS = 20_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final CallScope call = ClusterSpec.call();

    private final PickRequest request = new PickRequest() {
        @Override
        public Call call() {
            return call;
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public boolean avoids(Endpoint endpoint) {
            return endpoint.isFull();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public int inFlight() {
            return 0;
        }
    };

    /** A part of a pick is what the JIT compiler's own work on this thread comes to, if there is any. */
    private static double bytesEach(Runnable work) {
        for (int i = 0; i < PICKS; i++) {
            work.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < PICKS; i++) {
            work.run();
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) PICKS;
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1_000})
    void aPickAllocatesNothing(int count) {
        call.requestHeaders().put("user", "u1");
        Map<String, LoadBalancer.Factory> all = new LinkedHashMap<>();
        all.put("least loaded", LeastLoaded::new);
        all.put("round robin", RoundRobin::new);
        all.put("weighted", Weighted::new);
        all.put("ring", RingHash.by(each -> "one and the same key"));
        all.put("bounded ring", RingHash.withBoundedLoad(RingHash.by(each -> "one and the same key"), 1.25));
        all.put("zone-aware", ZoneAware.of("here", LeastLoaded::new));
        all.forEach((name, made) -> {
            for (boolean weighted : new boolean[] {false, true}) {
                List<ServiceInstance> instances = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    instances.add(HandRegistry.instance(i)
                            .withWeight(weighted ? 1 + i % 7 : 1)
                            .withZone(i % 2 == 0 ? "here" : "there"));
                }
                LoadBalancer balancer = made.create();
                try (Cluster cluster = new Cluster(
                        HandRegistry.of(instances.toArray(ServiceInstance[]::new)),
                        "stock",
                        ClusterPolicy.defaults().withBalancer(() -> balancer))) {
                    List<Endpoint> available = cluster.availableEndpoints();
                    assertThat(bytesEach(() -> balancer.pick(available, request)))
                            .as("%s of %d, weighted: %s", name, count, weighted)
                            .isLessThan(1);
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1_000})
    void anAttemptAllocatesNoMoreThanItself(int count) {
        try (Cluster cluster = new Cluster(HandRegistry.of(count), "stock", ClusterPolicy.defaults())) {
            double with = bytesEach(() -> {
                CallScope own = ClusterSpec.call();
                cluster.tryPick(own).end(Outcome.OK);
            });
            double without = bytesEach(() -> ClusterSpec.call().attributes());
            assertThat(with - without).isLessThan(128); // the attempt, and its place among the call's attributes
        }
    }
}
