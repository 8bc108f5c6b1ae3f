package dev.parley.messaging.internal;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Timer;
import dev.parley.messaging.Disposition;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.ResilienceEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A breaker in front of a subscription: while it is open nothing is received; when it may be well again, as many messages as it lets
 * through as probes. Wakes the receiver when that changes. What is not said to be any thread's is the receiver's.
 */
final class BreakerGate {

    private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos(); // probes may be another user's

    private final @Nullable CircuitBreaker breaker;
    private final Timer timer;
    private final Wakeup receiver;
    private final Call.Registration listening;
    private final Deque<Long> probes = new ArrayDeque<>();
    private Timer.Scheduled alarm = () -> {};

    BreakerGate(Optional<CircuitBreaker> breaker, Timer timer, Wakeup receiver) {
        this.breaker = breaker.orElse(null);
        this.timer = timer;
        this.receiver = receiver;
        this.listening = breaker.isEmpty()
                ? () -> {}
                : breaker.get().listen(event -> {
                    if (event instanceof ResilienceEvent.BreakerChanged) {
                        receiver.wake();
                    }
                });
    }

    /** How many of {@code room} messages may be received now; 0: the receiver is woken when that may have changed. */
    int admit(int room) {
        alarm.cancel();
        if (breaker == null) {
            return room;
        }
        switch (breaker.state()) {
            case CLOSED, FORCED_CLOSED -> {
                return room;
            }
            case FORCED_OPEN -> {
                return 0;
            }
            case OPEN -> {
                Duration left = breaker.snapshot().untilProbes();
                if (left.isPositive()) {
                    alarm = timer.schedule(left.toNanos(), receiver::wake);
                    return 0;
                }
            }
            case HALF_OPEN -> {}
        }
        while (probes.size() < room) {
            long permit = breaker.tryAcquire();
            if (permit < 0) {
                break;
            }
            probes.add(permit);
        }
        if (probes.isEmpty()) {
            alarm = timer.schedule(LOOK_AGAIN, receiver::wake);
        }
        return probes.size();
    }

    /** The permit of a message that was received; negative if it has none. */
    long nextPermit() {
        Long permit = probes.poll();
        return permit == null ? -1 : permit;
    }

    /** Gives back what was not used. */
    void giveBack() {
        for (long permit = nextPermit(); permit >= 0; permit = nextPermit()) {
            release(permit);
        }
    }

    /** Leave to handle a message; negative: refused. Any thread's. */
    long enter(long permit) {
        return breaker == null || permit >= 0 ? Math.max(0, permit) : breaker.tryAcquire();
    }

    /** A handler has said so. Any thread's. */
    void record(long permit, Disposition disposition) {
        if (breaker == null) {
            return;
        }
        switch (disposition) {
            case Disposition.Ack ack -> breaker.onSuccess(permit);
            case Disposition.Reject reject -> breaker.onSuccess(permit); // the message is to blame
            case Disposition.Retry retry ->
                breaker.onFailure(permit, new CallException(dev.parley.Code.UNAVAILABLE, retry.cause()));
            case Disposition.Release release -> breaker.release(permit);
        }
    }

    /** A handler has thrown. Any thread's. */
    void record(long permit, CallException error) {
        if (breaker != null) {
            breaker.onFailure(permit, error);
        }
    }

    /** Any thread's. */
    void release(long permit) {
        if (breaker != null && permit >= 0) {
            breaker.release(permit);
        }
    }

    /** Whether failures are the fault of something that is known not to be well. Any thread's. */
    boolean isBroken() {
        return breaker != null
                && switch (breaker.state()) {
                    case OPEN, HALF_OPEN, FORCED_OPEN -> true;
                    case CLOSED, FORCED_CLOSED -> false;
                };
    }

    /** Any thread's. */
    boolean isOpen() {
        return breaker != null
                && switch (breaker.state()) {
                    case OPEN, FORCED_OPEN -> true;
                    case CLOSED, FORCED_CLOSED, HALF_OPEN -> false;
                };
    }

    void close() {
        listening.remove();
        alarm.cancel();
        giveBack();
    }
}
