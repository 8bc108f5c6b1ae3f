package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.store.Lease;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says for this process's consumers that they live, and removes what is no more needed, a little in each transaction: in one process at a time,
 * whoever has the lease. One virtual thread, from the first use of the database to the end.
 */
final class Sweeper {

    private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final int ALIVE_EVERY = 5;
    private static final int BATCH = 1000;

    /** Batches in one go, so that a large queue that was deleted does not keep the rest waiting. */
    private static final int MOST_BATCHES = 100;

    /** What a queue that nobody has to acknowledge keeps for a listener that is slow. */
    private static final int MOST_UNHEARD = 10_000;

    /** A deleted queue's row stays for a while: for what has begun before it was. */
    private static final long GRACE_MICROS = 60_000_000;

    private static final String ALIVE = "insert into parley_consumer (id, queue, until) values (?, ?, ?)"
            + " on conflict (id) do update set until = excluded.until";

    private final Queues queues;
    private final Retention retention;
    private volatile @Nullable Thread thread;
    private volatile boolean closed;
    private @Nullable Lease lease; // of the thread alone

    Sweeper(Queues queues, StoreSettings settings) {
        this.queues = queues;
        this.retention = new Retention(queues.database(), settings);
    }

    void start() {
        thread = Thread.ofVirtual().name("parley-queues-sweeper").start(this::run);
    }

    void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run() {
        for (int round = 1; !closed; round++) {
            try {
                Thread.sleep(PAUSE);
                if (!queues.embedded() && round % ALIVE_EVERY == 0) {
                    queues.database().run(this::alive);
                }
                if (holdsLease()) {
                    sweep();
                }
            } catch (InterruptedException e) {
                return;
            } catch (CallException e) {
                if (closed) {
                    return;
                }
                lease = null;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "what is not needed any more could not be removed; tried again",
                        e);
            }
        }
    }

    private boolean holdsLease() throws InterruptedException {
        Lease held = lease;
        if (held == null || !held.renew()) {
            Optional<Lease> taken = queues.database()
                    .store()
                    .lease("queues-sweeper", "pid " + ProcessHandle.current().pid(), LEASE);
            lease = taken.orElse(null);
        }
        return lease != null;
    }

    private void alive(Transaction transaction) throws SQLException {
        List<StoreConsumer> consumers = List.copyOf(queues.consumers());
        if (consumers.isEmpty()) {
            return;
        }
        long until = Sql.micros(transaction.now()) + Queues.believedFor(transaction.engine());
        PreparedStatement upsert = transaction.prepare(ALIVE);
        for (StoreConsumer each : consumers) {
            Sql.bind(upsert, each.membership().consumer(), each.membership().queue(), until);
            upsert.addBatch();
        }
        upsert.executeBatch();
    }

    private void sweep() throws InterruptedException {
        queues.database().run(Sweeper::forgetTheDead);
        for (long queue : queues.database().read(Sweeper::deleted)) {
            for (int n = 0; n < MOST_BATCHES; n++) {
                if (queues.database().transaction(transaction -> empty(transaction, queue)) == 0) {
                    queues.database().run(transaction -> forget(transaction, queue));
                    break;
                }
            }
        }
        for (long queue : queues.database().read(Sweeper::unacknowledged)) {
            queues.database().run(transaction -> cut(transaction, queue));
        }
        retention.sweep();
    }

    private static void forgetTheDead(Transaction transaction) throws SQLException {
        long now = Sql.micros(transaction.now());
        if (Sql.bind(transaction.prepare("delete from parley_consumer where until < ?"), now)
                        .executeUpdate()
                == 0) {
            return;
        }
        PreparedStatement select = transaction.prepare("select id from parley_queue where kind <> 0 and deleted is null"
                + " and not exists (select 1 from parley_consumer where queue = parley_queue.id)");
        for (long queue : ids(select)) {
            Groups.delete(transaction, queue);
        }
    }

    private static List<Long> ids(PreparedStatement select) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
        return ids;
    }

    private static List<Long> deleted(Transaction transaction) throws SQLException {
        return ids(transaction.prepare("select id from parley_queue where deleted is not null order by id"));
    }

    private static List<Long> unacknowledged(Transaction transaction) throws SQLException {
        return ids(transaction.prepare("select id from parley_queue where kind = 2 and deleted is null order by id"));
    }

    private static long empty(Transaction transaction, long queue) throws SQLException {
        long removed = 0;
        for (String state : List.of("until is null", "until is not null")) {
            PreparedStatement delete = transaction.prepare("delete from parley_delivery where queue = ? and message in"
                    + " (select message from parley_delivery where queue = ? and " + state + " limit " + BATCH + ")");
            removed += Sql.bind(delete, queue, queue).executeUpdate();
        }
        PreparedStatement letters = transaction.prepare("delete from parley_dead_letter where id in"
                + " (select id from parley_dead_letter where queue = ? limit " + BATCH + ")");
        return removed + Sql.bind(letters, queue).executeUpdate();
    }

    private static void forget(Transaction transaction, long queue) throws SQLException {
        long before = Sql.micros(transaction.now()) - GRACE_MICROS;
        PreparedStatement delete = transaction.prepare("delete from parley_queue where id = ? and deleted < ?");
        if (Sql.bind(delete, queue, before).executeUpdate() > 0) {
            Sql.bind(transaction.prepare("delete from parley_consumer where queue = ?"), queue)
                    .executeUpdate();
        }
    }

    private static void cut(Transaction transaction, long queue) throws SQLException {
        PreparedStatement boundary = transaction.prepare("select message from parley_delivery where queue = ?"
                + " and until is null order by message desc limit 1 offset " + MOST_UNHEARD);
        List<Long> last = ids(Sql.bind(boundary, queue));
        if (!last.isEmpty()) {
            // Bounded by what came since the last time.
            Sql.bind(
                            transaction.prepare(
                                    "delete from parley_delivery where queue = ? and until is null and message <= ?"),
                            queue,
                            last.getFirst())
                    .executeUpdate();
        }
    }
}
