package dev.parley.discovery.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a watch tells, for one thread that waits for it. More than that thread can keep up with ends the watch. */
final class WatchEvents implements Watcher<EndpointSlice> {

    private static final int MOST_WAITING = 1_000;

    private final LinkedBlockingQueue<Event> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private volatile @Nullable Ended ended;

    /** What happens to a watch. */
    sealed interface Event {}

    /** One slice is another. */
    record Changed(Action action, EndpointSlice slice) implements Event {}

    /** Nothing more comes. */
    record Ended(@Nullable WatcherException why) implements Event {
        /** An end by the server, or of the connection, is nothing special; what cannot be read is. */
        void throwIfMalformed(String service) throws IOException {
            if (why != null && why.getRawWatchMessage().isPresent()) {
                String raw = why.getRawWatchMessage().get();
                throw new IOException(
                        "the watch of service " + service + " said what is no event: "
                                + raw.substring(0, Math.min(raw.length(), 200)),
                        why);
            }
        }
    }

    /** The next, or null if there is none within that time. */
    @Nullable
    Event next(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            Event next = waiting.poll();
            if (next != null) {
                return next;
            }
            Ended end = ended;
            if (end != null) {
                return end;
            }
            long left = nanos - (System.nanoTime() - start);
            if (left <= 0) {
                return null;
            }
            // the end wakes nobody if the queue is full, but then nobody sleeps
            next = waiting.poll(left, TimeUnit.NANOSECONDS);
            if (next != null) {
                return next;
            }
        }
    }

    /** Whether nothing waits. */
    boolean isDrained() {
        return waiting.isEmpty();
    }

    /** Ends it from this side. */
    void end() {
        end(new Ended(null));
    }

    private void end(Ended how) {
        ended = how;
        waiting.offer(how);
    }

    @Override
    public void eventReceived(Action action, EndpointSlice slice) {
        if (!waiting.offer(new Changed(action, slice))) {
            end();
        }
    }

    @Override
    public void onClose(@Nullable WatcherException why) {
        end(new Ended(why));
    }

    @Override
    public void onClose() {
        end();
    }
}
