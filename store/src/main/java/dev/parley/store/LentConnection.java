package dev.parley.store;

import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A connection lent to the work of one transaction: it passes everything on but what would end that transaction or outlive it, and
 * closes the statements that were left open.
 */
final class LentConnection implements Connection {
    // So many open statements are looked through before one more is kept.
    private static final int FEW = 64;

    private final Connection connection;
    private final Engine engine;
    private final Runnable check;
    private final List<Statement> statements = new ArrayList<>();
    private int prune = FEW;
    private boolean ended;

    /** @param check throws once the transaction has ended */
    LentConnection(Connection connection, Engine engine, Runnable check) {
        this.connection = connection;
        this.engine = engine;
        this.check = check;
    }

    /** Closes what was left open. */
    void end() throws SQLException {
        ended = true;
        for (Statement statement : statements) {
            statement.close();
        }
        statements.clear();
    }

    private Connection open() {
        check.run();
        return connection;
    }

    private <S extends Statement> S keep(S statement) throws SQLException {
        if (statements.size() >= prune) {
            for (int i = statements.size() - 1; i >= 0; i--) {
                if (statements.get(i).isClosed()) {
                    statements.remove(i);
                }
            }
            prune = Math.max(FEW, statements.size() * 2);
        }
        statements.add(statement);
        return statement;
    }

    private static SQLException refused(String method) {
        return new SQLFeatureNotSupportedException(
                method + " is not for the work of a transaction: the store ends it, when the work returns or throws");
    }

    private void ensureSavepoints() throws SQLException {
        if (engine == Engine.SQLITE) { // sqlite-jdbc would believe that it had begun a transaction of its own
            throw new SQLFeatureNotSupportedException("JDBC's savepoints are not available on SQLite; SQL's are");
        }
    }

    // What makes statements.

    @Override
    public Statement createStatement() throws SQLException {
        return keep(open().createStatement());
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return keep(open().createStatement(type, concurrency));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        return keep(open().createStatement(type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return keep(open().prepareStatement(sql));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return keep(open().prepareStatement(sql, type, concurrency));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        return keep(open().prepareStatement(sql, type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int generatedKeys) throws SQLException {
        return keep(open().prepareStatement(sql, generatedKeys));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columns) throws SQLException {
        return keep(open().prepareStatement(sql, columns));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columns) throws SQLException {
        return keep(open().prepareStatement(sql, columns));
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return keep(open().prepareCall(sql));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return keep(open().prepareCall(sql, type, concurrency));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        return keep(open().prepareCall(sql, type, concurrency, holdability));
    }

    // What would end the transaction, or be found by the next one.

    @Override
    public void commit() throws SQLException {
        throw refused("commit");
    }

    @Override
    public void rollback() throws SQLException {
        throw refused("rollback");
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        throw refused("setAutoCommit");
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        throw refused("setReadOnly");
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        throw refused("setCatalog");
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        throw refused("setTransactionIsolation");
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        throw refused("setTypeMap");
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        throw refused("setHoldability");
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        throw refused("setSchema");
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        throw refused("abort");
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        throw refused("setNetworkTimeout");
    }

    @Override
    public void setClientInfo(String name, @Nullable String value) throws SQLClientInfoException {
        throw new SQLClientInfoException(Map.of(), refused("setClientInfo"));
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        throw new SQLClientInfoException(Map.of(), refused("setClientInfo"));
    }

    /** Nothing: libraries close what they were given. */
    @Override
    public void close() {}

    @Override
    public boolean isClosed() {
        return ended;
    }

    @Override
    public boolean getAutoCommit() {
        return false;
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        ensureSavepoints();
        return open().setSavepoint();
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        ensureSavepoints();
        return open().setSavepoint(name);
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        ensureSavepoints();
        open().rollback(savepoint);
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        ensureSavepoints();
        open().releaseSavepoint(savepoint);
    }

    // What is passed on.

    @Override
    public String nativeSQL(String sql) throws SQLException {
        return open().nativeSQL(sql);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        return open().getMetaData();
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return open().isReadOnly();
    }

    @Override
    public String getCatalog() throws SQLException {
        return open().getCatalog();
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        return open().getTransactionIsolation();
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        return open().getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        open().clearWarnings();
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return open().getTypeMap();
    }

    @Override
    public int getHoldability() throws SQLException {
        return open().getHoldability();
    }

    @Override
    public Clob createClob() throws SQLException {
        return open().createClob();
    }

    @Override
    public Blob createBlob() throws SQLException {
        return open().createBlob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        return open().createNClob();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return open().createSQLXML();
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        return open().isValid(timeout);
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        return open().getClientInfo(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        return open().getClientInfo();
    }

    @Override
    public Array createArrayOf(String typeName, @Nullable Object[] elements) throws SQLException {
        return open().createArrayOf(typeName, elements);
    }

    @Override
    public Struct createStruct(String typeName, @Nullable Object[] attributes) throws SQLException {
        return open().createStruct(typeName, attributes);
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        return open().getSchema();
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return open().getNetworkTimeout();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : open().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || open().isWrapperFor(type);
    }
}
