package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What both engines have: how a transaction is handed over, the schema, leases. */
abstract sealed class AbstractStore implements Store permits SqliteStore, PostgresStore {
    private final Engine engine;
    private final StoreOptions options;
    private final String place;

    /** @param place what errors call the store; without a secret */
    AbstractStore(Engine engine, String place, StoreOptions options) {
        this.engine = engine;
        this.place = place;
        this.options = options;
    }

    /** The queue of what writes. */
    abstract WorkQueue writes();

    /** The queue of what reads. */
    abstract WorkQueue reads();

    @Override
    public final Engine engine() {
        return engine;
    }

    final StoreOptions options() {
        return options;
    }

    final String place() {
        return place;
    }

    @Override
    public final <R extends @Nullable Object> R transaction(Work<R> work) {
        return submit(writes(), work, false);
    }

    @Override
    public final <R extends @Nullable Object> R read(Work<R> work) {
        return submit(reads(), work, true);
    }

    private <R extends @Nullable Object> R submit(WorkQueue queue, Work<R> work, boolean readOnly) {
        if (StoreThread.isOf(this)) {
            throw new CallException(
                    Code.FAILED_PRECONDITION,
                    "a transaction was begun inside of a transaction of the same store: they do not nest; pass the"
                            + " Transaction on");
        }
        Job<R> job = new Job<>(work, readOnly, options);
        queue.add(job);
        return job.await();
    }

    @Override
    public final void migrate(Schema schema) {
        run(transaction -> Migrations.apply(transaction, schema, options, place));
    }

    @Override
    public final Optional<Lease> lease(String name, String holder, Duration ttl) {
        Leases.check("name", name);
        Leases.check("holder", holder);
        Leases.check(ttl);
        OptionalLong token = this.<OptionalLong>transaction(transaction -> Leases.take(transaction, name, holder, ttl));
        return token.isPresent()
                ? Optional.of(new Lease(this, name, holder, token.getAsLong(), ttl))
                : Optional.empty();
    }

    final CallException closed() {
        return new CallException(Code.UNAVAILABLE, "the store " + place + " is closed")
                .withRetryAdvice(RetryAdvice.NEVER);
    }

    @Override
    public final String toString() {
        return place;
    }
}
