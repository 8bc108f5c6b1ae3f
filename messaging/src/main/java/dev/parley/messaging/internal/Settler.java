package dev.parley.messaging.internal;

import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Settles what is decided, all that waits together: the slower the broker, the more at a time. */
final class Settler implements Runnable {

    private final InHand hand;
    private final Receiver receiver;
    private final Counters counters;
    private final Wakeup wakeup;
    private volatile boolean stopped;

    Settler(InHand hand, Receiver receiver, Counters counters, Wakeup wakeup) {
        this.hand = hand;
        this.receiver = receiver;
        this.counters = counters;
        this.wakeup = wakeup;
    }

    void stop() {
        stopped = true;
        wakeup.wake();
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // a hint for speed; nothing depends on who goes first
    public void run() {
        while (!stopped) {
            List<Decision> decisions = hand.takeDecided();
            try {
                if (decisions.isEmpty()) {
                    wakeup.await();
                    if (hand.isBusy()) {
                        Thread.yield(); // who can run goes first: what they decide is settled together
                    }
                } else {
                    settle(decisions);
                }
            } catch (InterruptedException e) {
                // Only ever interrupted to look whether it is stopped.
            } finally {
                if (!decisions.isEmpty()) {
                    hand.settled(decisions);
                }
            }
        }
    }

    private void settle(List<Decision> decisions) {
        Session session = decisions.getFirst().held().session;
        if (session.dead) {
            counters.stale.add(decisions.size());
            return;
        }
        List<Settlement> settlements =
                decisions.stream().map(Decision::settlement).toList();
        Set<Received> stale;
        try {
            stale = new HashSet<>(session.consumer.settle(settlements));
        } catch (Throwable e) { // errors, too: without this thread nothing would be settled any more
            counters.stale.add(decisions.size());
            if (e instanceof InterruptedException || stopped) {
                return; // closing: the consumer gives back what it has
            }
            receiver.settled(session, e);
            return;
        }
        receiver.settled(session, null);
        for (Decision decision : decisions) {
            if (stale.contains(decision.held().received)) {
                counters.stale.increment();
            } else {
                counters.settled(decision);
            }
        }
    }
}
