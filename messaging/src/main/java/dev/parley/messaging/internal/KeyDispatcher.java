package dev.parley.messaging.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is: items of one key one after another in their order, items of different keys and those without one at once, no more
 * batches at a time than there may be.
 *
 * <p>An item is ready, or it waits behind its key. A key is known from its first item until none of its items is here any more, so there
 * are never more keys than items. Not thread-safe: its owner has a lock.
 *
 * @param <T> of the items
 */
final class KeyDispatcher<T> {

    private final int concurrency;
    private final Function<T, @Nullable String> keyOf;
    private final Deque<T> ready = new ArrayDeque<>();
    private final Map<String, Deque<T>> keys = new HashMap<>();
    private int running;
    private int waiting;

    /** @param keyOf null for an item that has no order */
    KeyDispatcher(int concurrency, Function<T, @Nullable String> keyOf) {
        this.concurrency = concurrency;
        this.keyOf = keyOf;
    }

    void offer(T item) {
        waiting++;
        String key = keyOf.apply(item);
        Deque<T> behind = key == null ? null : keys.get(key);
        if (behind != null) {
            behind.add(item);
            return;
        }
        if (key != null) {
            keys.put(key, new ArrayDeque<>(2));
        }
        ready.add(item);
    }

    /**
     * The next items to be handled together; empty if none is ready, or enough run. With an item come those that wait behind its key.
     */
    List<T> next(int max) {
        if (running >= concurrency || ready.isEmpty()) {
            return List.of();
        }
        List<T> batch = new ArrayList<>(Math.min(max, waiting));
        while (batch.size() < max && !ready.isEmpty()) {
            T item = ready.remove();
            batch.add(item);
            String key = keyOf.apply(item);
            Deque<T> behind = key == null ? null : keys.get(key);
            while (behind != null && batch.size() < max && !behind.isEmpty()) {
                batch.add(behind.remove());
            }
        }
        running++;
        waiting -= batch.size();
        return batch;
    }

    /** A batch was handled: its keys go on. */
    void done(List<T> batch) {
        running--;
        if (batch.size() == 1) {
            done(keyOf.apply(batch.getFirst()));
            return;
        }
        Set<@Nullable String> seen = new HashSet<>();
        for (T item : batch) {
            String key = keyOf.apply(item);
            if (seen.add(key)) {
                done(key);
            }
        }
    }

    private void done(@Nullable String key) {
        Deque<T> behind = key == null ? null : keys.get(key);
        if (key == null || behind == null) {
            return;
        }
        T next = behind.poll();
        if (next == null) {
            keys.remove(key);
        } else {
            ready.add(next);
        }
    }

    /** Takes out items whose turn has not come, in their order for each key. */
    List<T> removeIf(Predicate<T> gone) {
        List<T> removed = new ArrayList<>();
        List<String> freed = new ArrayList<>();
        for (Iterator<T> each = ready.iterator(); each.hasNext(); ) {
            T item = each.next();
            if (gone.test(item)) {
                each.remove();
                removed.add(item);
                String key = keyOf.apply(item);
                if (key != null) {
                    freed.add(key);
                }
            }
        }
        for (Deque<T> behind : keys.values()) {
            for (Iterator<T> each = behind.iterator(); each.hasNext(); ) {
                T item = each.next();
                if (gone.test(item)) {
                    each.remove();
                    removed.add(item);
                }
            }
        }
        waiting -= removed.size();
        freed.forEach(this::done);
        return removed;
    }

    /** How many batches are being handled. */
    int running() {
        return running;
    }

    /** How many items could begin at once. */
    int ready() {
        return ready.size();
    }

    /** How many items wait. */
    int waiting() {
        return waiting;
    }

    /** How many keys have an item here. */
    int keys() {
        return keys.size();
    }
}
