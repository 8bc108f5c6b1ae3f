package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Puts publications that come at the same time into one transaction. Whoever comes first publishes its own; what gathers meanwhile is
 * published together by a thread that belongs to nobody, so that the interrupt of one caller does not end what is another's. Thread-safe.
 */
final class Publications {

    private static final System.Logger LOG = System.getLogger(Publications.class.getName());
    private static final int MOST_MESSAGES = 1000;
    private static final long MOST_BYTES = 16L << 20;
    private static final int MOST_WAITING = 10_000;

    private final Database database;
    private final Publishing publishing;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(); // guarded by the lock, as what follows
    private int running;
    private CompletableFuture<Boolean> latest = CompletableFuture.completedFuture(true);

    /** @param most transactions at once */
    Publications(Database database, Publishing publishing, int most) {
        this.database = database;
        this.publishing = publishing;
        this.most = most;
    }

    private record Waiting(List<Envelope> messages, long bytes, CompletableFuture<Boolean> done) {}

    /** Returns when they are confirmed. */
    void publish(List<Envelope> messages) throws InterruptedException {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        boolean first;
        lock.lock();
        try {
            first = running < most;
            if (first) {
                running++;
            } else {
                checkRoom();
                waiting.add(waiting(messages, done));
            }
        } finally {
            lock.unlock();
        }
        if (first) {
            try {
                store(messages);
            } finally {
                handOver();
            }
            return;
        }
        try {
            done.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CallException call
                    ? new CallException(call.code(), call.message(), call)
                    : new CallException(Code.INTERNAL, "a publication failed", e.getCause());
        }
    }

    /**
     * Puts one behind those that wait, and returns. With one transaction at once they are stored in their order.
     *
     * @throws CallException RESOURCE_EXHAUSTED if too many wait
     */
    void offer(Envelope message) {
        boolean start;
        lock.lock();
        try {
            checkRoom();
            latest = new CompletableFuture<>();
            waiting.add(waiting(List.of(message), latest));
            start = running < most;
            if (start) {
                running++;
            }
        } finally {
            lock.unlock();
        }
        if (start) {
            Thread.ofVirtual().name("parley-queues-publish").start(this::publishWaiting);
        }
    }

    /** Waits until what was offered before is stored or lost, but no longer than this. */
    void flush(Duration limit) throws InterruptedException {
        CompletableFuture<Boolean> last;
        lock.lock();
        try {
            last = latest;
        } finally {
            lock.unlock();
        }
        try {
            last.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(System.Logger.Level.DEBUG, "what was sent without waiting is lost, or late", e);
        }
    }

    private void checkRoom() {
        if (waiting.size() >= MOST_WAITING) {
            throw new CallException(
                    Code.RESOURCE_EXHAUSTED, "more than " + MOST_WAITING + " publications wait for the database");
        }
    }

    private static Waiting waiting(List<Envelope> messages, CompletableFuture<Boolean> done) {
        long bytes = messages.stream()
                .mapToLong(each -> each.data().length + each.attributes().length())
                .sum();
        return new Waiting(messages, bytes, done);
    }

    private void handOver() {
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                running--;
                return;
            }
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("parley-queues-publish").start(this::publishWaiting);
    }

    private void publishWaiting() {
        for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
            List<Envelope> all = new ArrayList<>();
            batch.forEach(each -> all.addAll(each.messages));
            try {
                store(all);
                batch.forEach(each -> each.done.complete(true));
            } catch (Throwable e) {
                if (batch.size() == 1 || isOfAll(e)) {
                    batch.forEach(each -> each.done.completeExceptionally(e));
                } else {
                    batch.forEach(this::publishAlone);
                }
            }
        }
    }

    private void publishAlone(Waiting one) {
        try {
            store(one.messages);
            one.done.complete(true);
        } catch (Throwable e) {
            one.done.completeExceptionally(e);
        }
    }

    /** Whether it would be the same for each of them. */
    private static boolean isOfAll(Throwable error) {
        return error instanceof CallException call && call.code() == Code.UNAVAILABLE;
    }

    /** What goes into one transaction; empty if nothing waits, and then this thread is not one that publishes any more. */
    private List<Waiting> next() {
        List<Waiting> batch = new ArrayList<>();
        int messages = 0;
        long bytes = 0;
        lock.lock();
        try {
            for (Waiting each = waiting.peek(); each != null; each = waiting.peek()) {
                if (!batch.isEmpty()
                        && (messages + each.messages.size() > MOST_MESSAGES || bytes + each.bytes > MOST_BYTES)) {
                    break;
                }
                batch.add(waiting.remove());
                messages += each.messages.size();
                bytes += each.bytes;
            }
            if (batch.isEmpty()) {
                running--;
            }
        } finally {
            lock.unlock();
        }
        return batch;
    }

    private void store(List<Envelope> messages) throws InterruptedException {
        try {
            database.run(transaction -> publishing.publish(transaction, messages));
        } catch (CallException e) {
            throw unconfirmed(e);
        }
    }

    /** Publishing again is the answer to what may have been stored and to what was too slow: messages come at least once. */
    private static CallException unconfirmed(CallException error) {
        return switch (error.code()) {
            case UNKNOWN, ABORTED, DEADLINE_EXCEEDED ->
                new CallException(Code.UNAVAILABLE, "not confirmed: " + error.message(), error);
            default -> error;
        };
    }
}
