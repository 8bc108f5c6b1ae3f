package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Renews the leases of all that is held, three times as often as they end. What could not be renewed in time is somebody else's: its handler
 * is cancelled.
 */
final class LeaseKeeper implements Runnable {

    private final InHand hand;
    private final Receiver receiver;
    private final Timer timer;
    private final long leaseNanos;
    private final Wakeup wakeup = new Wakeup();
    private volatile Timer.Scheduled alarm = () -> {};
    private volatile boolean stopped;

    LeaseKeeper(InHand hand, Receiver receiver, Timer timer, Duration lease) {
        this.hand = hand;
        this.receiver = receiver;
        this.timer = timer;
        this.leaseNanos = lease.toNanos();
    }

    void stop() {
        stopped = true;
        alarm.cancel();
        wakeup.wake();
    }

    @Override
    public void run() {
        while (!stopped) {
            alarm = timer.schedule(leaseNanos / 3, wakeup::wake);
            try {
                wakeup.await();
                if (!stopped) {
                    renew();
                }
            } catch (InterruptedException e) {
                // Only ever interrupted to look whether it is stopped.
            } finally {
                alarm.cancel();
            }
        }
    }

    private void renew() throws InterruptedException {
        Session session = hand.session();
        if (session == null) {
            return;
        }
        long now = timer.nanoTime();
        List<Held> kept = new ArrayList<>();
        List<Held> lost = new ArrayList<>();
        for (Held held : hand.undecided()) {
            if (held.session.equals(session)) {
                (now - held.leasedAt >= leaseNanos ? lost : kept).add(held);
            }
        }
        if (!lost.isEmpty()) {
            hand.lose(lost, new CallException(Code.CANCELLED, "the lease of the message is over: it is another's now"));
        }
        if (kept.isEmpty()) {
            return;
        }
        // A renewal that hangs for longer than a lease: nothing is ours any more.
        Renewal renewal = new Renewal(Thread.currentThread());
        Timer.Scheduled limit = timer.schedule(
                leaseNanos - leaseNanos / 3,
                () -> Thread.ofVirtual().name("parley-lease-lost").start(() -> {
                    renewal.breakOff();
                    receiver.failed(
                            session,
                            new CallException(Code.UNAVAILABLE, "leases could not be renewed before their end"));
                }));
        try {
            session.consumer.extend(kept.stream().map(held -> held.received).toList());
            kept.forEach(held -> held.leasedAt = now);
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            if (!stopped && !renewal.isBrokenOff()) {
                receiver.failed(session, e);
            }
        } finally {
            limit.cancel();
            renewal.end();
        }
    }

    /** Sees to it that what breaks a renewal off interrupts no later one: the leases of the next consumer are to be renewed, too. */
    private static final class Renewal {
        private final Thread thread;
        private boolean over; // guarded by this
        private boolean brokenOff; // guarded by this

        Renewal(Thread thread) {
            this.thread = thread;
        }

        synchronized void breakOff() {
            if (!over) {
                brokenOff = true;
                thread.interrupt();
            }
        }

        synchronized boolean isBrokenOff() {
            return brokenOff;
        }

        synchronized void end() {
            over = true;
            if (brokenOff) {
                Thread.interrupted();
            }
        }
    }
}
