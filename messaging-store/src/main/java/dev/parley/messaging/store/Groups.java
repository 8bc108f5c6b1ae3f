package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.store.Engine;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes and deletes groups, and knows their consumers; in the transactions that it is given. Thread-safe. */
final class Groups {

    // Topics are few, so they are skipped through: one look-up in the index for each.
    static final String TOPICS = "with recursive known(topic) as (select min(topic) from parley_message union all"
            + " select (select min(topic) from parley_message where topic > known.topic) from known"
            + " where known.topic is not null) select topic from known where topic is not null";
    static final String FILL = "insert into parley_delivery (message, queue, lane, state, attempt)"
            + " select id, ?, %s, 0, 0 from parley_message where topic = ? and id >= ? and published >= ?";

    private final Capacity capacity;

    Groups(Capacity capacity) {
        this.capacity = capacity;
    }

    /** What a consumer takes from. */
    record Membership(long queue, QueueName name, long consumer, boolean ordered) {}

    private record Found(long id, boolean ordered) {}

    /** Makes the group if it is not known, and notes its consumer. */
    Membership join(Transaction transaction, ConsumerSpec spec, long consumer, long believedFor) throws SQLException {
        boolean ordered = spec.ordered() && spec.kind() != ConsumerSpec.Kind.AT_MOST_ONCE;
        QueueName name = spec.queue();
        Found found = null;
        if (spec.boundTo().isPresent()) {
            String wanted = spec.boundTo().get();
            name = named(transaction, wanted);
            found = find(transaction, name);
        } else if (spec.kind() == ConsumerSpec.Kind.DURABLE) {
            found = find(transaction, name);
        }
        if (found == null || found.ordered != ordered) {
            // Nobody else changes the queues from here on, but somebody may have before.
            Routes.change(transaction);
            found = spec.kind() == ConsumerSpec.Kind.DURABLE || spec.boundTo().isPresent()
                    ? find(transaction, name)
                    : null;
            if (found == null) {
                found = make(transaction, spec, ordered);
            } else if (found.ordered != ordered) {
                order(transaction, name, found.id, ordered);
            }
        }
        PreparedStatement insert =
                transaction.prepare("insert into parley_consumer (id, queue, until) values (?, ?, ?)");
        Sql.bind(insert, consumer, found.id, Sql.micros(transaction.now()) + believedFor)
                .executeUpdate();
        return new Membership(found.id, name, consumer, ordered);
    }

    static @Nullable Long id(Transaction transaction, QueueName name) throws SQLException {
        Found found = find(transaction, name);
        return found == null ? null : found.id;
    }

    private static @Nullable Found find(Transaction transaction, QueueName name) throws SQLException {
        PreparedStatement select =
                transaction.prepare("select id, ordered from parley_queue where topic = ? and grp = ?"
                        + " and kind = 0 and deleted is null");
        select.setString(1, name.topic());
        select.setString(2, name.group());
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? new Found(row.getLong(1), row.getInt(2) != 0) : null;
        }
    }

    private static QueueName named(Transaction transaction, String wanted) throws SQLException {
        PreparedStatement select =
                transaction.prepare("select topic, grp from parley_queue where topic || '.' || grp = ?"
                        + " and kind = 0 and deleted is null");
        select.setString(1, wanted);
        try (ResultSet row = select.executeQuery()) {
            if (row.next()) {
                return new QueueName(row.getString(1), row.getString(2));
            }
        }
        throw new CallException(Code.NOT_FOUND, "there is no queue \"" + wanted + "\" in this broker's database");
    }

    private Found make(Transaction transaction, ConsumerSpec spec, boolean ordered) throws SQLException {
        PreparedStatement insert = transaction.prepare(
                "insert into parley_queue (topic, grp, kind, ordered) values (?, ?, ?, ?) returning id");
        insert.setString(1, spec.queue().topic());
        insert.setString(2, spec.queue().group());
        insert.setInt(3, kind(spec.kind()));
        insert.setInt(4, ordered ? 1 : 0);
        long id;
        try (ResultSet row = insert.executeQuery()) {
            row.next();
            id = row.getLong(1);
        }
        switch (spec.start()) {
            case StartFrom.Latest latest -> {}
            case StartFrom.Earliest earliest -> fill(transaction, spec, id, ordered, 0, 0);
            case StartFrom.Position(String position) -> fill(transaction, spec, id, ordered, position(position), 0);
            case StartFrom.Time(Instant time) -> fill(transaction, spec, id, ordered, 0, Sql.micros(time));
        }
        return new Found(id, ordered);
    }

    /** Of {@code parley_queue.kind}. */
    static int kind(ConsumerSpec.Kind kind) {
        return switch (kind) {
            case DURABLE -> 0;
            case EPHEMERAL -> 1;
            case AT_MOST_ONCE -> 2;
        };
    }

    private void fill(Transaction transaction, ConsumerSpec spec, long queue, boolean ordered, long from, long since)
            throws SQLException {
        Topic<byte[]> pattern = Topic.bytes(spec.queue().topic());
        PreparedStatement insert = transaction.prepare(FILL.formatted(ordered ? "lane" : "null"));
        long filled = 0;
        for (String topic : topics(transaction)) {
            if (pattern.matches(topic)) {
                insert.setLong(1, queue);
                insert.setString(2, topic);
                insert.setLong(3, from);
                insert.setLong(4, since);
                filled += insert.executeUpdate();
            }
        }
        capacity.took(transaction, filled);
    }

    static List<String> topics(Transaction transaction) throws SQLException {
        List<String> topics = new ArrayList<>();
        try (ResultSet row = transaction.prepare(TOPICS).executeQuery()) {
            while (row.next()) {
                topics.add(row.getString(1));
            }
        }
        return topics;
    }

    private static long position(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(
                    "a position of a broker in a database is a number, as Delivery.position says it, but is \"" + text
                            + '"');
        }
        return Long.parseLong(text);
    }

    private static void order(Transaction transaction, QueueName name, long queue, boolean ordered)
            throws SQLException {
        PreparedStatement others =
                transaction.prepare("select count(*) from parley_consumer where queue = ? and until > ?");
        try (ResultSet row =
                Sql.bind(others, queue, Sql.micros(transaction.now())).executeQuery()) {
            row.next();
            if (row.getLong(1) > 0) {
                throw new CallException(
                        Code.FAILED_PRECONDITION,
                        "group %s is consumed %s, and all its consumers must ask for the same"
                                .formatted(name, ordered ? "in no order" : "in the order of keys"));
            }
        }
        String lane = ordered ? "(select lane from parley_message where id = parley_delivery.message)" : "null";
        Sql.bind(transaction.prepare("update parley_delivery set lane = " + lane + " where queue = ?"), queue)
                .executeUpdate();
        Sql.bind(transaction.prepare("update parley_queue set ordered = ? where id = ?"), ordered ? 1 : 0, queue)
                .executeUpdate();
    }

    /** A consumer is no more, and what lives only as long as it. */
    static void leave(Transaction transaction, Membership membership, boolean withQueue) throws SQLException {
        if (withQueue) {
            delete(transaction, membership.queue());
        }
        Sql.bind(transaction.prepare("delete from parley_consumer where id = ?"), membership.consumer())
                .executeUpdate();
    }

    /** A queue is no more; what waits in it is removed bit by bit. */
    static void delete(Transaction transaction, long queue) throws SQLException {
        Routes.change(transaction);
        Sql.bind(
                        transaction.prepare("update parley_queue set deleted = ? where id = ? and deleted is null"),
                        Sql.micros(transaction.now()),
                        queue)
                .executeUpdate();
        transaction.wake(Route.channel(queue));
    }

    /** Everything that a process held which is gone: on SQLite nobody else can. */
    static void reset(Transaction transaction) throws SQLException {
        if (transaction.engine() == Engine.POSTGRESQL) {
            return;
        }
        Routes.change(transaction);
        transaction.prepare("delete from parley_consumer").executeUpdate();
        Sql.bind(
                        transaction.prepare("update parley_queue set deleted = ? where kind <> 0 and deleted is null"),
                        Sql.micros(transaction.now()))
                .executeUpdate();
        transaction
                .prepare("update parley_delivery set state = 0, until = null, consumer = null, token = null"
                        + " where state = 2")
                .executeUpdate();
    }
}
