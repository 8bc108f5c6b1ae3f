package dev.parley.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import org.postgresql.ds.PGSimpleDataSource;

/** How connections to PostgreSQL are made. */
final class PostgresConnections {
    private static final int LEAST_VERSION = 13; // xid8, pg_current_snapshot
    private static final Duration RETRY = Duration.ofMillis(200);
    // Beyond the server's own limit of a statement, so that only a server that does not answer runs into it.
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private final StoreUri.Postgres uri;
    private final PGSimpleDataSource source;

    PostgresConnections(StoreUri.Postgres uri) {
        this.uri = uri;
        StoreOptions options = uri.options();
        this.source = new PGSimpleDataSource();
        source.setServerNames(new String[] {uri.host()});
        source.setPortNumbers(new int[] {uri.port()});
        source.setDatabaseName(uri.database());
        source.setUser(uri.user());
        source.setPassword(uri.password());
        if (uri.schema() != null) {
            source.setCurrentSchema(uri.schema());
        }
        if (uri.sslMode() != null) {
            source.setSslMode(uri.sslMode());
        }
        if (uri.sslRootCert() != null) {
            source.setSslRootCert(uri.sslRootCert());
        }
        source.setApplicationName("parley");
        source.setConnectTimeout(seconds(options.connectTimeout()));
        source.setLoginTimeout(seconds(options.connectTimeout()));
        source.setSocketTimeout(seconds(
                options.transactionTimeout().plus(options.commitTimeout()).plus(SILENCE)));
        source.setTcpKeepAlive(true);
    }

    private static int seconds(Duration duration) {
        return (int) Math.max(1, Math.ceilDiv(duration.toMillis(), 1000));
    }

    /** One outside of the pool. */
    Connection single() throws SQLException {
        return source.getConnection();
    }

    /**
     * Waits for the server and looks whether it will do.
     *
     * @throws CallException UNAUTHENTICATED, NOT_FOUND, FAILED_PRECONDITION (too old), UNAVAILABLE
     */
    void check() throws InterruptedException {
        long until = System.nanoTime() + uri.options().connectTimeout().toNanos();
        while (true) {
            try (Connection connection = single();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select current_schema()")) {
                int version = connection.getMetaData().getDatabaseMajorVersion();
                if (version < LEAST_VERSION) {
                    throw new CallException(
                            Code.FAILED_PRECONDITION,
                            uri.place() + " is PostgreSQL " + version + ", but " + LEAST_VERSION + " is needed");
                }
                if (!row.next() || row.getString(1) == null) {
                    throw new CallException(
                            Code.NOT_FOUND, "there is no schema \"" + uri.schema() + "\" in " + uri.place());
                }
                return;
            } catch (SQLException e) {
                CallException known = StoreErrors.of(Engine.POSTGRESQL, e);
                boolean again = known.code() == Code.UNAVAILABLE || known.code() == Code.RESOURCE_EXHAUSTED;
                if (!again || System.nanoTime() - until >= 0) {
                    throw refused(known, e, again);
                }
                Thread.sleep(RETRY);
            }
        }
    }

    private CallException refused(CallException known, SQLException e, boolean again) {
        // The driver's own words name host, user and database, never a password.
        String why = Objects.requireNonNullElse(e.getMessage(), known.message());
        return new CallException(
                        known.code(),
                        "the store " + uri.place() + " cannot be opened"
                                + (again
                                        ? " within connectTimeout ("
                                                + uri.options().connectTimeout().toMillis() + " ms)"
                                        : "")
                                + ": " + why,
                        e)
                .withRetryAdvice(again ? RetryAdvice.NEVER_LEFT : RetryAdvice.NEVER);
    }

    HikariDataSource pool() {
        StoreOptions options = uri.options();
        HikariConfig config = new HikariConfig();
        config.setPoolName("parley-store");
        config.setDataSource(source);
        config.setAutoCommit(false);
        config.setIsolateInternalQueries(true); // or the first rollback takes back what the initial statement sets
        config.setMaximumPoolSize(options.connections());
        config.setMinimumIdle(1);
        long connect = Math.max(250, options.connectTimeout().toMillis());
        config.setConnectionTimeout(connect);
        config.setValidationTimeout(Math.min(connect, 5000));
        config.setInitializationFailTimeout(-1); // check() has said more about it
        long limit = options.transactionTimeout().toMillis();
        // The server ends by itself what a process that is gone or hangs has left open.
        config.setConnectionInitSql(
                "select set_config('statement_timeout', '%d', false), set_config('idle_in_transaction_session_timeout', '%d', false)"
                        .formatted(limit, 2 * limit + 1000));
        return new HikariDataSource(config);
    }
}
