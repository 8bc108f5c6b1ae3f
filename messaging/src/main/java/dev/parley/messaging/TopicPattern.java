package dev.parley.messaging;

/** Matches topics with patterns of {@code *} and {@code #}, in time proportional to the product of their segments. */
final class TopicPattern {

    private TopicPattern() {}

    static boolean isPattern(String name) {
        return name.indexOf('*') >= 0 || name.indexOf('#') >= 0;
    }

    static boolean matches(String pattern, String topic) {
        if (pattern.equals(topic)) {
            return true;
        }
        String[] wanted = pattern.split("\\.", -1);
        String[] given = topic.split("\\.", -1);
        // matched[j]: the pattern's segments up to here match the topic's first j.
        boolean[] matched = new boolean[given.length + 1];
        matched[0] = true;
        for (String segment : wanted) {
            boolean[] next = new boolean[given.length + 1];
            if (segment.equals("#")) {
                boolean any = false;
                for (int j = 0; j <= given.length; j++) {
                    any |= matched[j];
                    next[j] = any;
                }
            } else {
                for (int j = 1; j <= given.length; j++) {
                    next[j] = matched[j - 1] && (segment.equals("*") || segment.equals(given[j - 1]));
                }
            }
            matched = next;
        }
        return matched[given.length];
    }
}
