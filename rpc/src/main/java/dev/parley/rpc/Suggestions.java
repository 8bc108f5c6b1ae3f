package dev.parley.rpc;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what somebody who has misspelt a name may have meant. */
final class Suggestions {

    private static final int MOST = 3;
    private static final int LONGEST = 200;

    private Suggestions() {}

    private record Candidate(String name, int distance) {}

    /** {@code "; did you mean A or B?"}, or nothing if no name is near. */
    static String didYouMean(String wanted, Collection<String> names) {
        List<String> near = closest(wanted, names);
        return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + '?';
    }

    static List<String> closest(String wanted, Collection<String> names) {
        String lower = wanted.toLowerCase(Locale.ROOT);
        if (lower.length() > LONGEST) {
            return List.of();
        }
        List<Candidate> nearest = names.stream()
                .map(name -> new Candidate(name, distance(lower, name.toLowerCase(Locale.ROOT))))
                .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .limit(MOST)
                .toList();
        // A far one beside a near one is no help.
        int most = nearest.isEmpty()
                ? 0
                : Math.min(Math.max(2, lower.length() / 4), nearest.getFirst().distance() + 1);
        return nearest.stream()
                .filter(candidate -> candidate.distance() <= most)
                .map(Candidate::name)
                .toList();
    }

    /** A name that only lacks its package or service counts as nearly right. */
    private static int distance(String wanted, String name) {
        if (name.endsWith('.' + wanted) || name.endsWith('/' + wanted)) {
            return 1;
        }
        int dot = Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'));
        boolean bare = wanted.indexOf('.') < 0 && wanted.indexOf('/') < 0;
        return levenshtein(wanted, bare && dot >= 0 ? name.substring(dot + 1) : name);
    }

    private static int levenshtein(String a, String b) {
        if (b.length() > LONGEST) {
            return Integer.MAX_VALUE;
        }
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], above[j]) + 1, above[j - 1] + change);
            }
            above = row;
        }
        return above[b.length()];
    }
}
