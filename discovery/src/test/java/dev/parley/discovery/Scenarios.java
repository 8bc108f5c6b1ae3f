package dev.parley.discovery;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What the tests assert and the pictures show: ten servers of which one, number 3, is not as it should be. */
final class Scenarios {

    static final int SERVERS = 10;
    static final int ODD = 3;

    /** Calls a second of which ten servers with four workers at 10 ms are as busy as the number says. */
    static final double FULL = SERVERS * 4 * 100;

    private static final int KEYS = 20_000;

    private Scenarios() {}

    /** A balancer, whose chance is the run's. */
    interface Made extends Function<Simulation, LoadBalancer.Factory> {}

    static final Made LEAST_LOADED = run -> () -> new LeastLoaded(run.random());
    static final Made ROUND_ROBIN = run -> () -> new RoundRobin(0);
    static final Made WEIGHTED = run -> () -> new Weighted(0);
    static final Made RING = run -> RingHash.by(call -> "key-" + run.random().nextInt(KEYS));
    static final Made BOUNDED_RING = run ->
            RingHash.withBoundedLoad(RingHash.by(call -> "key-" + run.random().nextInt(KEYS)), 1.25);

    static Map<String, Made> all() {
        Map<String, Made> all = new LinkedHashMap<>();
        all.put("least loaded", LEAST_LOADED);
        all.put("round robin", ROUND_ROBIN);
        all.put("weighted", WEIGHTED);
        all.put("ring", RING);
        all.put("ring, bounded", BOUNDED_RING);
        return all;
    }

    /** Something else about the servers, the registry or the policy. */
    interface Setting {
        /** Sets it before the run; a later change is scheduled on it. */
        void set(Simulation run, HandRegistry registry);
    }

    static final Setting ALL_WELL = (run, registry) -> {};

    /** It takes ten times as long. */
    static final Setting SLOW = (run, registry) -> run.server(HandRegistry.instance(ODD)).meanMillis = second -> 100;

    /** It fails at once, from second 10 to second 55. */
    static final Setting FAILING = (run, registry) ->
            run.server(HandRegistry.instance(ODD)).failing = second -> second >= 10 && second < 55 ? 1 : 0;

    /** It fails for five seconds, is well for five, and so on. */
    static final Setting FLAPPING = (run, registry) ->
            run.server(HandRegistry.instance(ODD)).failing = second -> (int) (second / 5) % 2 == 1 ? 1 : 0;

    /** An eleventh comes at second 20, and takes five times as long at first: its caches are cold for 5 s. */
    static final Setting NEW = (run, registry) -> {
        Simulation.Server fresh = run.server(HandRegistry.instance(SERVERS));
        fresh.meanMillis = second -> second < 25 ? 50 : 10;
        run.schedule((long) (20 * Simulation.SECONDS), () -> registry.says(HandRegistry.instances(SERVERS + 1)));
    };

    static Simulation run(Made balancer, Setting setting, double load, double seconds, long seed) {
        return run(balancer, setting, load, seconds, seed, policy -> policy);
    }

    static Simulation run(
            Made balancer,
            Setting setting,
            double load,
            double seconds,
            long seed,
            UnaryOperator<ClusterPolicy> policy) {
        Simulation run = new Simulation(seed);
        HandRegistry registry = HandRegistry.of(SERVERS);
        HandRegistry.instances(SERVERS).forEach(run::server);
        setting.set(run, registry);
        ClusterPolicy how = policy.apply(ClusterPolicy.defaults().withTimer(run).withBalancer(balancer.apply(run)));
        try (Cluster cluster = new Cluster(registry, "stock", how)) {
            return run.run(cluster, load * FULL, seconds);
        }
    }
}
