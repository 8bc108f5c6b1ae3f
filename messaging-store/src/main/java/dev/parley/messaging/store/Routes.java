package dev.parley.messaging.store;

import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which queues a topic goes to. They are kept in memory and read again when the row of {@code parley_routing} has another version, which
 * each publication looks at inside of its transaction. On PostgreSQL publications hold a lock that they share, and whoever changes the queues
 * holds it alone: so a change waits for publications that are under way and did not know of it, and nothing slips between a log that is
 * read for a new group and publications that come later. Thread-safe.
 *
 * <p>Versions are random: a counter would come to the same number again after a change that was rolled back.
 */
final class Routes {

    private static final int MOST_TOPICS = 10_000;
    private static final String LOCK = "(hashtextextended('parley.queues.' || current_schema(), 0))";

    private record Known(long version, List<Route> all, Map<String, List<Route>> byTopic) {}

    private volatile Known known = new Known(0, List.of(), new ConcurrentHashMap<>());

    /** To be called first in a transaction that adds deliveries, and before its snapshot is taken. */
    static void share(Transaction transaction) throws SQLException {
        if (transaction.engine() == Engine.POSTGRESQL) {
            transaction.prepare("select pg_advisory_xact_lock_shared" + LOCK).executeQuery();
        }
    }

    /** To be called first in a transaction that changes the queues. */
    static void change(Transaction transaction) throws SQLException {
        if (transaction.engine() == Engine.POSTGRESQL) {
            transaction.prepare("select pg_advisory_xact_lock" + LOCK).executeQuery();
        }
        PreparedStatement update = transaction.prepare("update parley_routing set version = ?");
        Sql.bind(update, ThreadLocalRandom.current().nextLong()).executeUpdate();
    }

    /** The queues of a topic, as of a version that this transaction has read. */
    List<Route> of(Transaction transaction, long version, String topic) throws SQLException {
        Known now = known;
        if (now.version != version) {
            now = new Known(version, load(transaction), new ConcurrentHashMap<>());
            known = now;
        }
        List<Route> found = now.byTopic.get(topic);
        if (found == null) {
            found = now.all.stream()
                    .filter(route -> route.pattern().matches(topic))
                    .toList();
            if (now.byTopic.size() >= MOST_TOPICS) {
                now.byTopic.clear();
            }
            now.byTopic.put(topic, found);
        }
        return found;
    }

    private static List<Route> load(Transaction transaction) throws SQLException {
        List<Route> all = new ArrayList<>();
        PreparedStatement select =
                transaction.prepare("select id, topic, ordered from parley_queue where deleted is null order by id");
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                all.add(new Route(row.getLong(1), Topic.bytes(row.getString(2)), row.getInt(3) != 0));
            }
        }
        return List.copyOf(all);
    }
}
