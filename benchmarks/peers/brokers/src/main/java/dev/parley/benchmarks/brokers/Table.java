package dev.parley.benchmarks.brokers;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Samples by their names, in rounds; printed as medians with their spread, and as ratios of the same round. */
final class Table {

    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    void add(String name, double value) {
        samples.computeIfAbsent(name, each -> new ArrayList<>()).add(value);
        System.err.printf(Locale.ROOT, "  %s: %.2f%n", name, value);
    }

    void print(PrintStream out, String unit) {
        out.printf("| | %s, median | min..max |%n| --- | --- | --- |%n", unit);
        samples.forEach((name, values) -> out.printf("| %s | %s |%n", name, spread(values, "%.2f")));
        out.println();
    }

    /** Heads the table of ratios. */
    static void ratios(PrintStream out) {
        out.printf("| ratio | median | min..max | floor | aim |%n| --- | --- | --- | --- | --- |%n");
    }

    void ratio(PrintStream out, String ours, String peer, String floor, String aim) {
        List<Double> mine = samples.getOrDefault(ours, List.of());
        List<Double> theirs = samples.getOrDefault(peer, List.of());
        List<Double> each = new ArrayList<>();
        for (int i = 0; i < Math.min(mine.size(), theirs.size()); i++) {
            each.add(mine.get(i) / theirs.get(i));
        }
        if (!each.isEmpty()) {
            out.printf("| %s / %s | %s | %s | %s |%n", ours, peer, spread(each, "%.2f"), floor, aim);
        }
    }

    private static String spread(List<Double> values, String format) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return String.format(
                Locale.ROOT, format + " | " + format + ".." + format, median, sorted.getFirst(), sorted.getLast());
    }
}
