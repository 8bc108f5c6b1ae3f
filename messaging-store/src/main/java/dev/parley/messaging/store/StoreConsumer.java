package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** A consumer of a group. What it holds is in the database alone. */
final class StoreConsumer implements BackendConsumer {

    private static final System.Logger LOG = System.getLogger(StoreConsumer.class.getName());

    /** Wake-ups may be lost, so it looks by itself as well. */
    private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What it holds comes again by itself after its lease, so a database that is away is not waited for. */
    private static final Duration CLOSING = Duration.ofSeconds(3);

    private final Queues queues;
    private final Groups.Membership membership;
    private final ConsumerSpec.Kind kind;
    private final long leaseMicros;
    private final Claims claims;
    private final Consumer<StoreConsumer> onClose;
    private final Waiters.Waiter waiter = new Waiters.Waiter();
    private final ReentrantLock claiming = new ReentrantLock();
    private volatile boolean closed;

    StoreConsumer(Queues queues, Groups.Membership membership, ConsumerSpec spec, Consumer<StoreConsumer> onClose) {
        this.queues = queues;
        this.membership = membership;
        this.kind = spec.kind();
        this.leaseMicros = Sql.micros(spec.lease());
        this.claims = new Claims(membership, leaseMicros);
        this.onClose = onClose;
    }

    Groups.Membership membership() {
        return membership;
    }

    Waiters.Waiter waiter() {
        return waiter;
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        boolean done = false;
        try {
            while (true) {
                waiter.reset();
                Claims.Claim claim = claim(max);
                long left = end - System.nanoTime();
                if (!claim.messages().isEmpty() || left <= 0) {
                    done = claim.messages().size() < max;
                    return claim.messages().stream().map(Claimed::received).toList();
                }
                long next = claim.untilNext().isEmpty()
                        ? POLL_NANOS
                        : TimeUnit.MICROSECONDS.toNanos(claim.untilNext().getAsLong() + 500);
                waiter.await(Math.min(left, Math.min(next, POLL_NANOS)));
            }
        } finally {
            if (!done) {
                queues.waiters()
                        .wake(membership.queue()); // there may be more, or it was woken for what it does not take
            }
        }
    }

    private Claims.Claim claim(int max) throws InterruptedException {
        claiming.lockInterruptibly();
        try {
            if (closed) {
                throw new CallException(Code.UNAVAILABLE, "the consumer of " + membership.name() + " is closed");
            }
            return queues.database().transaction(transaction -> claims.claim(transaction, max));
        } finally {
            claiming.unlock();
        }
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) throws InterruptedException {
        if (kind == ConsumerSpec.Kind.AT_MOST_ONCE || settlements.isEmpty()) {
            return List.of();
        }
        return queues.database().transaction(transaction -> Settling.settle(transaction, membership, settlements));
    }

    @Override
    public void extend(List<Received> messages) throws InterruptedException {
        if (!messages.isEmpty()) {
            queues.database().run(transaction -> Settling.extend(transaction, membership, messages, leaseMicros));
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        waiter.wakeUp();
        onClose.accept(this);
        queues.waiters().remove(membership.queue(), waiter);
        Thread leaving = Thread.ofVirtual().name("parley-queues-leave").start(this::leave);
        boolean interrupted = false;
        try {
            if (!leaving.join(CLOSING)) {
                leaving.interrupt();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void leave() {
        try {
            claiming.lockInterruptibly(); // a claim that is under way is among what is given back
            try {
                queues.database().run(transaction -> {
                    if (kind == ConsumerSpec.Kind.DURABLE) {
                        Settling.releaseAll(transaction, membership);
                    }
                    Groups.leave(transaction, membership, kind != ConsumerSpec.Kind.DURABLE);
                });
            } finally {
                claiming.unlock();
            }
        } catch (InterruptedException | CallException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "a consumer of " + membership.name() + " has left without a word; its leases run out",
                    e);
        }
    }
}
