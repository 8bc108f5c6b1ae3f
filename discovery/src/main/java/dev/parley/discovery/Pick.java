package dev.parley.discovery;

import dev.parley.Explanation;
import java.util.List;

/**
 * The decision of a balancer about one attempt.
 *
 * @param attempt 1 for the first
 * @param chosen where it went
 * @param reason why
 * @param considered what there was to choose from, and how each stood: the chosen one first, {@value #MOST} at most
 * @param endpoints how many the service has
 * @param available how many of these could be called
 */
public record Pick(
        int attempt, Endpoint chosen, String reason, List<Considered> considered, int endpoints, int available)
        implements Explanation.Decision {

    /** Endpoints that one explanation names. */
    public static final int MOST = 10;

    /** Copies the list. */
    public Pick {
        considered = List.copyOf(considered);
    }

    /**
     * One endpoint at the time of a pick.
     *
     * @param endpoint which
     * @param state how it stood, for people: {@code 2 calls at 12 ms}, {@code ejected for 30 s}, {@code tried}
     */
    public record Considered(Endpoint endpoint, String state) {}

    @Override
    public String by() {
        return "balance";
    }

    @Override
    public String what() {
        StringBuilder text = new StringBuilder("attempt ")
                .append(attempt)
                .append(" to ")
                .append(chosen)
                .append(": ")
                .append(reason)
                .append(" (")
                .append(available)
                .append(" of ")
                .append(endpoints)
                .append(" available");
        for (Considered each : considered) {
            text.append("; ").append(each.endpoint()).append(": ").append(each.state());
        }
        int more = endpoints - considered.size();
        return text.append(more > 0 ? "; and " + more + " more)" : ")").toString();
    }

    @Override
    public String toString() {
        return by() + ": " + what();
    }
}
