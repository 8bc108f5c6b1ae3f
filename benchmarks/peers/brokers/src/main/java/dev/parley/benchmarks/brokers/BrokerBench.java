package dev.parley.benchmarks.brokers;

import dev.parley.testing.servers.KafkaServer;
import dev.parley.testing.servers.RabbitMqServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Parley over a broker beside the broker's own client on the same server, and the embedded broker beside RabbitMQ on the same disk. Arguments:
 * {@code brokers|embedded-broker|backlog|outbox ROUNDS SECONDS}. Load and servers share the machine.
 */
final class BrokerBench {

    private static final int CONSUMED = 50_000;

    private static final String PARLEY = "Parley";
    private static final String PUBLISH_1 = ", publish, 1 waiting";
    private static final String PUBLISH_64 = ", publish, 64 waiting";
    private static final String CONSUME = ", consume";
    private static final String BOTH = ", publish with 64 waiting, then consume";
    private static final String P50 = ", end to end, p50";
    private static final String P99 = ", end to end, p99";

    private final int rounds;
    private final Duration length;

    private BrokerBench(int rounds, Duration length) {
        this.rounds = rounds;
        this.length = length;
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("arguments: brokers|embedded-broker|backlog|outbox ROUNDS SECONDS");
        }
        BrokerBench bench = new BrokerBench(Integer.parseInt(args[1]), Duration.ofSeconds(Integer.parseInt(args[2])));
        switch (args[0]) {
            case "brokers" -> bench.clients();
            case "embedded-broker" -> bench.embedded();
            case "backlog" -> BacklogBench.run(bench.rounds, bench.length);
            case "outbox" -> OutboxBench.run(bench.rounds, bench.length);
            default -> throw new IllegalArgumentException("unknown benchmark " + args[0]);
        }
        System.exit(0); // clients' threads may be no daemons
    }

    private void clients() throws Exception {
        try (RabbitMqServer server = RabbitMqServer.start()) {
            Map<String, Opened> sides = new LinkedHashMap<>();
            sides.put(PARLEY, () -> new ParleyTarget(server.uri(), "bench.parley"));
            sides.put("own client", () -> new RabbitTarget(server.uri(), "bench.own"));
            compare("RabbitMQ", sides);
        }
        try (KafkaServer server = KafkaServer.start()) {
            Map<String, Opened> sides = new LinkedHashMap<>();
            sides.put(PARLEY, () -> new ParleyTarget(server.uri(), "bench.parley"));
            sides.put("own client, linger 0", () -> new KafkaTarget(server.authority(), "bench.own0", 0));
            sides.put("own client, linger 5 ms", () -> new KafkaTarget(server.authority(), "bench.own5", 5));
            compare("Kafka", sides);
        }
    }

    private interface Opened {
        Target open() throws Exception;
    }

    private void compare(String system, Map<String, Opened> sides) throws Exception {
        Table rates = new Table();
        Table times = new Table();
        Map<String, Target> open = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Opened> side : sides.entrySet()) {
                open.put(side.getKey(), side.getValue().open());
            }
            List<String> order = new ArrayList<>(sides.keySet());
            for (int round = 0; round <= rounds; round++) {
                boolean warm = round == 0;
                for (String name : order) {
                    measure(
                            name,
                            Objects.requireNonNull(open.get(name)),
                            warm ? new Table() : rates,
                            warm ? new Table() : times);
                }
                Collections.reverse(order);
            }
        } finally {
            for (Target each : open.values()) {
                each.close();
            }
        }
        System.out.printf("## %s%n%n", system);
        rates.print(System.out, "a second");
        times.print(System.out, "ms");
        Table.ratios(System.out);
        for (String own : sides.keySet()) {
            if (!own.equals(PARLEY)) {
                ratio(rates, own, PUBLISH_1, "-", "-");
                ratio(rates, own, PUBLISH_64, "-", "-");
                ratio(rates, own, CONSUME, "-", "-");
                ratio(rates, own, BOTH, "0.9", "0.95");
                ratio(times, own, P50, "-", "-");
                ratio(times, own, P99, "-", "-");
            }
        }
        System.out.println();
    }

    private static void ratio(Table table, String own, String what, String floor, String aim) {
        table.ratio(System.out, PARLEY + what, own + what, floor, aim);
    }

    private void measure(String name, Target target, Table rates, Table times) throws Exception {
        drain(target);
        rates.add(name + PUBLISH_1, Run.publish(target, 1, length));
        double published = Run.publish(target, 64, length);
        rates.add(name + PUBLISH_64, published);
        drain(target);
        Run.fill(target, CONSUMED);
        double consumed = Run.consume(target, CONSUMED);
        rates.add(name + CONSUME, consumed);
        rates.add(name + BOTH, 1 / (1 / published + 1 / consumed));
        double[] latency = Run.endToEnd(target, length);
        times.add(name + P50, latency[0]);
        times.add(name + P99, latency[1]);
    }

    /** Consumes all that is there: until nothing has come for a second. */
    static void drain(Target target) throws Exception {
        long[] last = {System.nanoTime() + 1_000_000_000L};
        try (AutoCloseable consumer = target.consume(payload -> last[0] = System.nanoTime())) {
            while (System.nanoTime() - last[0] < 1_000_000_000L) {
                Thread.sleep(50);
            }
        }
    }

    private void embedded() throws Exception {
        Path folder = Files.createTempDirectory("parley-bench-");
        Table rates = new Table();
        try (RabbitMqServer server = RabbitMqServer.start();
                Target sqlite = new ParleyTarget("sqlite:" + folder, "bench.parley");
                Target rabbit = new RabbitTarget(server.uri(), "bench.own")) {
            for (int round = 0; round <= rounds; round++) {
                Table table = round == 0 ? new Table() : rates;
                for (int publishers : new int[] {1, 64}) {
                    table.add("Parley on SQLite, " + publishers + " waiting", Run.publish(sqlite, publishers, length));
                    table.add(
                            "RabbitMQ, quorum queue, " + publishers + " waiting",
                            Run.publish(rabbit, publishers, length));
                }
                drain(sqlite);
                drain(rabbit);
            }
        } finally {
            BacklogBench.delete(folder);
        }
        rates.print(System.out, "confirmed publications a second");
        Table.ratios(System.out);
        rates.ratio(System.out, "Parley on SQLite, 1 waiting", "RabbitMQ, quorum queue, 1 waiting", "-", "-");
        rates.ratio(System.out, "Parley on SQLite, 64 waiting", "RabbitMQ, quorum queue, 64 waiting", "3", "5");
        System.out.println();
    }
}
