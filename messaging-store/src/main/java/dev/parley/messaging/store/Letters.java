package dev.parley.messaging.store;

import dev.parley.Code;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Failure;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Visits dead letters, a few at a time, and takes each with a transaction of its own. Thread-safe. */
final class Letters {

    private static final int PAGE = 20;
    static final String LIST = "select l.id, m.topic, m.attributes, m.data, l.message, l.attempts, l.first_failure,"
            + " l.last_failure, l.code, l.cause from parley_dead_letter l join parley_message m on m.id = l.message"
            + " where l.queue = ? and l.id > ? and l.id <= ? order by l.id limit ?";
    private static final String REDRIVE = "insert into parley_delivery (message, queue, lane, state, attempt)"
            + " select m.id, q.id, case when q.ordered = 1 then m.lane end, 0, 0"
            + " from parley_message m, parley_queue q where m.id = ? and q.id = ?";

    private final Database database;

    Letters(Database database) {
        this.database = database;
    }

    private record Range(long queue, long last) {}

    void visit(QueueName name, int max, Function<DeadLetter, LetterAction> visitor) throws InterruptedException {
        Range range = database.read(transaction -> range(transaction, name));
        long after = 0;
        int left = max;
        while (left > 0) {
            long from = after;
            int page = Math.min(left, PAGE);
            List<DeadLetter> letters = database.read(transaction -> list(transaction, name, range, from, page));
            if (letters.isEmpty()) {
                return;
            }
            for (DeadLetter letter : letters) {
                LetterAction action = visitor.apply(letter);
                after = Long.parseLong(letter.id());
                if (action != LetterAction.KEEP) {
                    long id = after;
                    boolean redrive = action == LetterAction.REDRIVE;
                    database.run(transaction -> take(transaction, range.queue, id, redrive));
                }
            }
            left -= letters.size();
        }
    }

    private static Range range(Transaction transaction, QueueName name) throws SQLException {
        Long queue = Groups.id(transaction, name);
        if (queue == null) {
            return new Range(0, 0);
        }
        PreparedStatement last = transaction.prepare("select max(id) from parley_dead_letter where queue = ?");
        try (ResultSet row = Sql.bind(last, queue).executeQuery()) {
            row.next();
            return new Range(queue, row.getLong(1));
        }
    }

    private static List<DeadLetter> list(Transaction transaction, QueueName name, Range range, long after, int max)
            throws SQLException {
        PreparedStatement select = transaction.prepare(LIST);
        List<DeadLetter> letters = new ArrayList<>();
        long bytes = 0;
        try (ResultSet row =
                Sql.bind(select, range.queue, after, range.last, max).executeQuery()) {
            while (bytes <= Claims.MOST_BYTES && row.next()) {
                byte[] data = row.getBytes(4);
                bytes += data.length;
                letters.add(new DeadLetter(
                        Long.toString(row.getLong(1)),
                        name,
                        row.getString(2),
                        Envelope.message(row.getString(3), data),
                        Long.toString(row.getLong(5)),
                        row.getInt(6),
                        new Failure(
                                Sql.instant(row.getLong(7)),
                                Sql.instant(row.getLong(8)),
                                Code.valueOf(row.getString(9)),
                                row.getString(10))));
            }
        }
        return letters;
    }

    /** Does nothing if somebody else was faster. */
    private static void take(Transaction transaction, long queue, long letter, boolean redrive) throws SQLException {
        Routes.share(transaction);
        PreparedStatement delete =
                transaction.prepare("delete from parley_dead_letter where id = ? and queue = ? returning message");
        long message;
        try (ResultSet row = Sql.bind(delete, letter, queue).executeQuery()) {
            if (!row.next()) {
                return;
            }
            message = row.getLong(1);
        }
        if (redrive) {
            Sql.bind(transaction.prepare(REDRIVE), message, queue).executeUpdate();
            transaction.wake(Route.channel(queue));
        }
    }
}
