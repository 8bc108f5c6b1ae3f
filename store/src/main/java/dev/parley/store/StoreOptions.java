package dev.parley.store;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Settings of a store. Immutable. Those of the URI ({@link Store#open(String)}) win over these.
 *
 * @param connections PostgreSQL: the most connections beside the two that listen and wake; SQLite: the connections that read. 1 to 1000, default 8
 * @param maxWaiting the most transactions that wait for a thread; more fail at once with RESOURCE_EXHAUSTED. 1 to 1,000,000, default 10,000
 * @param waitTimeout how long a transaction waits for a thread or a connection; then RESOURCE_EXHAUSTED. 1 ms to 1 h, default 30 s
 * @param transactionTimeout how long a transaction's work may take; then it is rolled back with DEADLINE_EXCEEDED. On SQLite one
 *     statement is not cut short, as that would undo the work of others in its commit. 1 ms to 1 h, default 10 s
 * @param commitTimeout how long is waited for a commit; then UNKNOWN, for the outcome is. 1 ms to 1 h, default 30 s
 * @param connectTimeout how long {@code open} tries to reach the server, and connects later on. 1 ms to 1 h, default 10 s
 * @param maxBytes SQLite: the size that the database file may reach; at it the store stops as on a full disk. At least 64 KiB,
 *     default 0, no limit but the disk
 * @param migrate whether {@link Store#migrate} brings an old schema up to date; otherwise it refuses it. Default true
 * @param clock SQLite: the clock of leases. Default the system's
 */
public record StoreOptions(
        int connections,
        int maxWaiting,
        Duration waitTimeout,
        Duration transactionTimeout,
        Duration commitTimeout,
        Duration connectTimeout,
        long maxBytes,
        boolean migrate,
        InstantSource clock) {

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofHours(1);

    /** Checks the ranges. */
    public StoreOptions {
        between("connections", connections, 1, 1000);
        between("maxWaiting", maxWaiting, 1, 1_000_000);
        between("waitTimeout", waitTimeout);
        between("transactionTimeout", transactionTimeout);
        between("commitTimeout", commitTimeout);
        between("connectTimeout", connectTimeout);
        if (maxBytes != 0) {
            between("maxBytes", maxBytes, 64 * 1024, 1L << 47);
        }
    }

    /** The defaults. */
    public static StoreOptions defaults() {
        return new StoreOptions(
                8,
                10_000,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                0,
                true,
                InstantSource.system());
    }

    /** The same with another {@link #connections}. */
    public StoreOptions withConnections(int connections) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    /** The same with another {@link #maxWaiting}. */
    public StoreOptions withMaxWaiting(int maxWaiting) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    /** The same with another {@link #waitTimeout}. */
    public StoreOptions withWaitTimeout(Duration waitTimeout) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    /** The same with another {@link #transactionTimeout}. */
    public StoreOptions withTransactionTimeout(Duration transactionTimeout) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    /** The same with another {@link #commitTimeout}. */
    public StoreOptions withCommitTimeout(Duration commitTimeout) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    /** The same with another {@link #connectTimeout}. */
    public StoreOptions withConnectTimeout(Duration connectTimeout) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    /** The same with another {@link #maxBytes}. */
    public StoreOptions withMaxBytes(long maxBytes) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    /** The same with another {@link #migrate}. */
    public StoreOptions withMigrate(boolean migrate) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    /** The same with another {@link #clock}. */
    public StoreOptions withClock(InstantSource clock) {
        return new StoreOptions(
                connections,
                maxWaiting,
                waitTimeout,
                transactionTimeout,
                commitTimeout,
                connectTimeout,
                maxBytes,
                migrate,
                clock);
    }

    private static void between(String name, Duration value) {
        if (value.compareTo(LEAST) < 0 || value.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(name + " must be between 1 ms and 1 h, but is " + value);
        }
    }

    private static void between(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be between " + least + " and " + most + ", but is " + value);
        }
    }
}
