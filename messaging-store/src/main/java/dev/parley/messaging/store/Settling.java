package dev.parley.messaging.store;

import dev.parley.messaging.Failure;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.store.Engine;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What becomes of messages that a consumer has, in the transaction that it is given. Each statement acts only on rows whose token and lease
 * still hold; what it does not find is stale.
 */
final class Settling {

    /**
     * With {@code coalesce} no index of times can be used: without statistics PostgreSQL took it for the best, and went through all that was
     * ever leased and not vacuumed yet. What is left is the primary key.
     */
    private static final String MINE = " where queue = ? and token = ? and coalesce(until, 0) > ? and message ";

    static String ack(Engine engine) {
        return "delete from parley_delivery" + MINE + Sql.among(engine) + " returning message";
    }

    static String release(Engine engine) {
        return "update parley_delivery set state = 0, until = null, consumer = null, token = null, attempt = attempt - 1"
                + MINE + Sql.among(engine) + " returning message";
    }

    static String extend(Engine engine) {
        return "update parley_delivery set until = ?" + MINE + Sql.among(engine);
    }

    private static final String RETRY =
            "update parley_delivery set state = ?, until = ?, consumer = null, token = null,"
                    + " first_failure = coalesce(first_failure, ?)" + MINE + "= ?";
    private static final String RETRY_NOW = "update parley_delivery set state = 0, until = null, consumer = null,"
            + " token = null, first_failure = coalesce(first_failure, ?)" + MINE + "= ?";
    private static final String GIVE_UP = "delete from parley_delivery" + MINE + "= ?";
    private static final String LETTER = "insert into parley_dead_letter (queue, message, attempts, first_failure,"
            + " last_failure, code, cause) values (?, ?, ?, ?, ?, ?, ?)";

    private Settling() {}

    static List<Received> settle(Transaction transaction, Groups.Membership membership, List<Settlement> settlements)
            throws SQLException {
        long now = Sql.micros(transaction.now());
        Map<Long, List<Received>> acked = new TreeMap<>();
        Map<Long, List<Received>> released = new TreeMap<>();
        List<Settlement.Retry> retried = new ArrayList<>();
        List<Settlement.DeadLettered> dead = new ArrayList<>();
        List<Received> stale = new ArrayList<>();
        for (Settlement each : settlements) {
            if (!(each.received().receipt() instanceof Hold hold)) {
                stale.add(each.received());
                continue;
            }
            switch (each) {
                case Settlement.Ack ack ->
                    acked.computeIfAbsent(hold.token(), absent -> new ArrayList<>())
                            .add(ack.received());
                case Settlement.Release release ->
                    released.computeIfAbsent(hold.token(), absent -> new ArrayList<>())
                            .add(release.received());
                case Settlement.Retry retry -> retried.add(retry);
                case Settlement.DeadLettered letter -> dead.add(letter);
            }
        }
        long queue = membership.queue();
        each(transaction, ack(transaction.engine()), queue, now, acked, stale);
        each(transaction, release(transaction.engine()), queue, now, released, stale);
        for (Settlement.Retry each : retried) {
            if (!retry(transaction, queue, now, each)) {
                stale.add(each.received());
            }
        }
        for (Settlement.DeadLettered each : dead) {
            if (!giveUp(transaction, queue, now, each)) {
                stale.add(each.received());
            }
        }
        // Somebody may have them now, or in an ordered queue what was behind them.
        if (membership.ordered() || !released.isEmpty() || !retried.isEmpty()) {
            transaction.wake(Route.channel(queue));
        }
        return stale;
    }

    private static void each(
            Transaction transaction,
            String sql,
            long queue,
            long now,
            Map<Long, List<Received>> byToken,
            List<Received> stale)
            throws SQLException {
        for (Map.Entry<Long, List<Received>> entry : byToken.entrySet()) {
            PreparedStatement statement = transaction.prepare(sql);
            Sql.bind(statement, queue, entry.getKey(), now);
            statement.setString(4, Sql.numbers(transaction.engine(), ids(entry.getValue())));
            Set<Long> found = new HashSet<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(row.getLong(1));
                }
            }
            for (Received each : entry.getValue()) {
                if (!found.remove(hold(each).message())) {
                    stale.add(each);
                }
            }
        }
    }

    private static List<Long> ids(List<Received> received) {
        // In their order, so that transactions that meet on rows take them in the same.
        return received.stream().map(each -> hold(each).message()).sorted().toList();
    }

    private static Hold hold(Received received) {
        return (Hold) received.receipt();
    }

    private static boolean retry(Transaction transaction, long queue, long now, Settlement.Retry retry)
            throws SQLException {
        Hold hold = hold(retry.received());
        long first = Sql.micros(retry.failure().first());
        if (retry.after().isPositive()) {
            PreparedStatement update = transaction.prepare(RETRY);
            return Sql.bind(
                                    update,
                                    QueueSchema.DELAYED,
                                    now + Sql.micros(retry.after()),
                                    first,
                                    queue,
                                    hold.token(),
                                    now,
                                    hold.message())
                            .executeUpdate()
                    == 1;
        }
        PreparedStatement update = transaction.prepare(RETRY_NOW);
        return Sql.bind(update, first, queue, hold.token(), now, hold.message()).executeUpdate() == 1;
    }

    private static boolean giveUp(Transaction transaction, long queue, long now, Settlement.DeadLettered dead)
            throws SQLException {
        Hold hold = hold(dead.received());
        PreparedStatement delete = transaction.prepare(GIVE_UP);
        if (Sql.bind(delete, queue, hold.token(), now, hold.message()).executeUpdate() != 1) {
            return false;
        }
        Failure failure = dead.failure();
        PreparedStatement insert = transaction.prepare(LETTER);
        insert.setLong(1, queue);
        insert.setLong(2, hold.message());
        insert.setInt(3, dead.received().attempt());
        insert.setLong(4, Sql.micros(failure.first()));
        insert.setLong(5, Sql.micros(failure.last()));
        insert.setString(6, failure.code().name());
        insert.setString(7, failure.cause());
        insert.executeUpdate();
        return true;
    }

    static void extend(Transaction transaction, Groups.Membership membership, List<Received> messages, long leaseMicros)
            throws SQLException {
        long now = Sql.micros(transaction.now());
        Map<Long, List<Received>> byToken = new TreeMap<>();
        for (Received each : messages) {
            if (each.receipt() instanceof Hold hold) {
                byToken.computeIfAbsent(hold.token(), absent -> new ArrayList<>())
                        .add(each);
            }
        }
        for (Map.Entry<Long, List<Received>> entry : byToken.entrySet()) {
            PreparedStatement update = transaction.prepare(extend(transaction.engine()));
            Sql.bind(update, now + leaseMicros, membership.queue(), entry.getKey(), now);
            update.setString(5, Sql.numbers(transaction.engine(), ids(entry.getValue())));
            update.executeUpdate();
        }
    }

    /** Gives back what a consumer still has, uncounted. */
    static void releaseAll(Transaction transaction, Groups.Membership membership) throws SQLException {
        PreparedStatement update = transaction.prepare(
                "update parley_delivery set state = 0, until = null, consumer = null, token = null, attempt = attempt - 1"
                        + " where queue = ? and state = 2 and until is not null and until > ? and consumer = ?");
        Sql.bind(update, membership.queue(), Sql.micros(transaction.now()), membership.consumer())
                .executeUpdate();
        transaction.wake(Route.channel(membership.queue()));
    }
}
