package dev.parley.events;

import dev.parley.events.WindowRows.Cell;
import dev.parley.events.WindowRows.Cursor;
import dev.parley.store.Position;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Counts events in tumbling windows of their own time: the smallest piece of stream processing, and an example for larger ones. The
 * numbers and the position up to which they are counted commit together, so that a process that is killed counts nothing twice and
 * misses nothing; several processes may count under one name, one batch at a time.
 *
 * <pre>{@code
 * WindowedCount<OrderEvent> perHour = WindowedCount.on(store, events, "orders-per-hour",
 *         WindowOptions.of(Duration.ofHours(1), Duration.ofMinutes(5)),
 *         event -> event instanceof OrderPlaced ? Optional.of("placed") : Optional.empty(),
 *         stored -> stored.time());
 * perHour.catchUp(); // again whenever EventStore.CHANNEL wakes, or from time to time
 * perHour.counts(from, to, 100);
 * }</pre>
 *
 * <p>An event is late if its window ended more than the lateness before the greatest time that was seen up to it; this depends on the
 * order of events alone, so counting all of them again ({@link #reset}) gives the same numbers. Thread-safe.
 *
 * @param <E> events
 */
public final class WindowedCount<E> {

    private final Store store;
    private final EventStore<E> events;
    private final String name;
    private final WindowOptions options;
    private final Function<E, Optional<String>> key;
    private final Function<StoredEvent<E>, Instant> time;

    private WindowedCount(
            Store store,
            EventStore<E> events,
            String name,
            WindowOptions options,
            Function<E, Optional<String>> key,
            Function<StoredEvent<E>, Instant> time) {
        this.store = store;
        this.events = events;
        this.name = name;
        this.options = options;
        this.key = key;
        this.time = time;
    }

    /**
     * A count of a store's events. Makes its tables if they are missing.
     *
     * @param name under which the numbers are kept; 1 to 100 characters. With other options or functions take another name, or reset
     * @param key what an event counts for, at most 255 characters; empty: it is not counted
     * @param time when it happened
     */
    public static <E> WindowedCount<E> on(
            Store store,
            EventStore<E> events,
            String name,
            WindowOptions options,
            Function<E, Optional<String>> key,
            Function<StoredEvent<E>, Instant> time) {
        Ranges.checkName("name of a count", name, 100);
        store.migrate(WindowRows.SCHEMA);
        return new WindowedCount<>(store, events, name, options, key, time);
    }

    /**
     * Counts all that was committed and not counted yet.
     *
     * @return how many events it has seen
     */
    public long catchUp() {
        long seen = 0;
        int batch;
        do {
            batch = store.transaction(this::countBatch);
            seen += batch;
        } while (batch == options.batch());
        return seen;
    }

    private int countBatch(Transaction tx) throws SQLException {
        Cursor cursor = WindowRows.lock(tx, name);
        List<StoredEvent<E>> batch = events.readAll(tx, cursor.position(), options.batch());
        if (batch.isEmpty()) {
            return 0;
        }
        long newest = cursor.newest();
        long late = cursor.late();
        Map<Cell, Long> counted = new LinkedHashMap<>();
        for (StoredEvent<E> each : batch) {
            Optional<String> what = key.apply(each.event());
            if (what.isEmpty()) {
                continue;
            }
            Ranges.checkName("key of a count", what.get(), 255);
            long at = Sql.micros(time.apply(each));
            newest = Math.max(newest, at);
            long start = start(at);
            if (start + micros(options.window()) + micros(options.lateness()) <= newest) {
                late++;
            } else {
                counted.merge(new Cell(start, what.get()), 1L, Long::sum);
            }
        }
        Position position = batch.getLast().position();
        WindowRows.save(tx, name, new Cursor(position, newest, late), counted);
        return batch.size();
    }

    /** Forgets all numbers; {@link #catchUp} counts from the first event on again. */
    public void reset() {
        store.run(tx -> WindowRows.delete(tx, name));
    }

    /**
     * Numbers by window and key.
     *
     * @param from the first window's start, or earlier
     * @param to only windows that start before
     * @param most 1 to 10,000
     */
    public List<WindowCount> counts(Instant from, Instant to, int most) {
        Ranges.check("most", most, 1, 10_000);
        return store.read(tx -> WindowRows.counts(tx, name, Sql.micros(from), Sql.micros(to), most));
    }

    /** How many events came too late for their window. */
    public long late() {
        return store.read(tx -> WindowRows.read(tx, name).late());
    }

    /** Up to where it has counted. */
    public Position position() {
        return store.read(tx -> WindowRows.read(tx, name).position());
    }

    private long start(long at) {
        return at - Math.floorMod(at, micros(options.window()));
    }

    private static long micros(java.time.Duration duration) {
        return duration.toNanos() / 1000;
    }
}
