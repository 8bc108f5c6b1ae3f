package dev.parley.http;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes writes from virtual threads to an event loop, with one wake-up and one flush a turn for all that is waiting: the
 * batching that a reply from another thread would otherwise lose. One for each event loop.
 */
final class LoopQueue implements Runnable {

    private static final System.Logger LOG = System.getLogger(LoopQueue.class.getName());
    /** Loops live as long as the process; only tests make some that do not, and take theirs out. */
    static final Map<EventLoop, LoopQueue> ALL = new ConcurrentHashMap<>();

    private static final long MOST_HELD_NANOS = TimeUnit.MICROSECONDS.toNanos(TurnStarter.MOST_HELD_MICROS);

    /** Writes a turn, so that reads get theirs. */
    private static final int MOST_A_TURN = 1024;

    private final EventLoop loop;
    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ArrayList<Connection> dirty = new ArrayList<>();
    private final TurnStarter starter;
    // Turns whose replies are held back, and since when.
    private final AtomicInteger holds = new AtomicInteger();
    private volatile long heldSince;
    private final Runnable endOfTurn = this::endTurn;
    private int depth;
    private boolean turning;

    /** A connection that can be flushed. */
    abstract static class Connection {
        private boolean dirty;
        /** Set while the connection handles a read, whose end flushes anyway. */
        boolean reading;

        private boolean wroteInRead;

        abstract void flush();

        /** At the end of a read: flushes what was written in it. */
        final void flushRead() {
            if (wroteInRead) {
                wroteInRead = false;
                flush();
            }
        }
    }

    private LoopQueue(EventLoop loop) {
        this.loop = loop;
        this.starter = new TurnStarter(loop, this);
    }

    /** The queue of {@code loop}. */
    static LoopQueue of(EventLoop loop) {
        LoopQueue queue = ALL.get(loop);
        return queue != null ? queue : ALL.computeIfAbsent(loop, LoopQueue::new);
    }

    /** Runs {@code write} on the loop, in order; at once if this is the loop. */
    void submit(Runnable write) {
        if (loop.inEventLoop()) {
            depth++;
            try {
                write.run();
            } finally {
                leave();
            }
            return;
        }
        queue.add(write);
        if (holds.get() == 0 || System.nanoTime() - heldSince > MOST_HELD_NANOS) {
            wake();
        }
    }

    /**
     * Until the end of this turn of the loop nothing more is flushed: what its reads lead to goes out together. On the
     * loop.
     */
    void turn() {
        if (!turning) {
            turning = true;
            depth++;
            loop.execute(endOfTurn); // runs behind all reads of this turn
        }
    }

    private void endTurn() {
        turning = false;
        leave();
    }

    /** What starts handlers. */
    TurnStarter starter() {
        return starter;
    }

    /** Writes need not wake the loop until {@link #release}, which follows soon. */
    void hold() {
        heldSince = System.nanoTime();
        holds.incrementAndGet();
    }

    boolean isHeld() {
        return holds.get() > 0;
    }

    /** Ends a {@link #hold}. */
    void release() {
        // Before the queue is looked at: whoever adds behind that look sees that nothing is held, and wakes the loop.
        holds.decrementAndGet();
        if (!queue.isEmpty()) {
            wake();
        }
    }

    private void wake() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            try {
                loop.execute(this);
            } catch (java.util.concurrent.RejectedExecutionException e) {
                queue.clear(); // the loop has stopped; its connections are closed
            }
        }
    }

    /** {@code connection} has something written that is not flushed. On the loop. */
    void wrote(Connection connection) {
        if (connection.reading) {
            connection.wroteInRead = true;
            return;
        }
        if (depth == 0) {
            connection.flush(); // a call-back of Netty's: there is no turn of ours to wait for
        } else if (!connection.dirty) {
            connection.dirty = true;
            dirty.add(connection);
        }
    }

    @Override
    public void run() {
        scheduled.set(false);
        depth++;
        try {
            for (int i = 0; i < MOST_A_TURN; i++) {
                Runnable write = queue.poll();
                if (write == null) {
                    return;
                }
                try {
                    write.run();
                } catch (Throwable e) {
                    LOG.log(System.Logger.Level.WARNING, "a write failed on the event loop", e);
                }
            }
            wake();
        } finally {
            leave();
        }
    }

    private void leave() {
        if (--depth > 0) {
            return;
        }
        for (int i = 0; i < dirty.size(); i++) {
            Connection connection = dirty.get(i);
            connection.dirty = false;
            connection.flush();
        }
        dirty.clear();
    }
}
