package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.store.Engine;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Gives messages of one queue to one consumer, in the transaction that it is given. Used by one thread at a time.
 *
 * <p>In a queue that is ordered by key, a lane of which another consumer has something is not given out. The first ready messages of the queue
 * are looked at; only if they do not suffice, since long lanes are held up, lanes are skipped through in the order of their hashes, which begins
 * each time where it ended. So a backlog of one key costs nobody else more than a look at each of its lanes. Claims of such a queue are made
 * one at a time, on PostgreSQL by a lock: two at once could each see a lane free.
 */
final class Claims {

    /** What is taken at once, in bytes of data, if it is more than one message. */
    static final long MOST_BYTES = 16L << 20;

    static final int MOST_AT_ONCE = 1000;
    private static final int MOST_LANES = 256;
    private static final String SIZE =
            "(select length(data) from parley_message where parley_message.id = parley_delivery.message)";

    static String look(Engine engine) {
        return "select deleted, ordered, kind, " + Sql.now(engine)
                + ", (select until from parley_delivery where queue = parley_queue.id and state = 1"
                + " and until is not null order by until limit 1)"
                + ", (select until from parley_delivery where queue = parley_queue.id and state = 2"
                + " and until is not null order by until limit 1)"
                + " from parley_queue where id = ?";
    }

    static String catchUp(Engine engine) {
        return "update parley_delivery set state = 0, until = null, consumer = null, token = null where queue = ?"
                + " and message in (select message from parley_delivery where queue = ? and state = ? and until <= ?"
                + " order by until limit " + MOST_AT_ONCE + locked(engine) + ")";
    }

    static String ready(Engine engine) {
        return "select message, attempt, first_failure, " + SIZE + " from parley_delivery where queue = ?"
                + " and until is null order by message limit ?" + locked(engine);
    }

    private static final String HELD = "exists (select 1 from parley_delivery held where held.queue = ?"
            + " and held.lane = parley_delivery.lane and held.lane is not null and held.state = 2"
            + " and held.consumer <> ?)";
    static final String PAGE = "select message, attempt, first_failure, " + SIZE + ", " + HELD
            + " from parley_delivery where queue = ? and until is null order by message limit ?";
    static final String NEXT_LANE = "select lane, " + HELD + " from parley_delivery where queue = ?"
            + " and lane is not null and until is null and lane > ? order by lane, message limit 1";
    static final String OF_LANE = "select message, attempt, first_failure, " + SIZE
            + " from parley_delivery where queue = ? and lane = ? and lane is not null and until is null"
            + " order by message limit ?";

    static String lease(Engine engine) {
        return "update parley_delivery set state = 2, attempt = attempt + 1, until = ?, consumer = ?, token = ?"
                + " where queue = ? and message " + Sql.among(engine);
    }

    /**
     * On PostgreSQL as a join: of a table that it has no statistics of yet it reads all otherwise, and looks for each row through the whole
     * list, which took a second for the first thousand messages of a new database.
     */
    static String messages(Engine engine) {
        return "select id, topic, attributes, data from parley_message where id "
                + switch (engine) {
                    case SQLITE -> Sql.among(engine);
                    case POSTGRESQL -> "in (select unnest(cast(? as bigint[])))";
                };
    }

    private static String locked(Engine engine) {
        return switch (engine) {
            case SQLITE -> "";
            case POSTGRESQL -> " for update skip locked";
        };
    }

    private final Groups.Membership membership;
    private final long leaseMicros;
    private long lane = Long.MIN_VALUE;

    Claims(Groups.Membership membership, long leaseMicros) {
        this.membership = membership;
        this.leaseMicros = leaseMicros;
    }

    /**
     * What was claimed.
     *
     * @param messages empty if there was nothing
     * @param untilNext if there was nothing: microseconds until something may be there by the passing of time
     */
    record Claim(List<Claimed> messages, OptionalLong untilNext) {}

    private record Look(boolean keeps, long now, OptionalLong due, OptionalLong ends) {}

    private record Row(long message, int attempt, Optional<Long> firstFailure, long size, boolean held) {}

    /** What is taken, by message. */
    private static final class Taken {
        private final TreeMap<Long, Row> rows = new TreeMap<>();
        private long bytes;

        boolean add(Row row, int max) {
            if (rows.size() >= max || (!rows.isEmpty() && bytes + row.size > MOST_BYTES)) {
                return false;
            }
            rows.put(row.message, row);
            bytes += row.size;
            return true;
        }
    }

    Claim claim(Transaction transaction, int wanted) throws SQLException {
        int max = Math.min(wanted, MOST_AT_ONCE);
        Engine engine = transaction.engine();
        if (membership.ordered() && engine == Engine.POSTGRESQL) {
            PreparedStatement lock = transaction.prepare("select pg_advisory_xact_lock("
                    + "hashtextextended('parley.queue.' || current_schema(), cast(? as bigint)))");
            Sql.bind(lock, membership.queue()).executeQuery();
        }
        Look look = look(transaction);
        if (look.due.isPresent() && look.due.getAsLong() <= look.now) {
            catchUp(transaction, QueueSchema.DELAYED, look.now);
        }
        if (look.ends.isPresent() && look.ends.getAsLong() <= look.now) {
            catchUp(transaction, QueueSchema.LEASED, look.now);
        }
        long token = ThreadLocalRandom.current().nextLong();
        Taken taken = new Taken();
        if (membership.ordered()) {
            takeInOrder(transaction, max, look, token, taken);
        } else {
            take(Sql.bind(transaction.prepare(ready(engine)), membership.queue(), max), max, taken);
            lease(transaction, taken.rows.keySet(), look, token);
        }
        if (taken.rows.isEmpty()) {
            return new Claim(List.of(), next(look));
        }
        countRedelivered(transaction, taken);
        return new Claim(messages(transaction, taken, token), OptionalLong.empty());
    }

    private static OptionalLong next(Look look) {
        long due = look.due.orElse(Long.MAX_VALUE);
        long ends = look.ends.orElse(Long.MAX_VALUE);
        long next = Math.min(due, ends);
        return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(Math.max(0, next - look.now));
    }

    private Look look(Transaction transaction) throws SQLException {
        PreparedStatement select = transaction.prepare(look(transaction.engine()));
        try (ResultSet row = Sql.bind(select, membership.queue()).executeQuery()) {
            boolean there = row.next();
            if (!there || Sql.optional(row, 1).isPresent()) {
                throw new CallException(Code.UNAVAILABLE, "group " + membership.name() + " was deleted");
            }
            if ((row.getInt(2) != 0) != membership.ordered()) {
                throw new CallException(
                        Code.UNAVAILABLE, "group " + membership.name() + " is consumed in another order since");
            }
            return new Look(
                    row.getInt(3) != 2, Sql.now(transaction, row, 4), Sql.optional(row, 5), Sql.optional(row, 6));
        }
    }

    private void catchUp(Transaction transaction, int state, long now) throws SQLException {
        PreparedStatement update = transaction.prepare(catchUp(transaction.engine()));
        Sql.bind(update, membership.queue(), membership.queue(), state, now).executeUpdate();
    }

    private static void take(PreparedStatement select, int max, Taken taken) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            while (row.next() && taken.add(row(row, false), max)) {
                // the next one
            }
        }
    }

    private static Row row(ResultSet row, boolean held) throws SQLException {
        long message = row.getLong(1);
        int attempt = row.getInt(2);
        OptionalLong first = Sql.optional(row, 3);
        return new Row(
                message,
                attempt,
                first.isPresent() ? Optional.of(first.getAsLong()) : Optional.empty(),
                row.getLong(4),
                held);
    }

    private void takeInOrder(Transaction transaction, int max, Look look, long token, Taken taken) throws SQLException {
        int page = 4 * max + 64;
        int seen = 0;
        PreparedStatement select = transaction.prepare(PAGE);
        Sql.bind(select, membership.queue(), membership.consumer(), membership.queue(), page);
        boolean room = true;
        try (ResultSet row = select.executeQuery()) {
            while (room && row.next()) {
                seen++;
                Row each = row(row, row.getBoolean(5));
                room = each.held || taken.add(each, max);
            }
        }
        lease(transaction, taken.rows.keySet(), look, token);
        if (room && seen == page) {
            skipThrough(transaction, max, look, token, taken);
        }
    }

    private void skipThrough(Transaction transaction, int max, Look look, long token, Taken taken) throws SQLException {
        boolean wrapped = lane == Long.MIN_VALUE;
        for (int looked = 0; looked < MOST_LANES && taken.rows.size() < max; looked++) {
            boolean held;
            PreparedStatement next = transaction.prepare(NEXT_LANE);
            Sql.bind(next, membership.queue(), membership.consumer(), membership.queue(), lane);
            try (ResultSet row = next.executeQuery()) {
                if (!row.next()) {
                    lane = Long.MIN_VALUE;
                    if (wrapped) {
                        return;
                    }
                    wrapped = true;
                    continue;
                }
                lane = row.getLong(1);
                held = row.getBoolean(2);
            }
            if (!held) {
                Taken more = new Taken();
                more.bytes = taken.bytes;
                int room = max - taken.rows.size();
                PreparedStatement ofLane = transaction.prepare(OF_LANE);
                take(Sql.bind(ofLane, membership.queue(), lane, room), room, more);
                lease(transaction, more.rows.keySet(), look, token);
                taken.rows.putAll(more.rows);
                taken.bytes = more.bytes;
                if (taken.bytes > MOST_BYTES) {
                    return;
                }
            }
        }
    }

    private void lease(Transaction transaction, java.util.Set<Long> messages, Look look, long token)
            throws SQLException {
        if (messages.isEmpty()) {
            return;
        }
        PreparedStatement update;
        if (look.keeps) {
            update = transaction.prepare(lease(transaction.engine()));
            Sql.bind(update, look.now + leaseMicros, membership.consumer(), token, membership.queue());
            update.setString(5, Sql.numbers(transaction.engine(), messages));
        } else {
            update = transaction.prepare(
                    "delete from parley_delivery where queue = ? and message " + Sql.among(transaction.engine()));
            update.setLong(1, membership.queue());
            update.setString(2, Sql.numbers(transaction.engine(), messages));
        }
        int updated = update.executeUpdate();
        if (updated != messages.size()) {
            throw new CallException(
                    Code.ABORTED,
                    "of %d messages that were to be claimed %d are there".formatted(messages.size(), updated));
        }
    }

    private void countRedelivered(Transaction transaction, Taken taken) throws SQLException {
        long again = taken.rows.values().stream().filter(row -> row.attempt > 0).count();
        if (again > 0) {
            Sql.bind(
                            transaction.prepare("update parley_queue set redelivered = redelivered + ? where id = ?"),
                            again,
                            membership.queue())
                    .executeUpdate();
        }
    }

    private static List<Claimed> messages(Transaction transaction, Taken taken, long token) throws SQLException {
        PreparedStatement select = transaction.prepare(messages(transaction.engine()));
        select.setString(1, Sql.numbers(transaction.engine(), taken.rows.keySet()));
        Map<Long, Claimed> found = new TreeMap<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                long id = row.getLong(1);
                Row delivery = taken.rows.get(id);
                if (delivery != null) {
                    found.put(
                            id,
                            new Claimed(
                                    row.getString(2),
                                    row.getString(3),
                                    row.getBytes(4),
                                    delivery.attempt + 1,
                                    delivery.firstFailure.map(Sql::instant),
                                    new Hold(id, token)));
                }
            }
        }
        if (found.size() != taken.rows.size()) {
            throw new CallException(
                    Code.DATA_LOSS,
                    "of %d messages that wait only %d are in the log".formatted(taken.rows.size(), found.size()));
        }
        return new ArrayList<>(found.values());
    }
}
