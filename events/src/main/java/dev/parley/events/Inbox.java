package dev.parley.events;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.store.Engine;
import dev.parley.store.Migration;
import dev.parley.store.Schema;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Handles each message once in effect, though it is delivered at least once: a handler's rows and the note that this message was seen commit
 * together, and a further delivery is acknowledged without effect. Messages are known by group, source and id.
 *
 * <pre>{@code
 * Inbox inbox = Inbox.on(store);
 * broker.subscribe(placed, "email", inbox.action((tx, delivery) -> insertEmail(tx, delivery.payload())));
 * }</pre>
 *
 * <p>Concurrent deliveries of one message are safe: the second waits for the first one's transaction, and has its own effect only if that rolled
 * back. Effects outside of the transaction (an HTTP call, an e-mail) are not rolled back; have the handler write what is to be done, and
 * do it from there. On SQLite handlers run one after another on the store's writer thread, and hold up its other transactions: they are
 * to be brief, within {@code StoreOptions.transactionTimeout}. Thread-safe.
 */
public final class Inbox {

    private static final String COLUMNS =
            "consumer varchar(100) not null, source varchar(255) not null, id varchar(255) not null, seen bigint not null";
    private static final String KEY = ", primary key (consumer, source, id))";
    private static final String INDEX = "create index parley_inbox_seen on parley_inbox (seen)";
    private static final Schema SCHEMA = new Schema(
            "events.inbox",
            List.of(new Migration(
                    1,
                    List.of("create table parley_inbox (" + COLUMNS + KEY + " without rowid", INDEX),
                    List.of("create table parley_inbox (" + COLUMNS + KEY, INDEX))));

    private static final int MOST_BATCHES = 10;

    private final Store store;
    private final InboxOptions options;
    private final AtomicLong nextSweep;
    private final InboxCounters counters = new InboxCounters();

    private Inbox(Store store, InboxOptions options) {
        this.store = store;
        this.options = options;
        this.nextSweep =
                new AtomicLong(System.nanoTime() + options.sweepInterval().toNanos());
    }

    /** The inbox of a store, with the default options. Makes its table if it is missing. */
    public static Inbox on(Store store) {
        return on(store, InboxOptions.defaults());
    }

    /**
     * The inbox of a store; one for all groups. Makes its table if it is missing.
     *
     * @throws CallException as {@link Store#migrate}
     */
    public static Inbox on(Store store, InboxOptions options) {
        store.migrate(SCHEMA);
        return new Inbox(store, options);
    }

    /** A handler for {@code subscribe} that has its effect once. */
    public <T> Handler<Delivery<T>, Disposition> handler(InboxHandler<T> handler) {
        return (call, delivery) -> handle(handler, delivery);
    }

    /** {@link #handler} for what acknowledges unless it throws. */
    public <T> Handler<Delivery<T>, Disposition> action(InboxAction<T> action) {
        return handler((tx, delivery) -> {
            action.run(tx, delivery);
            return Disposition.ack();
        });
    }

    /**
     * Notes a message as seen, in a transaction of one's own ({@link Store#within} among them).
     *
     * @return false if it was seen before: do nothing then
     * @throws CallException {@code INVALID_ARGUMENT} if it has no source
     * @throws SQLException if the database fails; let it out of the transaction
     */
    public boolean firstTime(Transaction tx, Delivery<?> delivery) throws SQLException {
        String source = delivery.message().metadata().source();
        if (source.isEmpty()) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "message \"" + delivery.message().id() + "\" has no source, so an inbox cannot know it");
        }
        PreparedStatement insert = tx.prepare("insert into parley_inbox (consumer, source, id, seen) values (?, ?, ?, "
                + Sql.now(tx.engine()) + ") on conflict do nothing");
        insert.setString(1, delivery.group());
        insert.setString(2, source);
        insert.setString(3, delivery.message().id());
        Sql.bindNow(tx, insert, 4);
        return insert.executeUpdate() == 1;
    }

    /**
     * Deletes what is older than the retention, in transactions of {@link InboxOptions#sweepBatch} rows, until there is no more. Handling
     * does some of it from time to time, so this need not be called.
     *
     * @return how many
     */
    public long sweep() {
        return sweep(Integer.MAX_VALUE);
    }

    /** What its handlers have done in this process; {@link #firstTime} by itself is not counted. */
    public InboxSnapshot snapshot() {
        return counters.snapshot();
    }

    /** Where it is. */
    Store store() {
        return store;
    }

    private <T> Disposition handle(InboxHandler<T> handler, Delivery<T> delivery) {
        InboxCounters.Group count = counters.of(delivery.group());
        boolean handled;
        try {
            handled = store.<Boolean>transaction(tx -> {
                if (!firstTime(tx, delivery)) {
                    return false;
                }
                Disposition disposition = handler.handle(tx, delivery);
                if (disposition instanceof Disposition.Ack) {
                    return true;
                }
                throw new RolledBack(disposition);
            });
        } catch (RolledBack e) {
            count.rolledBack.increment();
            return e.disposition;
        } catch (RuntimeException | Error e) {
            count.rolledBack.increment();
            throw e;
        }
        (handled ? count.handled : count.repeated).increment();
        sweepIfDue();
        return Disposition.ack();
    }

    private void sweepIfDue() {
        long due = nextSweep.get();
        long now = System.nanoTime();
        if (now - due >= 0
                && nextSweep.compareAndSet(due, now + options.sweepInterval().toNanos())) {
            try {
                sweep(MOST_BATCHES);
            } catch (CallException e) {
                return; // the message was handled; the next sweep comes
            }
        }
    }

    private long sweep(int batches) {
        long swept = 0;
        for (int i = 0; i < batches; i++) {
            int deleted = store.transaction(this::sweepBatch);
            swept += deleted;
            counters.expired.add(deleted);
            if (deleted < options.sweepBatch()) {
                break;
            }
        }
        return swept;
    }

    private int sweepBatch(Transaction tx) throws SQLException {
        String old = "select consumer, source, id from parley_inbox where seen < " + Sql.now(tx.engine())
                + " - ? limit ?" + (tx.engine() == Engine.POSTGRESQL ? " for update skip locked" : "");
        PreparedStatement delete = tx.prepare("delete from parley_inbox where (consumer, source, id) in (" + old + ")");
        int next = Sql.bindNow(tx, delete, 1);
        delete.setLong(next, options.retention().toNanos() / 1000);
        delete.setInt(next + 1, options.sweepBatch());
        return delete.executeUpdate();
    }

    /** Carries a disposition out of a transaction that is rolled back. */
    private static final class RolledBack extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Disposition disposition;

        RolledBack(Disposition disposition) {
            super("not acknowledged", null, false, false);
            this.disposition = disposition;
        }
    }
}
