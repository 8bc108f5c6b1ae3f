package dev.parley.messaging.store;

import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Removes messages from the log that are too old or too many and that nobody waits for. Goes through the log from its beginning, a window in
 * each transaction, so that a large backlog is not looked at again for each message that is removed. Used by one thread.
 */
final class Retention {

    private static final int WINDOW = 500;
    private static final int MOST_WINDOWS = 200;

    /** A pass that removed nothing is followed by one so many rounds later. */
    private static final int REST = 60;

    static final String FIRST = "select id, published from parley_message where id > ? order by id limit " + WINDOW;
    static final String FIRST_OF_TOPIC =
            "select id from parley_message where topic = ? and id > ? and id <= ? order by id limit " + WINDOW;
    static final String BOUNDARY = "select id from parley_message where topic = ? order by id desc limit 1 offset ";

    private final Database database;
    private final StoreSettings settings;
    private int rest;

    Retention(Database database, StoreSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    static String remove(dev.parley.store.Engine engine) {
        return "delete from parley_message where id " + Sql.among(engine)
                + " and not exists (select 1 from parley_delivery where message = parley_message.id)"
                + " and not exists (select 1 from parley_dead_letter where message = parley_message.id)";
    }

    void sweep() throws InterruptedException {
        if (rest > 0) {
            rest--;
            return;
        }
        long removed = old();
        for (String topic : database.read(Groups::topics)) {
            removed += tooMany(topic);
        }
        rest = removed > 0 ? 0 : REST;
    }

    private long old() throws InterruptedException {
        long removed = 0;
        long after = 0;
        for (int n = 0; n < MOST_WINDOWS; n++) {
            long from = after;
            List<Long> window = database.read(transaction -> oldest(transaction, from));
            if (window.isEmpty()) {
                break;
            }
            after = window.getLast();
            removed += remove(window);
        }
        return removed;
    }

    private List<Long> oldest(Transaction transaction, long after) throws SQLException {
        long limit = Sql.micros(transaction.now()) - Sql.micros(settings.retention());
        List<Long> window = new ArrayList<>();
        try (ResultSet row = Sql.bind(transaction.prepare(FIRST), after).executeQuery()) {
            while (row.next() && row.getLong(2) < limit) {
                window.add(row.getLong(1));
            }
        }
        return window;
    }

    private long tooMany(String topic) throws InterruptedException {
        Optional<Long> boundary = database.read(transaction -> boundary(transaction, topic));
        if (boundary.isEmpty()) {
            return 0;
        }
        long removed = 0;
        long after = 0;
        for (int n = 0; n < MOST_WINDOWS; n++) {
            long from = after;
            List<Long> window = database.read(transaction -> window(transaction, topic, from, boundary.get()));
            if (window.isEmpty()) {
                break;
            }
            after = window.getLast();
            removed += remove(window);
        }
        return removed;
    }

    private Optional<Long> boundary(Transaction transaction, String topic) throws SQLException {
        PreparedStatement select = transaction.prepare(BOUNDARY + settings.retentionMessages());
        select.setString(1, topic);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
        }
    }

    private static List<Long> window(Transaction transaction, String topic, long after, long last) throws SQLException {
        PreparedStatement select = transaction.prepare(FIRST_OF_TOPIC);
        select.setString(1, topic);
        select.setLong(2, after);
        select.setLong(3, last);
        List<Long> window = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                window.add(row.getLong(1));
            }
        }
        return window;
    }

    private long remove(List<Long> ids) throws InterruptedException {
        return database.transaction(transaction -> {
            Routes.share(transaction); // a new group that reads the log waits, and so does this for it
            PreparedStatement delete = transaction.prepare(remove(transaction.engine()));
            delete.setString(1, Sql.numbers(transaction.engine(), ids));
            return (long) delete.executeUpdate();
        });
    }
}
