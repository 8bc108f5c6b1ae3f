package dev.parley;

import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The store for one process: one map under one monitor, in the order in which its entries were last written, so that what
 * is to be forgotten stands in front.
 */
final class InMemoryIdempotencyStore implements IdempotencyStore {

    /** About what an entry costs beside its contents: the objects, and its place in the map. */
    static final int ENTRY_BYTES = 200;

    private final int maxKeys;
    private final long maxBytes;
    private final long ageNanos;
    private final Timer clock;

    // Guarded by this.
    private final Map<Key, Entry> entries = new LinkedHashMap<>();
    private long bytes;
    private long tokens;

    /** A run, or what came of it; the times are those of {@code clock}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(
            byte[] fingerprint,
            String token,
            boolean running,
            byte @Nullable [] answer,
            long leaseEnd,
            long forgetAt) {}

    InMemoryIdempotencyStore(int maxKeys, long maxBytes, Duration age, Timer clock) {
        positive("maxKeys", maxKeys, maxKeys);
        positive("maxBytes", maxBytes, maxBytes);
        positive("age", age.isZero() ? 0 : age.isNegative() ? -1 : 1, age);
        this.maxKeys = maxKeys;
        this.maxBytes = maxBytes;
        this.ageNanos = nanos(age);
        this.clock = clock;
    }

    @Override
    public synchronized Claim claim(Key key, byte[] fingerprint, Duration lease) {
        positive("lease", lease.isZero() ? 0 : lease.isNegative() ? -1 : 1, lease);
        long now = clock.nanoTime();
        forget(now);
        Entry known = entries.get(key);
        if (known != null) {
            if (!Arrays.equals(known.fingerprint(), fingerprint)) {
                return new Claim.Mismatch();
            }
            if (!known.running()) {
                byte[] answer = known.answer();
                return answer == null ? new Claim.Spent() : new Claim.Done(answer);
            }
            if (known.leaseEnd() - now > 0) {
                return new Claim.InFlight();
            }
        } else {
            checkRoom(size(key, fingerprint));
        }
        String token = Long.toString(++tokens);
        long leaseNanos = nanos(lease);
        put(key, new Entry(fingerprint, token, true, null, now + leaseNanos, now + Math.max(leaseNanos, ageNanos)));
        return new Claim.First(token, known != null);
    }

    @Override
    public synchronized boolean complete(Key key, String token, byte[] answer) {
        Entry run = running(key, token);
        if (run == null) {
            return false;
        }
        long now = clock.nanoTime();
        forget(now);
        byte[] kept = bytes + answer.length > maxBytes ? null : answer;
        put(key, new Entry(run.fingerprint(), token, false, kept, now, now + ageNanos));
        return true;
    }

    @Override
    public synchronized boolean abandon(Key key, String token) {
        if (running(key, token) == null) {
            return false;
        }
        drop(key);
        return true;
    }

    private @Nullable Entry running(Key key, String token) {
        Entry entry = entries.get(key);
        return entry != null && entry.running() && entry.token().equals(token) ? entry : null;
    }

    private void put(Key key, Entry entry) {
        drop(key); // so that it goes to the end
        entries.put(key, entry);
        bytes += size(key, entry);
    }

    private void drop(Key key) {
        Entry old = entries.remove(key);
        if (old != null) {
            bytes -= size(key, old);
        }
    }

    /** Stops at the first entry that stays: one with a lease longer than the age delays those behind it, no more. */
    private void forget(long now) {
        Iterator<Map.Entry<Key, Entry>> oldest = entries.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Key, Entry> next = oldest.next();
            if (next.getValue().forgetAt() - now > 0) {
                return;
            }
            bytes -= size(next.getKey(), next.getValue());
            oldest.remove();
        }
    }

    private void checkRoom(long more) {
        if (entries.size() >= maxKeys) {
            throw full(maxKeys + " keys, its limit (maxKeys)");
        }
        if (bytes + more > maxBytes) {
            throw full(bytes + " bytes, and its limit is " + maxBytes + " (maxBytes)");
        }
    }

    private static CallException full(String holds) {
        return new CallException(Code.RESOURCE_EXHAUSTED, "the store of idempotency keys holds " + holds);
    }

    private static long size(Key key, byte[] fingerprint) {
        return ENTRY_BYTES
                + 2L
                        * (key.method().length()
                                + key.principal().length()
                                + key.key().length())
                + fingerprint.length;
    }

    private static long size(Key key, Entry entry) {
        byte[] answer = entry.answer();
        return size(key, entry.fingerprint()) + (answer == null ? 0 : answer.length);
    }

    /** A century at most: sums with a clock's time must not overflow. */
    private static long nanos(Duration duration) {
        Duration century = Duration.ofDays(36_525);
        return (duration.compareTo(century) > 0 ? century : duration).toNanos();
    }

    private static void positive(String name, long sign, Object value) {
        if (sign <= 0) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
    }
}
