package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.store.Engine;
import dev.parley.store.Position;
import dev.parley.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WindowedCountTest {

    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
    private static final Instant LATER = NOON.plus(Duration.ofDays(10));

    @ParameterizedTest
    @EnumSource
    void countsByEventTimeWithLateness(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            EventStore<OrderEvent> events = EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG);
            WindowedCount<OrderEvent> count = count(store, events, 2);
            append(store, events, "a", 0); // 12:00
            append(store, events, "a", 59);
            append(store, events, "b", 10);
            append(store, events, "a", 60); // the next hour
            append(store, events, "a", 30); // late, but taken: the newest is 13:00
            store.run(tx -> events.append(tx, "x", EventStore.ANY_VERSION, List.of(EventBusTest.FIRST))); // not counted
            assertThat(count.catchUp()).isEqualTo(6);
            append(store, events, "a", 70); // 13:10, the window of 12:00 takes no more
            append(store, events, "a", 30);
            assertThat(count.catchUp()).isEqualTo(2);
            assertThat(count.catchUp()).isZero();
            List<WindowCount> expected = List.of(
                    new WindowCount(NOON, "a", 3),
                    new WindowCount(NOON, "b", 1),
                    new WindowCount(NOON.plus(Duration.ofHours(1)), "a", 2));
            assertThat(count.counts(NOON, LATER, 100)).isEqualTo(expected);
            assertThat(count.late()).isEqualTo(1);

            count.reset();
            assertThat(count.counts(NOON, LATER, 100)).isEmpty();
            assertThat(count.catchUp()).isEqualTo(8);
            assertThat(count.counts(NOON, LATER, 100)).isEqualTo(expected);
            assertThat(count.late()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void severalThatCountAtOnceCountNothingTwice(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            EventStore<OrderEvent> events = EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG);
            Random random = new Random(7);
            List<Future<Long>> counters;
            List<OrderEvent.Confirmed> all = IntStream.range(0, 400)
                    .mapToObj(i -> confirmed("k" + random.nextInt(3), random.nextInt(600)))
                    .toList();
            for (OrderEvent.Confirmed each : all.subList(0, 200)) {
                store.run(tx -> events.append(tx, each.orderId(), EventStore.ANY_VERSION, List.of(each)));
            }
            counters = IntStream.range(0, 4)
                    .mapToObj(i -> threads.submit(() -> count(store, events, 7).catchUp()))
                    .toList();
            for (OrderEvent.Confirmed each : all.subList(200, 400)) {
                store.run(tx -> events.append(tx, each.orderId(), EventStore.ANY_VERSION, List.of(each)));
            }
            long seen = 0;
            for (Future<Long> each : counters) {
                seen += each.get();
            }
            WindowedCount<OrderEvent> count = count(store, events, 500);
            assertThat(seen + count.catchUp()).isEqualTo(400);
            List<WindowCount> counted = count.counts(NOON, LATER, 1000);
            long late = count.late();
            assertThat(counted.stream().mapToLong(WindowCount::count).sum() + late)
                    .isEqualTo(400);
            count.reset();
            assertThat(count.catchUp()).isEqualTo(400);
            assertThat(count.counts(NOON, LATER, 1000)).isEqualTo(counted);
            assertThat(count.late()).isEqualTo(late);
        }
    }

    @Test
    @Timeout(300)
    void killedInTheMiddleItCountsNothingTwice(@TempDir Path folder) throws Exception {
        String uri = Stores.newUri(Engine.POSTGRESQL); // the one that another process may have open meanwhile
        try (Store store = Stores.open(uri)) {
            EventStore<OrderEvent> events = EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG);
            Random random = new Random(11);
            WindowedCount<OrderEvent> count = count(store, events, 500);
            long appended = 0;
            int killedMidway = 0;
            while (killedMidway < 3) {
                List<OrderEvent.Confirmed> more = IntStream.range(0, 1000)
                        .mapToObj(i -> confirmed("k" + random.nextInt(3), random.nextInt(60)))
                        .toList();
                appended = store.<Long>transaction(tx -> events.append(tx, "s", EventStore.ANY_VERSION, more));
                Position before = count.position();
                Process process = Programs.start(CountProgram.class, folder.resolve("log"), uri);
                try {
                    Stores.await("it counts", () -> {
                        assertThat(process.isAlive())
                                .as(Files.readString(folder.resolve("log")))
                                .isTrue();
                        return count.position().compareTo(before) > 0;
                    });
                } finally {
                    Programs.kill(process);
                }
                if (!events.readAll(count.position(), 1).isEmpty()) {
                    killedMidway++; // otherwise it was faster than we: there is more to count the next time
                }
            }
            // The session of a killed process may take a moment to end; the count waits for it.
            count.catchUp();
            List<WindowCount> counted = count.counts(NOON, LATER, 1000);
            assertThat(counted.stream().mapToLong(WindowCount::count).sum()).isEqualTo(appended);
            assertThat(count.late()).isZero();
            count.reset();
            assertThat(count.catchUp()).isEqualTo(appended);
            assertThat(count.counts(NOON, LATER, 1000)).isEqualTo(counted);
        }
    }

    static WindowedCount<OrderEvent> count(Store store, EventStore<OrderEvent> events, int batch) {
        return WindowedCount.on(
                store,
                events,
                "confirmed",
                WindowOptions.of(Duration.ofHours(1), Duration.ofMinutes(10)).withBatch(batch),
                event -> event instanceof OrderEvent.Confirmed ? Optional.of(event.orderId()) : Optional.empty(),
                WindowedCountTest::time);
    }

    private static Instant time(StoredEvent<OrderEvent> stored) {
        return stored.event() instanceof OrderEvent.Confirmed confirmed ? confirmed.at() : stored.time();
    }

    private static void append(Store store, EventStore<OrderEvent> events, String key, int minutes) {
        store.run(tx -> events.append(tx, "s", EventStore.ANY_VERSION, List.of(confirmed(key, minutes))));
    }

    private static OrderEvent.Confirmed confirmed(String key, int minutes) {
        return new OrderEvent.Confirmed(key, NOON.plus(Duration.ofMinutes(minutes)), Optional.empty());
    }
}
