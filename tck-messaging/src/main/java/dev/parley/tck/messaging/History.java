package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What happened in a run with faults, noted outside what is tested: by the test itself, and from the files that child processes append to
 * until they are killed. A line counts once its end is there.
 *
 * <p>Thread-safe.
 */
final class History {

    private final Set<String> attempted = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> delivered = new ConcurrentHashMap<>();
    private final Set<String> letters = ConcurrentHashMap.newKeySet();

    /** A publication begins. */
    void attempted(String id) {
        attempted.add(id);
    }

    /** The broker has confirmed it. */
    void acknowledged(String id) {
        acknowledged.add(id);
    }

    /** A handler has done all that it does for it. */
    void delivered(String id) {
        delivered.merge(id, 1, Integer::sum);
    }

    /** It is among the dead letters. */
    void letter(String id) {
        letters.add(id);
    }

    int acknowledged() {
        return acknowledged.size();
    }

    int delivered() {
        return delivered.size();
    }

    /** Adds what a child has written, once it has ended. */
    void add(Path file) throws IOException {
        for (String line : lines(file)) {
            int space = line.indexOf(' ');
            String id = line.substring(space + 1);
            switch (line.substring(0, Math.max(0, space))) {
                case "try" -> attempted(id);
                case "ok" -> acknowledged(id);
                case "done" -> delivered(id);
                default -> throw new IOException("line \"" + line + "\" of " + file + " is not one of a history");
            }
        }
    }

    /** The lines of a file that are whole. */
    static String[] lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new String[0];
        }
        String text = Files.readString(file, StandardCharsets.UTF_8);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        return whole.isEmpty() ? new String[0] : whole.split("\n");
    }

    /** The dead letters that were found. */
    Set<String> letters() {
        return Set.copyOf(letters);
    }

    /** Confirmed, never handled, and no dead letter. */
    Set<String> lost() {
        Set<String> lost = new TreeSet<>(acknowledged);
        lost.removeAll(delivered.keySet());
        lost.removeAll(letters);
        return lost;
    }

    /** Handled or a dead letter, and never published. */
    Set<String> unexpected() {
        Set<String> unexpected = new TreeSet<>(delivered.keySet());
        unexpected.addAll(letters);
        unexpected.removeAll(attempted);
        return unexpected;
    }

    /** Handled more than once: allowed, and worth knowing. */
    int duplicated() {
        return delivered.values().stream().mapToInt(count -> count - 1).sum();
    }

    /** Nothing that was confirmed is lost, nothing was made up, and something succeeded at all. */
    void check(String run) {
        System.out.println(run + ": " + this);
        assertThat(acknowledged)
                .as("%s: a run without success shows nothing", run)
                .isNotEmpty();
        assertThat(delivered.keySet())
                .as("%s: a run without success shows nothing", run)
                .isNotEmpty();
        assertThat(unexpected()).as("%s: unexpected; %s", run, this).isEmpty();
        assertThat(lost()).as("%s: lost; %s", run, this).isEmpty();
    }

    @Override
    public String toString() {
        return "attempted %d, acknowledged %d, delivered %d, dead letters %d, lost %d, duplicated %d, unexpected %d"
                .formatted(
                        attempted.size(),
                        acknowledged.size(),
                        delivered.size(),
                        letters.size(),
                        lost().size(),
                        duplicated(),
                        unexpected().size());
    }
}
