package dev.parley.messaging.store;

import dev.parley.messaging.BrokerUri;
import dev.parley.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
            "migrate",
            "create");
    private static final Set<String> POSTGRESQL = Set.of(
            "retention",
            "retentionMessages",
            "maxMessages",
            "connections",
            "maxWaiting",
            "waitTimeout",
            "transactionTimeout",
            "commitTimeout",
            "connectTimeout",
            "migrate",
            "schema",
            "sslmode",
            "sslrootcert");

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
        String store = withoutOwn(uri.text());
        // The database is opened by the first use only, which is too late to hear of a mistake in the URI.
        Store.check(store);
        return new StoreSettings(
                store,
                uri.duration("retention", 3650, Duration.ofDays(7)),
                uri.number("retentionMessages", 0, 1_000_000_000_000L, 100_000),
                uri.number("maxMessages", 1, 1_000_000_000_000L, MAX_MESSAGES));
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

    /** Without the store's URI, which may hold a password. */
    @Override
    public String toString() {
        return "retention " + retention + ", " + retentionMessages + " messages a topic, " + maxMessages + " waiting";
    }
}
