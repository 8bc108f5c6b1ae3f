package dev.parley.http;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Starts the handlers of one turn of an event loop together. Waking the threads that carry virtual threads costs more
 * than a small handler does, and so does waking the loop for its reply; so a turn's handlers are started by one of them,
 * and their replies are {@linkplain LoopQueue#hold held} until each has run once, {@value #MOST_HELD_MICROS}
 * microseconds at most. On the loop.
 */
final class TurnStarter {

    static final long MOST_HELD_MICROS = 200;

    private final EventLoop loop;
    private final LoopQueue replies;
    private List<Starting> starting = new ArrayList<>();
    private boolean safetyScheduled;

    private record Starting(ThreadFactory threads, Runnable handler) {
        void start() {
            threads.newThread(handler).start();
        }
    }

    TurnStarter(EventLoop loop, LoopQueue replies) {
        this.loop = loop;
        this.replies = replies;
    }

    /** Starts {@code handler} at the end of this turn. */
    void start(ThreadFactory threads, Runnable handler) {
        starting.add(new Starting(threads, handler));
        if (starting.size() == 1) {
            loop.execute(this::startAll); // runs behind all reads of this turn
        }
    }

    private void startAll() {
        List<Starting> turn = starting;
        if (turn.size() == 1) {
            Starting only = turn.getFirst();
            turn.clear();
            only.start();
            return;
        }
        starting = new ArrayList<>(turn.size());
        replies.hold();
        if (!safetyScheduled) {
            safetyScheduled = true;
            loop.schedule(this::sendHeld, 1, TimeUnit.MILLISECONDS);
        }
        turn.getFirst().threads().newThread(() -> startTurn(turn)).start();
    }

    /** Should handlers that compute for long keep the starter from its turn, the replies go out all the same. */
    private void sendHeld() {
        replies.run();
        safetyScheduled = replies.isHeld();
        if (safetyScheduled) {
            loop.schedule(this::sendHeld, 1, TimeUnit.MILLISECONDS);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // the yield only makes the batch larger; nothing relies on it
    private void startTurn(List<Starting> turn) {
        try {
            for (int i = 1; i < turn.size(); i++) {
                turn.get(i).start();
            }
            turn.getFirst().start();
            Thread.yield(); // to the back of the queue, behind the handlers just started
        } finally {
            replies.release();
        }
    }
}
