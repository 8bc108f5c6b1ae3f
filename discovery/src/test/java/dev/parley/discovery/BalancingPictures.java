package dev.parley.discovery;

import static dev.parley.discovery.Scenarios.ALL_WELL;
import static dev.parley.discovery.Scenarios.FAILING;
import static dev.parley.discovery.Scenarios.FLAPPING;
import static dev.parley.discovery.Scenarios.LEAST_LOADED;
import static dev.parley.discovery.Scenarios.NEW;
import static dev.parley.discovery.Scenarios.ODD;
import static dev.parley.discovery.Scenarios.ROUND_ROBIN;
import static dev.parley.discovery.Scenarios.SERVERS;
import static dev.parley.discovery.Scenarios.SLOW;
import static dev.parley.discovery.Scenarios.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Draws {@code balancing-*.svg} into the folder that is its argument: the curves of the simulation, the same at each run. Its numbers go to
 * the console.
 */
public final class BalancingPictures {

    private static final double[] PERCENTILES = {0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999};
    private static final String[] PERCENTILE_NAMES = {"50", "75", "90", "95", "99", "99.5", "99.9"};

    private BalancingPictures() {}

    /** One argument: the folder. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Files.writeString(folder.resolve("balancing-slow.svg"), slow().svg());
        Files.writeString(folder.resolve("balancing-fairness.svg"), fairness().svg());
        Files.writeString(folder.resolve("balancing-failing.svg"), failing().svg());
        Files.writeString(folder.resolve("balancing-flapping.svg"), flapping().svg());
        Files.writeString(
                folder.resolve("balancing-slow-start.svg"), slowStart().svg());
    }

    private static double[] places() {
        double[] places = new double[PERCENTILES.length];
        Arrays.setAll(places, i -> i);
        return places;
    }

    private static Chart slow() {
        Chart chart = new Chart(
                        "One of ten is ten times slower, and busy to 80 % with a tenth of the calls",
                        "percent of calls that took no longer", "milliseconds")
                .logarithmic()
                .across(places(), PERCENTILE_NAMES)
                .up(5, 10, 20, 50, 100, 200, 500, 1_000);
        Scenarios.all().forEach((name, made) -> chart.line(name, percentiles(name, run(made, SLOW, 0.08, 120, 1))));
        return chart.line("(all ten well)", percentiles("all well", run(LEAST_LOADED, ALL_WELL, 0.08, 120, 1)));
    }

    private static double[][] percentiles(String name, Simulation run) {
        double[][] points = new double[PERCENTILES.length][];
        for (int i = 0; i < points.length; i++) {
            points[i] = new double[] {i, run.percentile(PERCENTILES[i], 10)};
        }
        System.out.printf(
                "slow: %-14s p50 %6.1f ms, p99 %7.1f ms, slow one's share %.3f%n",
                name, points[0][1], points[4][1], run.share(ODD, 10, 120));
        return points;
    }

    private static Chart fairness() {
        double[] numbers = new double[SERVERS];
        Arrays.setAll(numbers, i -> i);
        Chart chart = new Chart("Ten that are equally quick: each one's share", "server", "percent of the attempts")
                .across(numbers)
                .up(0, 2, 4, 6, 8, 10, 12, 14);
        Scenarios.all().forEach((name, made) -> {
            Simulation run = run(made, ALL_WELL, 0.5, 20, 1);
            double[][] points = new double[SERVERS][];
            Arrays.setAll(points, i -> new double[] {i, 100 * run.share(i, 1, 20)});
            chart.line(name, points);
        });
        return chart;
    }

    private static double[][] share(Simulation run, int server, double seconds, double step) {
        List<double[]> points = new ArrayList<>();
        for (double at = 0; at + step <= seconds; at += step) {
            points.add(new double[] {at + step / 2, 100 * run.share(server, at, at + step)});
        }
        return points.toArray(double[][]::new);
    }

    private static Chart failing() {
        Simulation ejected = run(LEAST_LOADED, FAILING, 0.3, 110, 1);
        Simulation robin = run(ROUND_ROBIN, FAILING, 0.3, 110, 1, ClusterPolicy::withoutOutliers);
        Simulation least = run(LEAST_LOADED, FAILING, 0.3, 110, 1, ClusterPolicy::withoutOutliers);
        Simulation ejectedRobin = run(ROUND_ROBIN, FAILING, 0.3, 110, 1);
        report("failing, least loaded", ejected);
        report("failing, round robin", ejectedRobin);
        report("failing, round robin without ejection", robin);
        report("failing, least loaded without ejection", least);
        return new Chart("One of ten fails: its share of the attempts", "second", "percent")
                .across(new double[] {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110})
                .up(0, 2, 4, 6, 8, 10, 12)
                .band(10, 55, "it fails")
                .line("least loaded", share(ejected, ODD, 110, 1))
                .line("round robin", share(ejectedRobin, ODD, 110, 1))
                .line("same, no ejection", share(robin, ODD, 110, 1))
                .line("least loaded, none", share(least, ODD, 110, 1));
    }

    private static void report(String name, Simulation run) {
        System.out.printf(
                "%s: %d calls, %d failed; %d attempts, %d failed%n",
                name, run.answered().size(), run.failedCalls(), run.sent().size(), run.failedAttempts());
    }

    private static Chart flapping() {
        Simulation run = run(LEAST_LOADED, FLAPPING, 0.3, 400, 1);
        Simulation robin = run(ROUND_ROBIN, FLAPPING, 0.3, 400, 1, ClusterPolicy::withoutOutliers);
        report("flapping, ejected", run);
        report("flapping, round robin without ejection", robin);
        return new Chart("One of ten fails for 5 s, is well for 5 s, and so on", "second", "failed attempts so far")
                .logarithmic()
                .across(new double[] {0, 50, 100, 150, 200, 250, 300, 350, 400})
                .up(1, 10, 100, 1_000, 10_000, 100_000)
                .line("with ejection", failures(run))
                .line("round robin, without", failures(robin));
    }

    private static double[][] failures(Simulation run) {
        List<double[]> points = new ArrayList<>();
        int next = 0;
        int failed = 0;
        for (int second = 0; second <= 400; second += 2) {
            while (next < run.sent().size() && run.sent().get(next).second() < second) {
                failed += run.sent().get(next++).failed() ? 1 : 0;
            }
            points.add(new double[] {second, Math.max(1, failed)});
        }
        return points.toArray(double[][]::new);
    }

    private static Chart slowStart() {
        Simulation slowly = run(ROUND_ROBIN, NEW, 0.6, 45, 1);
        Simulation least = run(LEAST_LOADED, NEW, 0.6, 45, 1);
        Simulation atOnce = run(ROUND_ROBIN, NEW, 0.6, 45, 1, ClusterPolicy::withoutSlowStart);
        return new Chart("An eleventh comes, slow at first: the slowest call of each second", "second", "milliseconds")
                .logarithmic()
                .across(new double[] {15, 20, 25, 30, 35, 40, 45})
                .up(20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
                .band(20, 25, "5 x slower")
                .line("least loaded", worst(least))
                .line("round robin", worst(slowly))
                .line("same, no slow start", worst(atOnce));
    }

    private static double[][] worst(Simulation run) {
        double[] worst = new double[30];
        for (Simulation.Answered each : run.answered()) {
            int at = (int) each.second() - 15;
            if (at >= 0 && at < worst.length) {
                worst[at] = Math.max(worst[at], each.millis());
            }
        }
        double[][] points = new double[worst.length][];
        Arrays.setAll(points, i -> new double[] {15.5 + i, Math.max(1, worst[i])});
        return points;
    }
}
