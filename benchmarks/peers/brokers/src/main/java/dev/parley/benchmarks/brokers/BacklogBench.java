package dev.parley.benchmarks.brokers;

import dev.parley.testing.servers.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/** What messages that nobody consumes cost those that are consumed: of their own group, and of another topic. */
final class BacklogBench {

    private static final int BACKLOG = Integer.getInteger("parley.bench.backlog", 1_000_000);
    private static final int CONSUMED = BACKLOG / 50;

    private BacklogBench() {}

    static void run(int rounds, Duration length) throws Exception {
        Path folder = Files.createTempDirectory("parley-bench-");
        try {
            run("SQLite", "sqlite:" + folder, rounds, length);
        } finally {
            delete(folder);
        }
        try (PostgresServer server = PostgresServer.start()) {
            run("PostgreSQL", server.uri(), rounds, length);
        }
    }

    private static void run(String engine, String uri, int rounds, Duration length) throws Exception {
        Table rates = new Table();
        Table times = new Table();
        long filled;
        try (Target deep = new ParleyTarget(uri, "bench.deep");
                Target other = new ParleyTarget(uri, "bench.other")) {
            Run.publish(deep, 64, length);
            BrokerBench.drain(deep);
            for (int round = 0; round < rounds; round++) {
                measure("empty", deep, other, rates, times, length);
                BrokerBench.drain(deep);
            }
            long begin = System.nanoTime();
            Run.fill(deep, BACKLOG);
            filled = System.nanoTime() - begin;
            for (int round = 0; round < rounds; round++) {
                measure("full", deep, other, rates, times, length);
            }
        }
        System.out.printf("## %s: %,d messages wait (filled in %.1f s)%n%n", engine, BACKLOG, filled / 1e9);
        rates.print(System.out, "a second");
        times.print(System.out, "ms");
        Table.ratios(System.out);
        rates.ratio(System.out, "full, publish, 64 waiting", "empty, publish, 64 waiting", "-", "-");
        rates.ratio(System.out, "full, consume", "empty, consume", "-", "-");
        for (String time : new String[] {"publish, p50", "publish, p99", "another topic, p50", "another topic, p99"}) {
            times.ratio(System.out, "full, " + time, "empty, " + time, "-", "-");
        }
        System.out.println();
    }

    private static void measure(String state, Target deep, Target other, Table rates, Table times, Duration length)
            throws Exception {
        rates.add(state + ", publish, 64 waiting", Run.publish(deep, 64, length));
        if (state.equals("empty")) {
            BrokerBench.drain(deep);
            Run.fill(deep, CONSUMED);
        }
        rates.add(state + ", consume", Run.consume(deep, CONSUMED));
        double[] publication = Run.confirmed(deep, length);
        times.add(state + ", publish, p50", publication[0]);
        times.add(state + ", publish, p99", publication[1]);
        double[] latency = Run.endToEnd(other, length);
        times.add(state + ", another topic, p50", latency[0]);
        times.add(state + ", another topic, p99", latency[1]);
    }

    static void delete(Path folder) throws Exception {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
