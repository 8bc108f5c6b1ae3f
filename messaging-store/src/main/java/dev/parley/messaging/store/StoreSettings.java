package dev.parley.messaging.store;

import dev.parley.messaging.BrokerUri;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Limits of a broker in a database, and the URI of its store: the broker's without the broker's options.
 *
 * @param store for {@link dev.parley.store.Store#shared}; may hold a password
 * @param retention how old a message of the log may become that nobody waits for
 * @param retentionMessages how many messages of a topic the log keeps that nobody waits for
 * @param maxMessages in the queues and dead letters of all groups together, a message counted once for each group
 */
record StoreSettings(String store, Duration retention, long retentionMessages, long maxMessages) {

    /** If nothing else is said. */
    static final long MAX_MESSAGES = 10_000_000;

    private static final Set<String> OWN = Set.of("retention", "retentionMessages", "maxMessages");
    private static final Set<String> SQLITE = Set.of(
            "retention",
            "retentionMessages",
            "maxMessages",
            "connections",
            "maxWaiting",
            "maxBytes",
            "waitTimeout",
            "transactionTimeout",
            "commitTimeout",
            "connectTimeout",
            "migrate");
    private static final Set<String> POSTGRESQL = Set.of(
            "retention",
            "retentionMessages",
            "maxMessages",
            "connections",
            "maxWaiting",
            "maxBytes",
            "waitTimeout",
            "transactionTimeout",
            "commitTimeout",
            "connectTimeout",
            "migrate",
            "schema",
            "sslmode",
            "sslrootcert");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(s|m|h|d)");
    private static final Duration LONGEST = Duration.ofDays(3650);

    static StoreSettings of(BrokerUri uri) {
        boolean sqlite = uri.scheme().equals("sqlite");
        uri.checkParameters(sqlite ? SQLITE : POSTGRESQL);
        if (!sqlite
                && (uri.hosts().size() != 1
                        || uri.user().isEmpty()
                        || uri.path().isEmpty()
                        || uri.path().contains("/"))) {
            throw new IllegalArgumentException(
                    "a broker in PostgreSQL is postgresql://USER:PASSWORD@HOST:PORT/DATABASE, but is " + uri);
        }
        return new StoreSettings(
                withoutOwn(uri.text()),
                duration(uri, "retention", Duration.ofDays(7)),
                number(uri, "retentionMessages", 0, 1_000_000_000_000L, 100_000),
                number(uri, "maxMessages", 1, 1_000_000_000_000L, MAX_MESSAGES));
    }

    private static String withoutOwn(String text) {
        int query = text.indexOf('?');
        if (query < 0) {
            return text;
        }
        List<String> rest = new ArrayList<>();
        for (String each : text.substring(query + 1).split("&", -1)) {
            if (!OWN.contains(each.substring(0, Math.max(0, each.indexOf('='))))) {
                rest.add(each);
            }
        }
        return text.substring(0, query) + (rest.isEmpty() ? "" : '?' + String.join("&", rest));
    }

    private static long number(BrokerUri uri, String name, long min, long max, long fallback) {
        String text = uri.parameter(name).orElse(null);
        if (text == null) {
            return fallback;
        }
        if (text.matches("[0-9]{1,15}")) {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "%s of %s must be a number of %d to %d, but is \"%s\"".formatted(name, uri, min, max, text));
    }

    private static Duration duration(BrokerUri uri, String name, Duration fallback) {
        String text = uri.parameter(name).orElse(null);
        if (text == null) {
            return fallback;
        }
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long count = Long.parseLong(matcher.group(1));
            Duration value = switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            if (value.compareTo(LONGEST) <= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "%s of %s must be a time such as 30s, 15m, 12h or 7d, at most 3650d, but is \"%s\""
                        .formatted(name, uri, text));
    }

    /** Without the store's URI, which may hold a password. */
    @Override
    public String toString() {
        return "retention " + retention + ", " + retentionMessages + " messages a topic, " + maxMessages + " waiting";
    }
}
