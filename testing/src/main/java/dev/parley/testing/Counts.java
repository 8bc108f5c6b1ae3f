package dev.parley.testing;

import java.util.concurrent.atomic.AtomicLong;

/** The counters behind {@link Traffic}. */
final class Counts {
    final AtomicLong accepted = new AtomicLong();
    final AtomicLong rejected = new AtomicLong();
    final AtomicLong resets = new AtomicLong();
    final AtomicLong receivedUpstream = new AtomicLong();
    final AtomicLong passedUpstream = new AtomicLong();
    final AtomicLong receivedDownstream = new AtomicLong();
    final AtomicLong passedDownstream = new AtomicLong();

    Traffic read(int open) {
        return new Traffic(
                accepted.get(),
                open,
                rejected.get(),
                resets.get(),
                receivedUpstream.get(),
                passedUpstream.get(),
                receivedDownstream.get(),
                passedDownstream.get());
    }
}
