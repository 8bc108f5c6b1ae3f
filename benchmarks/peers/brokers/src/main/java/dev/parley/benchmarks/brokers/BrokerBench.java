package dev.parley.benchmarks.brokers;

import dev.parley.testing.servers.KafkaServer;
import dev.parley.testing.servers.RabbitMqServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Parley over a broker beside the broker's own client on the same server, and the embedded broker beside RabbitMQ on the same disk. Arguments:
 * {@code brokers|embedded-broker|backlog|outbox ROUNDS SECONDS}. Load and servers share the machine.
 */
final class BrokerBench {

    private static final int CONSUMED = 20_000;

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
            compare(
                    "RabbitMQ",
                    () -> new ParleyTarget(server.uri(), "bench.parley"),
                    () -> new RabbitTarget(server.uri(), "bench.own"));
        }
        try (KafkaServer server = KafkaServer.start()) {
            compare(
                    "Kafka",
                    () -> new ParleyTarget(server.uri(), "bench.parley"),
                    () -> new KafkaTarget(server.authority(), "bench.own"));
        }
    }

    private interface Opened {
        Target open() throws Exception;
    }

    private void compare(String system, Opened ours, Opened theirs) throws Exception {
        Table rates = new Table();
        Table times = new Table();
        try (Target parley = ours.open();
                Target own = theirs.open()) {
            for (int round = 0; round <= rounds; round++) {
                boolean warm = round == 0;
                boolean turn = round % 2 == 0;
                measure(
                        turn ? "Parley" : "own client",
                        turn ? parley : own,
                        warm ? new Table() : rates,
                        warm ? new Table() : times);
                measure(
                        turn ? "own client" : "Parley",
                        turn ? own : parley,
                        warm ? new Table() : rates,
                        warm ? new Table() : times);
            }
        }
        System.out.printf("## %s%n%n", system);
        rates.print(System.out, "a second");
        times.print(System.out, "ms");
        Table.ratios(System.out);
        rates.ratio(System.out, "Parley, publish, 1 waiting", "own client, publish, 1 waiting", "0.9", "0.95");
        rates.ratio(System.out, "Parley, publish, 64 waiting", "own client, publish, 64 waiting", "0.9", "0.95");
        rates.ratio(System.out, "Parley, consume", "own client, consume", "0.9", "0.95");
        times.ratio(System.out, "Parley, end to end, p50", "own client, end to end, p50", "-", "-");
        times.ratio(System.out, "Parley, end to end, p99", "own client, end to end, p99", "-", "-");
        System.out.println();
    }

    private void measure(String name, Target target, Table rates, Table times) throws Exception {
        drain(target);
        rates.add(name + ", publish, 1 waiting", Run.publish(target, 1, length));
        rates.add(name + ", publish, 64 waiting", Run.publish(target, 64, length));
        drain(target);
        Run.fill(target, CONSUMED);
        rates.add(name + ", consume", Run.consume(target, CONSUMED));
        double[] latency = Run.endToEnd(target, length);
        times.add(name + ", end to end, p50", latency[0]);
        times.add(name + ", end to end, p99", latency[1]);
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
