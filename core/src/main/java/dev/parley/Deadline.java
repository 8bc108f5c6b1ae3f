package dev.parley;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The moment by which a call must have ended, on a monotonic clock. It travels from caller to callee as the time that
 * remains, so it is smaller at each hop. Immutable.
 */
public final class Deadline {

    /** No deadline at all. */
    public static final Deadline NONE = new Deadline(Long.MAX_VALUE, null);

    // Longer waits overflow the arithmetic on nanoseconds; 100 years is no deadline to anyone.
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final long at;
    private final @Nullable Timer timer;

    private Deadline(long at, @Nullable Timer timer) {
        this.at = at;
        this.timer = timer;
    }

    /** {@code timeout} from now by the system's clock; zero or less is a deadline that has passed. */
    public static Deadline after(Duration timeout) {
        return after(timeout, Timer.system());
    }

    /** {@code timeout} from now by {@code timer}. */
    public static Deadline after(Duration timeout, Timer timer) {
        Objects.requireNonNull(timer, "timer");
        Duration bounded = timeout.compareTo(LONGEST) > 0
                ? LONGEST
                : timeout.compareTo(LONGEST.negated()) < 0 ? LONGEST.negated() : timeout;
        return new Deadline(timer.nanoTime() + bounded.toNanos(), timer);
    }

    /** Whether this is {@link #NONE}. */
    public boolean isNone() {
        return timer == null;
    }

    /** The clock that measures it; the system's for {@link #NONE}. */
    Timer timer() {
        return timer == null ? Timer.system() : timer;
    }

    /** Nanoseconds that remain; negative once passed, {@link Long#MAX_VALUE} if there is no deadline. */
    public long remainingNanos() {
        return timer == null ? Long.MAX_VALUE : at - timer.nanoTime();
    }

    /** What remains, zero once passed. For {@link #NONE} about 292 years. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, remainingNanos()));
    }

    /** Whether it has passed. */
    public boolean isExpired() {
        return remainingNanos() <= 0;
    }

    /** The earlier of the two. */
    @SuppressWarnings("ReferenceEquality") // the same clock, not an equal one
    public Deadline earlier(Deadline other) {
        if (timer == null) {
            return other;
        }
        if (other.timer == null) {
            return this;
        }
        // Two clocks have no common origin, so what remains is compared.
        return timer == other.timer
                ? (at - other.at <= 0 ? this : other)
                : (remainingNanos() <= other.remainingNanos() ? this : other);
    }

    @Override
    public String toString() {
        return timer == null ? "no deadline" : "in " + Duration.ofNanos(remainingNanos());
    }
}
