package dev.parley.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection. One thread receives into a bounded queue, another sends from it when the faults let it,
 * so that latency delays data without limiting how much is under way, up to what the queue holds.
 */
final class Link {
    private static final int READ_BYTES = 16 << 10;
    private static final int QUEUE_BYTES = 256 << 10;

    private static final class Chunk {
        final byte[] bytes;
        final long arrived;
        int offset;
        /** Its part of the jitter, drawn once, so that its latency does not change while it waits; negative: not yet. */
        double jitter = -1;

        Chunk(byte[] bytes, long arrived) {
            this.bytes = bytes;
            this.arrived = arrived;
        }
    }

    private sealed interface Step {
        record Pass(Chunk chunk, int offset, int length) implements Step {}

        record End() implements Step {}

        record Break(String reason) implements Step {}

        record Over() implements Step {}
    }

    final Direction direction;
    private final Socket from;
    private final Socket to;
    private final Connection connection;
    private final AtomicLong totalReceived;
    private final AtomicLong totalPassed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All guarded by lock.
    private final Armed armed = new Armed();
    private final ArrayDeque<Chunk> queue = new ArrayDeque<>();
    private int queued;
    private long passed;
    private long lastPassed;
    private long nextSlice;
    private boolean lost;
    private boolean ended;
    private long endedAt;
    private boolean endPassed;
    private boolean closed;

    Link(
            Direction direction,
            Socket from,
            Socket to,
            Connection connection,
            AtomicLong totalReceived,
            AtomicLong totalPassed) {
        this.direction = direction;
        this.from = from;
        this.to = to;
        this.connection = connection;
        this.totalReceived = totalReceived;
        this.totalPassed = totalPassed;
        this.lastPassed = System.nanoTime();
        this.nextSlice = lastPassed;
    }

    /** Returns whether the connection has to be reset at once. */
    boolean arm(Fault.OfStream fault) {
        lock.lock();
        try {
            armed.arm(fault, passed, System.nanoTime());
            changed.signalAll();
            return armed.resets(passed);
        } finally {
            lock.unlock();
        }
    }

    void heal() {
        lock.lock();
        try {
            armed.heal();
            nextSlice = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends both threads as soon as their sockets are closed, too. */
    void close() {
        lock.lock();
        try {
            closed = true;
            queue.clear();
            queued = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The receiving thread: returns at the end of the stream or of the connection. */
    void receive() throws IOException, InterruptedException {
        byte[] buffer = new byte[READ_BYTES];
        InputStream in = from.getInputStream();
        while (awaitRoom()) {
            int count = in.read(buffer);
            if (count < 0) {
                end();
                return;
            }
            totalReceived.addAndGet(count);
            add(Arrays.copyOf(buffer, count));
        }
    }

    private boolean awaitRoom() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && (queued >= QUEUE_BYTES || !armed.reads())) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void add(byte[] bytes) {
        lock.lock();
        try {
            if (!closed && !endPassed) {
                queue.add(new Chunk(bytes, System.nanoTime()));
                queued += bytes.length;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            endedAt = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The sending thread: returns when the end has been passed on, or at the end of the connection. */
    void send() throws IOException, InterruptedException {
        OutputStream out = to.getOutputStream();
        while (true) {
            switch (next()) {
                case Step.Pass(Chunk chunk, int offset, int length) -> {
                    out.write(chunk.bytes, offset, length);
                    totalPassed.addAndGet(length);
                }
                case Step.End _ -> {
                    to.shutdownOutput();
                    return;
                }
                case Step.Break(String reason) -> {
                    connection.reset(reason);
                    return;
                }
                case Step.Over _ -> {
                    return;
                }
            }
        }
    }

    private Step next() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                long now = System.nanoTime();
                Step step = step(now);
                if (step != null) {
                    return step;
                }
                long wait = armed.blackhole() != null ? Armed.FOREVER : due(now);
                if (wait == Armed.FOREVER) {
                    changed.await();
                } else {
                    long _ = changed.awaitNanos(wait);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** What can be done now, or null. */
    private @Nullable Step step(long now) {
        if (closed) {
            return new Step.Over();
        }
        Fault.Blackhole blackhole = armed.blackhole();
        if (blackhole != null) {
            if (blackhole.reading()) {
                lost |= !queue.isEmpty();
                discard();
            }
            return null;
        }
        if (lost) {
            return new Step.Break("bytes were lost in a blackhole");
        }
        if (armed.resets(passed)) {
            return new Step.Break("fault: reset behind " + passed + " bytes " + direction);
        }
        if (armed.truncates(passed)) {
            discard();
            endPassed = true;
            return new Step.End();
        }
        if (due(now) > 0) {
            return null;
        }
        Chunk head = queue.peek();
        if (head == null) {
            endPassed = true;
            return new Step.End();
        }
        return pass(head, now);
    }

    private Step pass(Chunk head, long now) {
        int offset = head.offset;
        int length = armed.piece(head.bytes.length - offset, passed);
        armed.pass(head.bytes, offset, length, passed);
        passed += length;
        lastPassed = now;
        nextSlice = now + armed.pauseNanos();
        head.offset += length;
        queued -= length;
        if (head.offset == head.bytes.length) {
            queue.remove();
        }
        changed.signalAll();
        return new Step.Pass(head, offset, length);
    }

    private void discard() {
        queue.clear();
        queued = 0;
        changed.signalAll();
    }

    /** Nanoseconds until the next piece, or the end, goes on; not positive: now. */
    private long due(long now) {
        Chunk head = queue.peek();
        if (head == null) {
            return ended ? endDue(now) : Armed.FOREVER;
        }
        if (head.jitter < 0) {
            head.jitter = armed.drawJitter();
        }
        long latency = armed.latencyNanos() + armed.jitterNanos(head.jitter);
        long wait = Math.max(head.arrived - now + latency, nextSlice - now);
        return wait > 0 ? wait : armed.bandwidthNanos(armed.piece(head.bytes.length - head.offset, passed), now);
    }

    private long endDue(long now) {
        long close = armed.closeNanos();
        long ready = Math.max(endedAt - now + armed.latencyNanos(), lastPassed - now);
        return close == Armed.FOREVER ? Armed.FOREVER : ready + close;
    }
}
