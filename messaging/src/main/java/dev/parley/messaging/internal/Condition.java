package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Timer;
import dev.parley.messaging.spi.BrokerBackend;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a broker is: asked when it is connected, and from each failure on until it answers again, by one virtual thread that there is only
 * meanwhile.
 */
final class Condition {

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final BrokerBackend backend;
    private final Timer timer;
    private volatile @Nullable CallException problem;
    private @Nullable Thread asking; // guarded by this
    private boolean closed; // guarded by this

    Condition(BrokerBackend backend, Timer timer) {
        this.backend = backend;
        this.timer = timer;
    }

    Optional<CallException> problem() {
        return Optional.ofNullable(problem);
    }

    void good() {
        if (problem != null) {
            problem = null;
        }
    }

    synchronized void bad(CallException error) {
        problem = error;
        ask();
    }

    /** Asks until it answers, unless that is being done. */
    synchronized void ask() {
        if (!closed && asking == null) {
            asking = Thread.ofVirtual().name("parley-broker-ping").start(this::askUntilWell);
        }
    }

    private void askUntilWell() {
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        try {
            while (!ping()) {
                TimedWait.pause(timer, backoff.nextNanos());
            }
        } catch (InterruptedException e) {
            // It is closed.
        }
    }

    /** Together, so that who has met a failure either finds the thread that asks, or starts one. */
    private synchronized void answered() {
        problem = null;
        asking = null;
    }

    private boolean ping() throws InterruptedException {
        try {
            backend.ping();
            answered();
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            problem = e instanceof CallException known
                    ? known
                    : new CallException(Code.INTERNAL, backend + " does not answer: " + e, e);
            return false;
        }
    }

    void close() {
        Thread thread;
        synchronized (this) {
            closed = true;
            thread = asking;
        }
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
