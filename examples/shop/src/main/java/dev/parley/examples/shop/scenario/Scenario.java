package dev.parley.examples.shop.scenario;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The shop played over real sockets: all steps, each narrated in a line of its own. */
public final class Scenario {

    private static final List<Step> STEPS = Stream.of(
                    GoodOrders.STEPS,
                    RefusedOrders.STEPS,
                    BrokenPartners.STEPS,
                    OptionalSuggestions.STEPS,
                    Streams.STEPS,
                    TimeAndOrder.STEPS,
                    Outages.STEPS,
                    Storms.STEPS,
                    Traces.STEPS)
            .flatMap(List::stream)
            .toList();

    private final PrintStream out;

    /** A scenario that is narrated to {@code out}. */
    public Scenario(PrintStream out) {
        this.out = out;
    }

    /**
     * Opens a shop on free ports and plays all steps in it.
     *
     * @return whether all was as it should be
     */
    public boolean play() {
        long start = System.nanoTime();
        try (Stage stage = Stage.open()) {
            out.println("The shop is open: " + stage.describe());
            long failed =
                    STEPS.stream().filter(step -> !isPlayedWell(step, stage)).count();
            out.printf("%d of %d steps ok, %d ms%n", STEPS.size() - failed, STEPS.size(), millisSince(start));
            return failed == 0;
        }
    }

    private boolean isPlayedWell(Step step, Stage stage) {
        long start = System.nanoTime();
        try {
            String facts = step.play().on(stage);
            narrate("ok", step, facts, start);
            return true;
        } catch (Exception | AssertionError e) {
            narrate("FAILED", step, e.toString().replaceAll("\\s*\\n\\s*", " "), start);
            return false;
        }
    }

    private void narrate(String verdict, Step step, String facts, long start) {
        out.printf("%-6s  %s: %s (%d ms)%n", verdict, step.title(), facts, millisSince(start));
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
