package dev.parley.http;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges of one loop that wait for the head of their upstream's response. All wait for the same time, so they
 * stand in a list in the order in which they will be late, and one timer serves them all: a timer for each would cost
 * more than the exchange's own bookkeeping.
 */
final class HeadTimeouts {

    private final EventLoop loop;
    private final long most;
    private @Nullable Passage first;
    private @Nullable Passage last;
    private boolean scheduled;

    HeadTimeouts(EventLoop loop, long mostNanos) {
        this.loop = loop;
        this.most = mostNanos;
    }

    /** From now on; also for one that waits already. */
    void restart(Passage passage) {
        remove(passage);
        passage.waitsSince = System.nanoTime();
        passage.waits = true;
        passage.before = last;
        if (last != null) {
            last.behind = passage;
        } else {
            first = passage;
        }
        last = passage;
        if (!scheduled) {
            schedule(most);
        }
    }

    void remove(Passage passage) {
        if (!passage.waits) {
            return;
        }
        passage.waits = false;
        Passage before = passage.before;
        Passage behind = passage.behind;
        passage.before = null;
        passage.behind = null;
        if (before != null) {
            before.behind = behind;
        } else {
            first = behind;
        }
        if (behind != null) {
            behind.before = before;
        } else {
            last = before;
        }
    }

    private void schedule(long nanos) {
        scheduled = true;
        loop.schedule(this::check, nanos, TimeUnit.NANOSECONDS);
    }

    private void check() {
        scheduled = false;
        long now = System.nanoTime();
        for (Passage passage = first; passage != null; passage = first) {
            long left = most - (now - passage.waitsSince);
            if (left > 0) {
                if (!scheduled) {
                    schedule(left);
                }
                return;
            }
            remove(passage);
            passage.upstreamTooSlow();
        }
    }
}
