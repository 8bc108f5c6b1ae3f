package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/**
 * What JDBC's errors become. Messages are of our own: a database's have values of rows in them, and a {@link CallException}'s message
 * goes to callers elsewhere. The cause keeps the original for the log.
 */
final class StoreErrors {

    // https://www.sqlite.org/rescode.html; the low byte is the primary code.
    private static final int BUSY = 5;
    private static final int LOCKED = 6;
    private static final int NOMEM = 7;
    private static final int READONLY = 8;
    private static final int INTERRUPT = 9;
    private static final int IOERR = 10;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int CANTOPEN = 14;
    private static final int TOOBIG = 18;
    private static final int CONSTRAINT = 19;
    private static final int NOTADB = 26;
    private static final int CONSTRAINT_PRIMARYKEY = 1555;
    private static final int CONSTRAINT_UNIQUE = 2067;
    private static final int CONSTRAINT_ROWID = 2579;

    private StoreErrors() {}

    /** What a transaction's caller is told of anything that was thrown in it. */
    static RuntimeException of(Engine engine, Throwable thrown) {
        return switch (thrown) {
            case RuntimeException known -> known;
            case SQLException sql -> of(engine, sql);
            case InterruptedException interrupted ->
                new CallException(Code.CANCELLED, "the work of a transaction was interrupted", interrupted);
            default -> new CallException(Code.INTERNAL, "internal error", thrown);
        };
    }

    static CallException of(Engine engine, SQLException thrown) {
        return switch (engine) {
            case SQLITE -> sqlite(thrown);
            case POSTGRESQL -> postgres(thrown);
        };
    }

    /** Whether SQLite cannot be trusted any more after this: what was written may not be on the disk, or cannot be written. */
    static boolean isFatal(@Nullable Throwable thrown) {
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < 10; depth++) {
            if (at instanceof SQLiteException sqlite) { // of no other database that the work may talk to
                int primary = sqlite.getErrorCode() & 0xff;
                if (primary == FULL || primary == IOERR || primary == CORRUPT || primary == NOTADB) {
                    return true;
                }
            }
            at = at.getCause();
        }
        return false;
    }

    private static CallException sqlite(SQLException thrown) {
        // JDBC's code is the primary one only.
        int extended = thrown instanceof SQLiteException known ? known.getResultCode().code : thrown.getErrorCode();
        return switch (extended & 0xff) {
            case CONSTRAINT ->
                extended == CONSTRAINT_PRIMARYKEY || extended == CONSTRAINT_UNIQUE || extended == CONSTRAINT_ROWID
                        ? error(Code.ALREADY_EXISTS, "a unique constraint of the store is violated", thrown)
                        : error(Code.FAILED_PRECONDITION, "a constraint of the store is violated", thrown);
            case BUSY, LOCKED -> safe(Code.UNAVAILABLE, "the store's files are locked", thrown);
            case INTERRUPT -> error(Code.DEADLINE_EXCEEDED, "a statement took too long", thrown);
            case NOMEM -> error(Code.RESOURCE_EXHAUSTED, "SQLite has no memory left", thrown);
            case TOOBIG -> error(Code.RESOURCE_EXHAUSTED, "a value or statement is larger than SQLite's limit", thrown);
            case FULL -> error(Code.RESOURCE_EXHAUSTED, "the disk is full, or the store has reached maxBytes", thrown);
            case IOERR -> error(Code.DATA_LOSS, "the store's files cannot be read or written", thrown);
            case CORRUPT, NOTADB -> error(Code.DATA_LOSS, "the store's files are damaged", thrown);
            case READONLY -> error(Code.FAILED_PRECONDITION, "only reading is allowed here", thrown);
            case CANTOPEN -> error(Code.UNAVAILABLE, "the store's files cannot be opened", thrown);
            default -> error(Code.INTERNAL, "a statement of the store's failed", thrown);
        };
    }

    private static CallException postgres(SQLException thrown) {
        String state = Objects.requireNonNullElse(thrown.getSQLState(), "");
        return switch (state) {
            case "23505" -> error(Code.ALREADY_EXISTS, "a unique constraint of the store is violated", thrown);
            case "40001" -> safe(Code.ABORTED, "the transaction collided with another one", thrown);
            case "40P01" -> safe(Code.ABORTED, "the transaction was in a deadlock", thrown);
            case "55P03" -> safe(Code.ABORTED, "a lock was not to be had in time", thrown);
            case "57014" -> error(Code.DEADLINE_EXCEEDED, "a statement took longer than transactionTimeout", thrown);
            case "25P03" -> error(Code.DEADLINE_EXCEEDED, "the transaction was idle for too long", thrown);
            case "25006" -> error(Code.FAILED_PRECONDITION, "only reading is allowed here", thrown);
            case "25P02" ->
                error(Code.FAILED_PRECONDITION, "a statement failed before, so the transaction is rolled back", thrown);
            case "42P01" ->
                error(
                        Code.FAILED_PRECONDITION,
                        "a table of the store's is not there: was the schema migrated, and is this connection one to the"
                                + " store's database and schema?",
                        thrown);
            case "3D000" -> error(Code.NOT_FOUND, "there is no such database", thrown);
            case "3F000" -> error(Code.NOT_FOUND, "there is no such schema", thrown);
            default ->
                switch (state.length() < 2 ? "" : state.substring(0, 2)) {
                    case "23" -> error(Code.FAILED_PRECONDITION, "a constraint of the store is violated", thrown);
                    case "08", "57" -> safe(Code.UNAVAILABLE, "the connection to the database is lost", thrown);
                    case "28" -> error(Code.UNAUTHENTICATED, "the database refuses user or password", thrown);
                    case "53" ->
                        error(Code.RESOURCE_EXHAUSTED, "the database has no room, memory or connections left", thrown);
                    default ->
                        thrown instanceof java.sql.SQLTransientException
                                ? safe(Code.UNAVAILABLE, "no connection to the database", thrown)
                                : error(Code.INTERNAL, "a statement of the store's failed", thrown);
                };
        };
    }

    /** Whether the connection went away, so that what was sent last may or may not have happened. */
    static boolean isConnectionLost(SQLException thrown) {
        String state = Objects.requireNonNullElse(thrown.getSQLState(), "");
        return state.startsWith("08") || state.startsWith("57P") || state.isEmpty();
    }

    static CallException safe(Code code, String message, @Nullable Throwable cause) {
        return new CallException(
                code, message, cause, List.of(), new Metadata(), CallException.Origin.LOCAL, RetryAdvice.SAFE);
    }

    static CallException error(Code code, String message, @Nullable Throwable cause) {
        return new CallException(code, message, cause);
    }
}
