package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoService;
import dev.parley.chain.Chain;
import dev.parley.http.HttpClient;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Goodput of an {@link OverloadServer} with and without load shedding, at several times its capacity. Prints tables, and
 * draws the curve. Arguments: the port with shedding, the one without, rounds, seconds of each measurement, the file of
 * the curve.
 */
final class Overload {

    private static final double[] FACTORS = {0.5, 1, 1.5, 2, 3, 5};
    private static final double JUDGED = 3;
    private static final Duration DEADLINE = Duration.ofMillis(200);
    private static final Duration SETTLE = Duration.ofSeconds(2);
    /** As many as keep the server's core busy, and few enough that none waits for long. */
    private static final int CLOSED_CALLERS = 4;

    private enum Kind {
        SHEDDING("with load shedding"),
        UNSHED("without");

        final String title;

        Kind(String title) {
            this.title = title;
        }
    }

    private final Map<Kind, EchoService.Client> clients = new EnumMap<>(Kind.class);
    private final List<Measured> results = new ArrayList<>();

    private record Measured(Kind kind, double factor, int round, OpenLoop.Result result) {}

    private Overload() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 5) {
            throw new IllegalArgumentException("arguments: SHEDDING-PORT UNSHED-PORT ROUNDS SECONDS SVG");
        }
        int rounds = Integer.parseInt(args[2]);
        Duration length = Duration.ofSeconds(Integer.parseInt(args[3]));
        Overload overload = new Overload();
        try (HttpClient http = HttpClient.create();
                Channel shedding = channel(http, args[0]);
                Channel unshed = channel(http, args[1])) {
            overload.clients.put(Kind.SHEDDING, EchoService.client(shedding));
            overload.clients.put(Kind.UNSHED, EchoService.client(unshed));
            double capacity = overload.capacity();
            for (int round = 1; round <= rounds; round++) {
                overload.round(round, capacity, length);
            }
            overload.report(capacity, Path.of(args[4]));
        }
    }

    private static Channel channel(HttpClient http, String port) {
        return Channel.builder("http://127.0.0.1:" + port)
                .client(http)
                .chain(Chain.empty())
                .build();
    }

    private void call(Kind kind, Duration left) {
        EchoService.Client client = Objects.requireNonNull(clients.get(kind));
        client.with(CallOptions.defaults().withTimeout(left.isPositive() ? left : Duration.ofNanos(1)))
                .echo(Echo.SAMPLE);
    }

    /** The best of three: what else the machine does can only lower it. */
    private double capacity() throws InterruptedException {
        for (Kind kind : Kind.values()) {
            ClosedLoop.run(CLOSED_CALLERS, Duration.ofSeconds(4), () -> call(kind, Duration.ofSeconds(15)));
        }
        double best = 0;
        for (int i = 0; i < 3; i++) {
            double rate = ClosedLoop.run(
                    CLOSED_CALLERS, Duration.ofSeconds(2), () -> call(Kind.UNSHED, Duration.ofSeconds(15)));
            best = Math.max(best, rate);
        }
        return best;
    }

    private void round(int round, double capacity, Duration length) throws InterruptedException {
        for (double factor : FACTORS) {
            for (Kind kind : round % 2 == 0 ? List.of(Kind.UNSHED, Kind.SHEDDING) : List.of(Kind.values())) {
                OpenLoop.Result result =
                        OpenLoop.run(capacity * factor, SETTLE, length, DEADLINE, left -> call(kind, left));
                results.add(new Measured(kind, factor, round, result));
                System.err.printf(Locale.ROOT, "  round %d, %.1f times, %s: %s%n", round, factor, kind.title, result);
            }
        }
    }

    private void report(double capacity, Path svg) throws IOException {
        System.out.printf(
                Locale.ROOT,
                "Capacity %.0f calls/s (closed loop, %d callers), 2 ms of hashing each, deadline %d ms.%n%n",
                capacity,
                CLOSED_CALLERS,
                DEADLINE.toMillis());
        System.out.println("| offered | goodput with shedding, of capacity | min..max | p50, p99 of the good ones, ms"
                + " | refused | late | without shedding | min..max | late |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        double[][] curves = new double[2][FACTORS.length];
        for (int i = 0; i < FACTORS.length; i++) {
            Spread with = spread(Kind.SHEDDING, FACTORS[i], capacity);
            Spread without = spread(Kind.UNSHED, FACTORS[i], capacity);
            curves[0][i] = with.median;
            curves[1][i] = without.median;
            OpenLoop.Result last = of(Kind.SHEDDING, FACTORS[i]).getLast().result;
            OpenLoop.Result other = of(Kind.UNSHED, FACTORS[i]).getLast().result;
            double all = last.good() + last.refused() + last.late();
            System.out.printf(
                    Locale.ROOT,
                    "| %.1f | %.2f | %.2f..%.2f | %.0f, %.0f | %.0f %% | %.0f %% | %.2f | %.2f..%.2f | %.0f %% |%n",
                    FACTORS[i],
                    with.median,
                    with.least,
                    with.most,
                    last.p50Millis(),
                    last.p99Millis(),
                    100 * last.refused() / all,
                    100 * last.late() / all,
                    without.median,
                    without.least,
                    without.most,
                    100.0 * other.late() / (other.good() + other.refused() + other.late()));
        }
        goal();
        Files.writeString(
                svg,
                new Curve("goodput, in parts of the capacity", "offered load, times the capacity")
                        .line(Kind.SHEDDING.title, "#1b7837", FACTORS, curves[0])
                        .line(Kind.UNSHED.title, "#b2182b", FACTORS, curves[1])
                        .svg());
    }

    /** Goodput at three times the capacity, in parts of the highest of the same round. */
    private void goal() {
        List<Double> parts = of(Kind.SHEDDING, JUDGED).stream()
                .map(judged -> judged.result.goodPerSecond()
                        / results.stream()
                                .filter(other -> other.kind == Kind.SHEDDING && other.round == judged.round)
                                .mapToDouble(other -> other.result.goodPerSecond())
                                .max()
                                .orElseThrow())
                .toList();
        Spread spread = Spread.of(parts);
        System.out.printf(
                Locale.ROOT,
                "%n| ratio | median | min..max | floor | aim |%n| --- | --- | --- | --- | --- |%n"
                        + "| with shedding, goodput at 3 times the capacity / peak | %.2f | %.2f..%.2f | 0.9 | 1.0 |%n",
                spread.median,
                spread.least,
                spread.most);
    }

    private record Spread(double median, double least, double most) {
        static Spread of(List<Double> values) {
            List<Double> sorted = values.stream().sorted().toList();
            int middle = sorted.size() / 2;
            double median =
                    sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
            return new Spread(median, sorted.getFirst(), sorted.getLast());
        }
    }

    private List<Measured> of(Kind kind, double factor) {
        return results.stream()
                .filter(each -> each.kind == kind && each.factor == factor)
                .toList();
    }

    private Spread spread(Kind kind, double factor, double capacity) {
        return Spread.of(of(kind, factor).stream()
                .map(each -> each.result.goodPerSecond() / capacity)
                .toList());
    }
}
