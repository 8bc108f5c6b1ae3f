package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The right to be the one that is active under a name, for a time. Its token is greater than that of every holder before, so that
 * what an old holder does late can be told. Thread-safe; renewed by whoever holds it.
 *
 * <pre>{@code
 * Optional<Lease> held = store.lease("outbox-relay", "relay-1", Duration.ofSeconds(15));
 * if (held.isPresent()) {
 *     store.run(tx -> {
 *         held.get().check(tx); // whoever took it over since makes this throw; nobody can before the commit
 *         // ...
 *     });
 * }
 * }</pre>
 */
public final class Lease {
    private final Store store;
    private final String name;
    private final String holder;
    private final long token;
    private final Duration ttl;

    Lease(Store store, String name, String holder, long token, Duration ttl) {
        this.store = store;
        this.name = name;
        this.holder = holder;
        this.token = token;
        this.ttl = ttl;
    }

    /** What it is for. */
    public String name() {
        return name;
    }

    /** Who holds it, for people to read. */
    public String holder() {
        return holder;
    }

    /** Greater with each new holder, over restarts too. */
    public long token() {
        return token;
    }

    /**
     * Holds it for another {@code ttl} from now. One that has run out and that nobody took is renewed as well.
     *
     * @return false if somebody else has taken it, or it was released: it is lost for good
     */
    public boolean renew() {
        return store.transaction(transaction -> Leases.renew(transaction, name, token, ttl));
    }

    /**
     * Makes sure that the transaction commits only under this lease: throws if somebody has taken it since, and lets nobody take it
     * before the transaction ends. Call it first in the transaction.
     *
     * @throws CallException ABORTED if it is lost
     */
    public void check(Transaction transaction) throws SQLException {
        PreparedStatement select = transaction.prepare(Leases.checkSql(transaction.engine()));
        select.setString(1, name);
        try (ResultSet row = select.executeQuery()) {
            long current = row.next() ? row.getLong(1) : -1;
            boolean released = current == token && row.getBoolean(2);
            if (current != token || released) {
                throw new CallException(
                        Code.ABORTED,
                        "the lease \"" + name + "\" with token " + token + " is lost: "
                                + (released ? "it was released" : "the token is now " + current));
            }
        }
    }

    /** Gives it up, so that the next one need not wait. Does nothing if it is lost. */
    public void release() {
        store.run(transaction -> Leases.release(transaction, name, token));
    }

    @Override
    public String toString() {
        return "Lease[" + name + ", holder " + holder + ", token " + token + "]";
    }
}
