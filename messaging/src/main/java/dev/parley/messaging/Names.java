package dev.parley.messaging;

import java.util.Set;
import java.util.regex.Pattern;

/** What names are allowed, everywhere, so that a message can go from any broker to any other. */
final class Names {

    static final int MAX_TOPIC = 200;
    static final int MAX_GROUP = 100;

    private static final int MAX_HEADER = 20;
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

    // Attributes of a CloudEvent that have a place of their own in a message.
    private static final Set<String> TAKEN = Set.of(
            "id",
            "source",
            "specversion",
            "type",
            "datacontenttype",
            "dataschema",
            "subject",
            "time",
            "data",
            "correlationid",
            "partitionkey",
            "expirytime");

    private Names() {}

    static void checkText(String field, String value, int max) {
        if (value.isEmpty() || value.length() > max) {
            throw new IllegalArgumentException(
                    "%s of a message must have 1 to %d characters, but has %d".formatted(field, max, value.length()));
        }
        checkControls(field, value);
    }

    static boolean isHeader(String name, String value) {
        return isHeaderName(name)
                && !TAKEN.contains(name)
                && value.length() <= MessageMetadata.MAX_VALUE
                && control(value) < 0;
    }

    // By hand, as is what follows: it is asked for each attribute of each message.
    private static boolean isHeaderName(String name) {
        int length = name.length();
        boolean allowed = length > 0 && length <= MAX_HEADER;
        for (int i = 0; allowed && i < length; i++) {
            char c = name.charAt(i);
            allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        }
        return allowed;
    }

    /** Where the first control character is; negative if there is none. */
    private static int control(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
                return i;
            }
        }
        return -1;
    }

    static void checkHeader(String name, String value) {
        if (!isHeaderName(name)) {
            throw new IllegalArgumentException(
                    "header \"%s\" of a message: a name has 1 to %d characters of a-z and 0-9"
                            .formatted(name, MAX_HEADER));
        }
        if (TAKEN.contains(name)) {
            throw new IllegalArgumentException(
                    "header \"%s\" of a message is an attribute of its own; set that".formatted(name));
        }
        if (value.length() > MessageMetadata.MAX_VALUE) {
            throw new IllegalArgumentException("header \"%s\" of a message may have %d characters, but has %d"
                    .formatted(name, MessageMetadata.MAX_VALUE, value.length()));
        }
        checkControls("header \"" + name + "\"", value);
    }

    /** A topic's name, or with {@code wildcards} a pattern of them. */
    static void checkTopic(String topic, boolean wildcards) {
        if (topic.isEmpty() || topic.length() > MAX_TOPIC) {
            throw new IllegalArgumentException("topic \"%s\" must have 1 to %d characters, but has %d"
                    .formatted(topic, MAX_TOPIC, topic.length()));
        }
        for (String segment : topic.split("\\.", -1)) {
            boolean wild = segment.equals("*") || segment.equals("#");
            if (wild && !wildcards) {
                throw new IllegalArgumentException(
                        "topic \"%s\" is a pattern: one can subscribe to it, but not publish".formatted(topic));
            }
            if (!wild && !SEGMENT.matcher(segment).matches()) {
                throw new IllegalArgumentException(
                        ("topic \"%s\" must be segments of letters, digits, '_' and '-' with dots between them%s, but has"
                                        + " the segment \"%s\"")
                                .formatted(
                                        topic,
                                        wildcards ? ", or '*' and '#' for any one and any number" : "",
                                        segment));
            }
        }
    }

    static void checkGroup(String group) {
        if (group.length() > MAX_GROUP || !GROUP.matcher(group).matches()) {
            throw new IllegalArgumentException(
                    "group \"%s\" must have 1 to %d letters, digits, '_', '-', and single dots between them"
                            .formatted(group, MAX_GROUP));
        }
    }

    private static void checkControls(String field, String value) {
        int at = control(value);
        if (at >= 0) {
            throw new IllegalArgumentException("%s of a message holds U+%04X at index %d; no control characters"
                    .formatted(field, (int) value.charAt(at), at));
        }
    }
}
