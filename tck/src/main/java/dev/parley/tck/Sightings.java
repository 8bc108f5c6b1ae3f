package dev.parley.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What a test has seen end, by name. Thread-safe. */
final class Sightings {

    private final Duration patience;
    private final Map<String, List<Outcome>> seen = new TreeMap<>(); // guarded by this

    Sightings(Duration patience) {
        this.patience = patience;
    }

    /** A listener that notes an end of {@code what}. */
    Consumer<Outcome> of(String what) {
        return outcome -> note(what, outcome);
    }

    synchronized void note(String what, Outcome outcome) {
        seen.computeIfAbsent(what, ignored -> new ArrayList<>()).add(outcome);
        notifyAll();
    }

    /** Waits for the end of each and checks that no end came twice. */
    synchronized void expectOnce(String... names) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        for (String name : names) {
            while (!seen.containsKey(name)) {
                long left = until - System.nanoTime();
                assertThat(left)
                        .as("%s did not end within %s; ended are %s", name, patience, seen)
                        .isPositive();
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
        assertThat(seen)
                .allSatisfy((name, outcomes) ->
                        assertThat(outcomes).as("ends of %s", name).hasSize(1));
    }

    /** Waits for the one end of {@code name}, which must be a failure. */
    synchronized void expectFailed(String name) throws InterruptedException {
        expectOnce(name);
        assertThat(seen.getOrDefault(name, List.of())).as("ends of %s", name).allMatch(outcome -> !outcome.isOk());
    }

    /** Waits for the one end of {@code name}, which must be a success. */
    synchronized void expectOk(String name) throws InterruptedException {
        expectOnce(name);
        assertThat(seen.getOrDefault(name, List.of())).as("ends of %s", name).allMatch(Outcome::isOk);
    }
}
