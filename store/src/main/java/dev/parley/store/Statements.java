package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prepared statements of one connection by their text, the least recently used going first. Confined to the connection's thread.
 * The driver of PostgreSQL caches by text itself; that of SQLite prepares anew each time, which costs more than most statements.
 */
final class Statements {
    private static final int MOST_IN_A_TRANSACTION = 10_000;

    private final Connection connection;
    private final int kept;
    private final LinkedHashMap<String, PreparedStatement> cache = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<String, PreparedStatement> used = new HashMap<>();

    /** @param kept how many stay prepared between transactions */
    Statements(Connection connection, int kept) {
        this.connection = connection;
        this.kept = kept;
    }

    PreparedStatement get(String sql) throws SQLException {
        PreparedStatement statement = used.get(sql);
        if (statement != null && !statement.isClosed()) {
            return statement;
        }
        if (used.size() >= MOST_IN_A_TRANSACTION) {
            throw new CallException(
                    Code.RESOURCE_EXHAUSTED,
                    "a transaction prepared more than " + MOST_IN_A_TRANSACTION + " different statements");
        }
        statement = cache.get(sql);
        if (statement == null || statement.isClosed()) {
            statement = connection.prepareStatement(sql);
            cache.put(sql, statement);
        }
        used.put(sql, statement);
        return statement;
    }

    /** Makes those of the transaction ready for the next one. */
    void endTransaction() throws SQLException {
        if (kept == 0) {
            close();
            return;
        }
        for (Map.Entry<String, PreparedStatement> entry : used.entrySet()) {
            if (!clear(entry.getValue())) {
                cache.remove(entry.getKey(), entry.getValue());
            }
        }
        used.clear();
        Iterator<PreparedStatement> eldest = cache.values().iterator();
        while (cache.size() > kept) {
            eldest.next().close();
            eldest.remove();
        }
    }

    /** False if it cannot be used again: the driver of SQLite gives a statement up after some errors. */
    private static boolean clear(PreparedStatement statement) throws SQLException {
        try {
            // Closes a result set that was left open, which would hold its snapshot and keep the log from being reused.
            statement.getMoreResults();
            statement.clearBatch();
            statement.clearParameters();
            return true;
        } catch (SQLException e) {
            statement.close();
            return false;
        }
    }

    void close() throws SQLException {
        List<PreparedStatement> all = new ArrayList<>(cache.values());
        used.clear();
        cache.clear();
        for (PreparedStatement statement : all) {
            statement.close();
        }
    }
}
