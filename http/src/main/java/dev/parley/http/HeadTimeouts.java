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
    private @Nullable Lane first;
    private @Nullable Lane last;
    private boolean scheduled;

    HeadTimeouts(EventLoop loop, long mostNanos) {
        this.loop = loop;
        this.most = mostNanos;
    }

    /** From now on; also for one that waits already. */
    void restart(Lane lane) {
        remove(lane);
        lane.waitsSince = System.nanoTime();
        lane.waits = true;
        lane.before = last;
        if (last != null) {
            last.behind = lane;
        } else {
            first = lane;
        }
        last = lane;
        if (!scheduled) {
            schedule(most);
        }
    }

    void remove(Lane lane) {
        if (!lane.waits) {
            return;
        }
        lane.waits = false;
        Lane before = lane.before;
        Lane behind = lane.behind;
        lane.before = null;
        lane.behind = null;
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
        for (Lane lane = first; lane != null; lane = first) {
            long left = most - (now - lane.waitsSince);
            if (left > 0) {
                if (!scheduled) {
                    schedule(left);
                }
                return;
            }
            remove(lane);
            lane.upstreamTooSlow();
        }
    }
}
