package dev.parley.messaging.store;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Counts what waits: along indexes, which have only rows of the state that is counted. Exact as of one moment for each queue. */
final class Stats {

    private static final String DELIVERIES = "from parley_delivery where queue = q.id and ";
    static final String OF_QUEUE = "select redelivered"
            + ", (select count(*) " + DELIVERIES + "until is null)"
            + ", (select count(*) " + DELIVERIES + "state = 1 and until > ?)"
            + ", (select count(*) " + DELIVERIES + "state = 1 and until <= ?)"
            + ", (select count(*) " + DELIVERIES + "state = 2 and until > ?)"
            + ", (select count(*) " + DELIVERIES + "state = 2 and until <= ?)"
            + ", (select min(message) " + DELIVERIES + "until is null)"
            + ", (select min(message) " + DELIVERIES + "until is not null)"
            + ", (select count(*) from parley_dead_letter where queue = q.id)"
            + ", (select count(*) from parley_consumer where queue = q.id and until > ?)"
            + " from parley_queue q where id = ? and deleted is null";

    private Stats() {}

    private record Named(long id, QueueName name) {}

    static List<QueueStats> all(Transaction transaction) throws SQLException {
        List<Named> queues = new ArrayList<>();
        try (ResultSet row = transaction
                .prepare("select id, topic, grp from parley_queue where kind = 0 and deleted is null order by id")
                .executeQuery()) {
            while (row.next()) {
                queues.add(new Named(row.getLong(1), new QueueName(row.getString(2), row.getString(3))));
            }
        }
        List<QueueStats> all = new ArrayList<>();
        long now = Sql.micros(transaction.now());
        for (Named each : queues) {
            of(transaction, each, now).ifPresent(all::add);
        }
        return all;
    }

    private static Optional<QueueStats> of(Transaction transaction, Named queue, long now) throws SQLException {
        PreparedStatement select = transaction.prepare(OF_QUEUE);
        Sql.bind(select, now, now, now, now, now, queue.id);
        long ready;
        long delayed;
        long inFlight;
        long redelivered;
        long letters;
        long consumers;
        long oldest;
        try (ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                return Optional.empty(); // deleted meanwhile
            }
            redelivered = row.getLong(1);
            delayed = row.getLong(3);
            ready = row.getLong(2) + row.getLong(4) + row.getLong(6);
            inFlight = row.getLong(5);
            oldest = Math.min(
                    Sql.optional(row, 7).orElse(Long.MAX_VALUE),
                    Sql.optional(row, 8).orElse(Long.MAX_VALUE));
            letters = row.getLong(9);
            consumers = row.getLong(10);
        }
        return Optional.of(new QueueStats(
                queue.name,
                ready + delayed,
                OptionalLong.of(delayed),
                OptionalLong.of(inFlight),
                age(transaction, oldest, now),
                OptionalLong.of(redelivered),
                OptionalLong.of(letters),
                OptionalLong.of(consumers)));
    }

    private static Optional<Duration> age(Transaction transaction, long message, long now) throws SQLException {
        PreparedStatement select = transaction.prepare("select published from parley_message where id = ?");
        try (ResultSet row = Sql.bind(select, message).executeQuery()) {
            return row.next()
                    ? Optional.of(Duration.between(Sql.instant(Math.min(now, row.getLong(1))), Sql.instant(now)))
                    : Optional.empty();
        }
    }
}
