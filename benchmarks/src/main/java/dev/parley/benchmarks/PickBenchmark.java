package dev.parley.benchmarks;

import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.discovery.Cluster;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.Endpoint;
import dev.parley.discovery.LeastLoaded;
import dev.parley.discovery.LoadBalancer;
import dev.parley.discovery.PickRequest;
import dev.parley.discovery.Picked;
import dev.parley.discovery.RingHash;
import dev.parley.discovery.RoundRobin;
import dev.parley.discovery.Weighted;
import dev.parley.discovery.ZoneAware;
import io.grpc.LoadBalancer.PickResult;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it takes to pick an endpoint, with all threads at one balancer; {@code -t 2} for two that contend.
 *
 * <p>The first five are each balancer's pick alone, as {@link #grpcRoundRobin} is that of grpc-java's round_robin. {@code cluster} is all
 * that Parley does for an attempt with the default balancer: the clock, the pick, the count of calls under way, the latency, and what ejects.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets it up
public class PickBenchmark {

    private static final Method METHOD = Method.unary("bench", "Pick");
    private static final int KEYS = 1_024;

    /** How many endpoints there are. */
    @Param({"3", "1000"})
    public int endpoints;

    private final PickRequest request = new FirstAttempt(CallScope.builder(METHOD).build(), System.nanoTime());
    private final String[] keys = new String[KEYS];
    private final LoadBalancer leastLoaded = new LeastLoaded();
    private final LoadBalancer roundRobin = new RoundRobin();
    private final LoadBalancer weighted = new Weighted();
    private final LoadBalancer ringHash = RingHash.by(call -> key()).create();
    private final LoadBalancer zoneAware = ZoneAware.of("a", LeastLoaded::new).create();
    private Cluster cluster;
    private List<Endpoint> available;
    private GrpcPicks grpc;

    /** A first attempt at a call: nothing is to be avoided. */
    private record FirstAttempt(Call call, long nanoTime) implements PickRequest {
        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public boolean avoids(Endpoint endpoint) {
            return false;
        }

        @Override
        public int inFlight() {
            return 0;
        }
    }

    private String key() {
        return keys[ThreadLocalRandom.current().nextInt(KEYS)];
    }

    /** Makes the endpoints, and balancers that know them. */
    @Setup
    public void setUp() throws Exception {
        for (int i = 0; i < KEYS; i++) {
            keys[i] = "user-" + i;
        }
        cluster = new Cluster(
                NamedEndpoints.registry(endpoints), "bench", ClusterPolicy.defaults().withoutSlowStart());
        while (cluster.endpoints().size() < endpoints) {
            Thread.sleep(1);
        }
        available = cluster.endpoints();
        for (LoadBalancer each : List.of(leastLoaded, roundRobin, weighted, ringHash, zoneAware)) {
            each.update(available, available);
        }
        grpc = GrpcPicks.roundRobin(endpoints);
    }

    /** Ends what runs in the background. */
    @TearDown
    public void tearDown() {
        cluster.close();
        grpc.close();
    }

    /** The lesser of two, by calls and latency. */
    @Benchmark
    public Endpoint leastLoaded() {
        return leastLoaded.pick(available, request);
    }

    /** By turns. */
    @Benchmark
    public Endpoint roundRobin() {
        return roundRobin.pick(available, request);
    }

    /** By weights from 1 to 5. */
    @Benchmark
    public Endpoint weighted() {
        return weighted.pick(available, request);
    }

    /** By a key of 1,024. */
    @Benchmark
    public Endpoint ringHash() {
        return ringHash.pick(available, request);
    }

    /** Those of one of three zones first. */
    @Benchmark
    public Endpoint zoneAware() {
        return zoneAware.pick(available, request);
    }

    /** All that is done for an attempt, its end included; the call is part of it. */
    @Benchmark
    public Endpoint cluster() {
        Picked picked = cluster.tryPick(CallScope.builder(METHOD).build());
        picked.end(Outcome.OK);
        return picked.endpoint();
    }

    /** The call of {@link #cluster} alone. */
    @Benchmark
    public Call callAlone() {
        return CallScope.builder(METHOD).build();
    }

    /** That of grpc-java. */
    @Benchmark
    public PickResult grpcRoundRobin() {
        return grpc.pick();
    }
}
