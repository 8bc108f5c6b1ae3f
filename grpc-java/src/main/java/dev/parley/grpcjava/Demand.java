package dev.parley.grpcjava;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How many messages a listener has asked for and not yet got. A {@code Semaphore} would overflow: some ask for 2^31-1, twice. */
final class Demand {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private long wanted;

    void add(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("numMessages must not be negative, but is " + count);
        }
        lock.lock();
        try {
            wanted = Math.min(Integer.MAX_VALUE, wanted + count);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until another message is wanted, and counts it. The end of the call interrupts the wait. */
    void take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (wanted == 0) {
                more.await();
            }
            wanted--;
        } finally {
            lock.unlock();
        }
    }
}
