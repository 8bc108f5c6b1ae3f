package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The one kind of {@link Transaction}. Confined to the thread that runs the work, until it has ended. */
final class OpenTransaction implements Transaction {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());
    private static final int MOST_CHANNELS = 1000;

    private final Engine engine;
    private final Connection connection;
    private final Statements statements;
    private final InstantSource clock;
    private final Runnable check;
    private final Thread thread = Thread.currentThread();
    private final Set<String> channels = new LinkedHashSet<>();
    private @Nullable LentConnection lent;
    private volatile boolean ended;

    /** @param check throws if the transaction was cancelled */
    OpenTransaction(Engine engine, Connection connection, Statements statements, InstantSource clock, Runnable check) {
        this.engine = engine;
        this.connection = connection;
        this.statements = statements;
        this.clock = clock;
        this.check = check;
    }

    @Override
    public Engine engine() {
        return engine;
    }

    @Override
    public PreparedStatement prepare(String sql) throws SQLException {
        check();
        return statements.get(sql);
    }

    @Override
    public Connection connection() {
        check();
        LentConnection known = lent;
        if (known == null) {
            known = new LentConnection(connection, engine, this::check);
            lent = known;
        }
        return known;
    }

    @Override
    public void wake(String channel) {
        check();
        Wakes.check(channel);
        if (channels.size() >= MOST_CHANNELS) {
            throw new CallException(
                    Code.RESOURCE_EXHAUSTED, "a transaction wakes more than " + MOST_CHANNELS + " channels");
        }
        channels.add(channel);
    }

    @Override
    public Instant now() throws SQLException {
        check();
        if (engine == Engine.SQLITE) {
            return clock.instant();
        }
        try (ResultSet row = prepare("select clock_timestamp()").executeQuery()) {
            row.next();
            return Objects.requireNonNull(row.getObject(1, OffsetDateTime.class))
                    .toInstant();
        }
    }

    /** What it wakes. */
    Set<String> channels() {
        return channels;
    }

    /** Forbids further use and gives up what it holds. What fails in that is nobody's result: a broken connection shows at the end. */
    void end() {
        ended = true;
        try {
            if (lent != null) {
                lent.end();
            }
            statements.endTransaction();
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "statements of a transaction could not be closed", e);
        }
    }

    private void check() {
        if (ended) {
            throw new CallException(Code.FAILED_PRECONDITION, "the transaction has ended: its work has returned");
        }
        if (!thread.equals(Thread.currentThread())) {
            throw new CallException(
                    Code.FAILED_PRECONDITION,
                    "a transaction belongs to the thread that runs its work, and to no other");
        }
        check.run();
    }
}
