package dev.parley.discovery;

import dev.parley.Explanation;
import java.util.List;

/**
 * The decision of a balancer about one attempt.
 *
 * @param attempt 1 for the first
 * @param chosen where it went
 * @param reason why
 * @param considered what there was to choose from, and how each stood
 */
public record Pick(int attempt, Endpoint chosen, String reason, List<Considered> considered)
        implements Explanation.Decision {

    /** Copies the list. */
    public Pick {
        considered = List.copyOf(considered);
    }

    /**
     * One endpoint at the time of a pick.
     *
     * @param endpoint which
     * @param state how it stood, for people: {@code 2 calls, 12 ms}, {@code ejected for 30 s}, {@code tried}
     */
    public record Considered(Endpoint endpoint, String state) {}

    @Override
    public String by() {
        return "balance";
    }

    @Override
    public String what() {
        return "attempt " + attempt + " to " + chosen + ": " + reason;
    }
}
