package dev.parley.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.jdbc4.JDBC4Connection;

/** How connections to SQLite are set up. */
final class SqliteConnections {
    private static final long LOG_KEPT_BYTES = 64L << 20;

    /** Copied into the database at 16 MB: at SQLite's 4 MB a loaded store writes a twentieth less. */
    private static final int PAGES_OF_LOG = 4000;

    private static final int CACHE_KILOBYTES = 32 << 10;

    private SqliteConnections() {}

    /**
     * The one that writes. Its log is copied into the database first: after a failed fsync the pages of the old log may be in memory
     * only, and copying writes them anew.
     */
    static SQLiteConnection writer(Path database, StoreOptions options) throws SQLException {
        SQLiteConnection connection = open(database);
        try (Statement statement = connection.createStatement()) {
            if (!single(statement, "pragma journal_mode = wal").equals("wal")) {
                throw new SQLException("the file system of " + database + " does not support SQLite's write-ahead log");
            }
            statement.execute("pragma synchronous = full");
            statement.execute("pragma fullfsync = on");
            statement.execute("pragma checkpoint_fullfsync = on");
            statement.execute("pragma foreign_keys = on");
            statement.execute("pragma journal_size_limit = " + LOG_KEPT_BYTES);
            statement.execute("pragma wal_autocheckpoint = " + PAGES_OF_LOG);
            statement.execute("pragma cache_size = -" + CACHE_KILOBYTES);
            if (options.maxBytes() > 0) {
                long page = Long.parseLong(single(statement, "pragma page_size"));
                single(statement, "pragma max_page_count = " + options.maxBytes() / page);
            }
            single(statement, "pragma wal_checkpoint(truncate)");
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** One that reads, beside the writer. */
    static SQLiteConnection reader(Path database) throws SQLException {
        SQLiteConnection connection = open(database);
        execute(connection, "pragma query_only = on");
        return connection;
    }

    private static SQLiteConnection open(Path database) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        // A connection is its thread's, but for interrupts, which need no mutex.
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        SQLiteConnection connection =
                new JDBC4Connection("jdbc:sqlite:" + database, database.toString(), config.toProperties());
        execute(connection, "pragma busy_timeout = 5000");
        return connection;
    }

    private static String single(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
