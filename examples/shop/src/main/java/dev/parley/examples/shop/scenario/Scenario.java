package dev.parley.examples.shop.scenario;

import dev.parley.examples.shop.servers.EventSettings;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The shop played over real sockets: all steps, each narrated in a line of its own. */
public final class Scenario {

    private static final List<Step<Stage>> STEPS = Stream.of(
                    GoodOrders.STEPS,
                    RefusedOrders.STEPS,
                    BrokenPartners.STEPS,
                    OptionalSuggestions.STEPS,
                    Streams.STEPS,
                    Events.STEPS,
                    TimeAndOrder.STEPS,
                    Outages.STEPS,
                    Storms.STEPS,
                    Traces.STEPS)
            .flatMap(List::stream)
            .toList();

    private static final List<Step<Town>> IN_PROCESSES = Stream.of(Instances.STEPS, Posts.STEPS, Restarts.STEPS)
            .flatMap(List::stream)
            .toList();

    private final PrintStream out;
    private final Optional<String> broker;
    private int played;
    private int failed;

    /** A scenario that is narrated to {@code out}, over this broker or the shop's own. */
    public Scenario(PrintStream out, Optional<String> broker) {
        this.out = out;
        this.broker = broker;
    }

    /**
     * Opens a shop on free ports and plays all steps in it, then another one in many processes, for the steps that need those.
     *
     * @return whether all was as it should be
     */
    public boolean play() {
        long start = System.nanoTime();
        inOneProcess();
        inProcesses();
        return summary(start);
    }

    /**
     * Plays the steps for which this process is enough, and no others.
     *
     * @return whether all was as it should be
     */
    public boolean playInOneProcess() {
        long start = System.nanoTime();
        inOneProcess();
        return summary(start);
    }

    private void inOneProcess() {
        try (Stage stage = Stage.open(broker)) {
            out.println("The shop is open: " + stage.describe());
            STEPS.forEach(step -> play(step, stage));
        }
    }

    /**
     * Plays the steps that need processes, and no others.
     *
     * @return whether all was as it should be
     */
    public boolean playInProcesses() {
        long start = System.nanoTime();
        inProcesses();
        return summary(start);
    }

    private void inProcesses() {
        long start = System.nanoTime();
        try (Town town = Town.open(broker.filter(EventSettings::isShared))) {
            out.println("The shop is open once more: " + town.describe() + " (" + millisSince(start) + " ms)");
            for (Step<Town> step : IN_PROCESSES) {
                int before = failed;
                play(step, town);
                if (failed > before) {
                    town.lastLines().forEach(line -> out.println("        " + line));
                }
            }
        } catch (InterruptedException | RuntimeException e) {
            played++;
            failed++;
            out.println("FAILED  the shop in processes: " + e);
        }
    }

    private boolean summary(long start) {
        out.printf("%d of %d steps ok, %d ms%n", played - failed, played, millisSince(start));
        return failed == 0;
    }

    private <S> void play(Step<S> step, S stage) {
        long start = System.nanoTime();
        played++;
        try {
            narrate("ok", step, step.play().on(stage), start);
        } catch (Exception | AssertionError e) {
            failed++;
            narrate("FAILED", step, e.toString().replaceAll("\\s*\\n\\s*", " "), start);
        }
    }

    private void narrate(String verdict, Step<?> step, String facts, long start) {
        out.printf("%-6s  %s: %s (%d ms)%n", verdict, step.title(), facts, millisSince(start));
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
