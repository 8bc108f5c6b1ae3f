package dev.parley.benchmarks.balance;

import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import dev.parley.benchmarks.OpenLoop;
import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.discovery.LeastLoaded;
import dev.parley.discovery.RoundRobin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Goodput and latency of each balancer in front of the {@link UnequalServers}, by turns, with callers that come at a constant rate
 * of half of what the servers can do together. Prints tables. Arguments: the ports, rounds, seconds of each measurement.
 */
final class Balance {

    private static final double OFFERED = 0.5;
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final EchoRequest REQUEST =
            EchoRequest.newBuilder().setId(42).setText("order 4711").build();

    private static final String OURS = "Parley, least loaded of two (default)";
    private static final String OUR_TURNS = "Parley, round robin";
    private static final String GRPC_TURNS = "grpc-java, round_robin";
    private static final String GRPC_LEAST = "grpc-java, least_request_experimental";
    private static final String GRPC_WEIGHTED = "grpc-java, weighted_round_robin, with load reports";
    private static final String ARMERIA = "Armeria, weighted round robin (default)";
    private static final String ARMERIA_TURNS = "Armeria, round robin";

    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final Map<String, List<OpenLoop.Result>> results = new LinkedHashMap<>();

    private Balance(List<Integer> ports) throws Exception {
        clients.put(OURS, new ParleyClient(ports, LeastLoaded::new, REQUEST));
        clients.put(OUR_TURNS, new ParleyClient(ports, RoundRobin::new, REQUEST));
        clients.put(GRPC_TURNS, new GrpcClient(ports, "round_robin", Map.of(), REQUEST));
        clients.put(GRPC_LEAST, new GrpcClient(ports, "least_request_experimental", Map.of(), REQUEST));
        clients.put(
                GRPC_WEIGHTED, new GrpcClient(ports, "weighted_round_robin", Map.of("blackoutPeriod", "1s"), REQUEST));
        clients.put(ARMERIA, new ArmeriaClient(ports, EndpointSelectionStrategy.weightedRoundRobin(), REQUEST));
        clients.put(ARMERIA_TURNS, new ArmeriaClient(ports, EndpointSelectionStrategy.roundRobin(), REQUEST));
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("arguments: PORT,PORT,... ROUNDS SECONDS");
        }
        List<Integer> ports =
                Stream.of(args[0].split(",", -1)).map(Integer::valueOf).toList();
        int rounds = Integer.parseInt(args[1]);
        Duration length = Duration.ofSeconds(Integer.parseInt(args[2]));
        Balance balance = new Balance(ports);
        balance.clients.values().forEach(Balance::warmUp);
        for (int round = 1; round <= rounds; round++) {
            balance.round(round, length);
        }
        balance.report(rounds, length);
        balance.clients.values().forEach(Client::close);
        System.exit(0); // Armeria's threads are no daemons
    }

    /** Connects to each server, and lets the JIT compiler see what is called. */
    private static void warmUp(Client client) {
        try {
            OpenLoop.run(600, Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(15), client);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void round(int round, Duration length) throws InterruptedException {
        List<String> order = new ArrayList<>(clients.keySet());
        for (String name : round % 2 == 0 ? order.reversed() : order) {
            Client client = clients.get(name);
            if (client == null) {
                throw new IllegalStateException(name);
            }
            OpenLoop.Result result =
                    OpenLoop.run(UnequalServers.capacity() * OFFERED, SETTLE, length, DEADLINE, client);
            results.computeIfAbsent(name, each -> new ArrayList<>()).add(result);
            System.err.printf(Locale.ROOT, "  round %d, %s: %s%n", round, name, result);
        }
    }

    private void report(int rounds, Duration length) {
        double offered = UnequalServers.capacity() * OFFERED;
        System.out.printf(
                Locale.ROOT,
                "%d servers of %d workers in one process; a call takes %d ms, at one of them %d ms. Offered are %.0f calls/s, half of"
                        + " what they can do; deadline %d ms.%n%n",
                UnequalServers.SERVERS,
                UnequalServers.WORKERS,
                UnequalServers.QUICK_MILLIS,
                UnequalServers.SLOW_MILLIS,
                offered,
                DEADLINE.toMillis());
        System.out.println(
                "| balancer | goodput, of what is offered | min..max | p50 of the good ones, ms | p99 of all (late is the deadline), ms | min..max"
                        + " | late | refused |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (String name : clients.keySet()) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %s | %.1f %% | %.1f %% |%n",
                    name,
                    spread("%.3f", name, result -> result.goodPerSecond() / offered),
                    median(name, OpenLoop.Result::p50Millis),
                    spread("%.1f", name, Balance::p99Millis),
                    median(name, result -> 100.0 * result.late() / all(result)),
                    median(name, result -> 100.0 * result.refused() / all(result)));
        }
        System.out.printf("%n| ratio | median | min..max | floor | aim |%n| --- | --- | --- | --- | --- |%n");
        for (String peer : List.of(OUR_TURNS, GRPC_TURNS, GRPC_LEAST, GRPC_WEIGHTED, ARMERIA)) {
            System.out.printf(
                    "| goodput, ours / %s | %s | 1.0 | 1.0 |%n",
                    peer, ratio(peer, rounds, OpenLoop.Result::goodPerSecond));
            System.out.printf("| p99, ours / %s | %s | 1.0 | 0.5 |%n", peer, ratio(peer, rounds, Balance::p99Millis));
        }
        System.out.printf(
                "%n%d rounds of %d s, behind %d s that do not count.%n",
                rounds, length.toSeconds(), SETTLE.toSeconds());
    }

    /** Of all calls: one that was not answered in time took the deadline. */
    private static double p99Millis(OpenLoop.Result result) {
        return result.good() < 0.99 * all(result) ? DEADLINE.toMillis() : result.p99Millis();
    }

    private static double all(OpenLoop.Result result) {
        return (double) result.good() + result.late() + result.refused();
    }

    private List<OpenLoop.Result> of(String name) {
        return results.getOrDefault(name, List.of());
    }

    private double median(String name, ToDoubleFunction<OpenLoop.Result> figure) {
        return median(of(name).stream().mapToDouble(figure).sorted().toArray());
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private String spread(String format, String name, ToDoubleFunction<OpenLoop.Result> figure) {
        return spread(format, of(name).stream().mapToDouble(figure).sorted().toArray());
    }

    private static String spread(String format, double[] sorted) {
        return String.format(
                Locale.ROOT,
                format + " | " + format + ".." + format,
                median(sorted),
                sorted[0],
                sorted[sorted.length - 1]);
    }

    private String ratio(String peer, int rounds, ToDoubleFunction<OpenLoop.Result> figure) {
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            ratios[i] = figure.applyAsDouble(of(OURS).get(i)) / figure.applyAsDouble(of(peer).get(i));
        }
        java.util.Arrays.sort(ratios);
        return spread("%.2f", ratios);
    }
}
