package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.store.Engine;
import dev.parley.store.Position;
import dev.parley.store.Store;
import dev.parley.testing.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventStoreTest {

    private static final OrderEvent.Placed PLACED = EventBusTest.FIRST;
    private static final OrderEvent.Confirmed CONFIRMED =
            new OrderEvent.Confirmed("o-1", Instant.EPOCH, Optional.empty());
    private static final OrderEvent.Cancelled CANCELLED = new OrderEvent.Cancelled("o-1", "why");

    record Order(String status, long total, int events) {}

    private static final Fold<Order, OrderEvent> ORDERS =
            Fold.of("order", Order.class, new Order("none", 0, 0), EventStoreTest::with);

    private static Order with(Order order, OrderEvent event) {
        return switch (event) {
            case OrderEvent.Placed placed -> new Order("placed", placed.total(), order.events + 1);
            case OrderEvent.Confirmed confirmed -> new Order("confirmed", order.total, order.events + 1);
            case OrderEvent.Cancelled cancelled -> new Order("cancelled", order.total, order.events + 1);
        };
    }

    @ParameterizedTest
    @EnumSource
    void appendsWithAnExpectedVersionAndRebuilds(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            EventStore<OrderEvent> events = EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG);
            assertThat(events.rebuild("s", ORDERS)).isEqualTo(new Snapshot<>(0, ORDERS.initial()));
            assertThat(append(store, events, "s", 0, PLACED, CONFIRMED)).isEqualTo(2);
            assertThatThrownBy(() -> append(store, events, "s", 1, CANCELLED))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.ABORTED);
                        assertThat(e.message()).isEqualTo("stream \"s\" has version 2, but version 1 was expected");
                    });
            assertThatThrownBy(() -> append(store, events, "s", 5, CANCELLED)).hasMessageContaining("version 5");
            assertThatThrownBy(() -> append(store, events, "s", 0, CANCELLED)).hasMessageContaining("version 0");
            assertThat(append(store, events, "s", EventStore.ANY_VERSION, CANCELLED))
                    .isEqualTo(3);
            assertThat(append(store, events, "t", 0, CANCELLED)).isEqualTo(1);
            assertThat(events.read("s", 0, 10))
                    .extracting(StoredEvent::event)
                    .containsExactly(PLACED, CONFIRMED, CANCELLED);
            assertThat(events.read("s", 1, 1)).extracting(StoredEvent::version).containsExactly(2L);
            assertThat(events.rebuild("s", ORDERS)).isEqualTo(new Snapshot<>(3, new Order("cancelled", 1250, 3)));
            assertThat(events.version("s")).isEqualTo(3);
            assertThat(events.version("none")).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void snapshotsShortenTheRebuildAndChangeNothing(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            EventStore<OrderEvent> events = EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG);
            append(store, events, "s", 0, PLACED, CONFIRMED);
            AtomicInteger steps = new AtomicInteger();
            Fold<Order, OrderEvent> counting = Fold.of("order", Order.class, ORDERS.initial(), (order, event) -> {
                steps.incrementAndGet();
                return with(order, event);
            });
            Snapshot<Order> second = events.rebuild("s", counting);
            assertThat(steps.getAndSet(0)).isEqualTo(2);
            events.saveSnapshot("s", counting, second);
            append(store, events, "s", 2, CANCELLED);
            Snapshot<Order> third = events.rebuild("s", counting);
            assertThat(steps.getAndSet(0)).isEqualTo(1);
            assertThat(third).isEqualTo(events.rebuildFromStart("s", counting));
            assertThat(steps.getAndSet(0)).isEqualTo(3);
            events.saveSnapshot("s", counting, third);
            events.saveSnapshot("s", counting, second); // older: changes nothing
            assertThat(events.rebuild("s", counting)).isEqualTo(third);
            assertThat(steps.getAndSet(0)).isZero();
            assertThat(events.rebuild("s", counting.withVersion(2))).isEqualTo(third);
            assertThat(steps.get()).isEqualTo(3);
            assertThatThrownBy(() -> events.saveSnapshot("s", counting, new Snapshot<>(4, third.state())))
                    .hasMessageContaining("1 to 3, but is 4");
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofWritersThatExpectTheSameVersionOneWins(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            EventStore<OrderEvent> events = EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG);
            for (int round = 0; round < 10; round++) {
                long version = round;
                List<Future<Boolean>> writers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    writers.add(threads.submit(() -> {
                        try {
                            return append(store, events, "s", version, CONFIRMED) == version + 1;
                        } catch (CallException e) {
                            assertThat(e.code()).isEqualTo(Code.ABORTED);
                            assertThat(e.message()).contains("version " + version + " was expected");
                            return false;
                        }
                    }));
                }
                int won = 0;
                for (Future<Boolean> each : writers) {
                    won += each.get() ? 1 : 0;
                }
                assertThat(won).isEqualTo(1);
            }
            assertThat(events.version("s")).isEqualTo(10);
        }
    }

    @Test
    void readingAllSkipsNothingThatIsCommittedLate() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (Store store = Stores.open(server.uri(database));
                Connection early = DriverManager.getConnection(server.jdbcUrl(database))) {
            EventStore<OrderEvent> events = EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG);
            early.setAutoCommit(false);
            store.<Long>within(early, tx -> events.append(tx, "early", 0, List.of(PLACED)));
            append(store, events, "late", 0, PLACED);
            assertThat(events.readAll(Position.START, 10)).isEmpty(); // not before what may come first
            early.commit();
            Stores.await(
                    "both are there", () -> events.readAll(Position.START, 10).size() == 2);
            List<StoredEvent<OrderEvent>> all = events.readAll(Position.START, 10);
            assertThat(all).extracting(StoredEvent::stream).containsExactly("early", "late");
            assertThat(events.readAll(all.getFirst().position(), 10))
                    .extracting(StoredEvent::stream)
                    .containsExactly("late");
        }
    }

    @ParameterizedTest
    @EnumSource
    void appendedEventsArePublishedWithTheSameId(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            Outbox outbox = Outbox.on(store);
            EventStore<OrderEvent> events =
                    EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG).publishingTo(outbox);
            List<String> seen = new CopyOnWriteArrayList<>();
            EventBus.on(broker, EventBusTest.CATALOG).subscribe(OrderEvent.class, "g", (call, delivery) -> {
                seen.add(delivery.message().id());
                return Disposition.ack();
            });
            append(store, events, "s", 0, PLACED, CONFIRMED);
            assertThatThrownBy(() -> append(store, events, "s", 0, CANCELLED)).isInstanceOf(CallException.class);
            try (OutboxRelay relay = outbox.relay(broker)) {
                Stores.await(
                        "both are seen",
                        () -> seen.size() == 2 && relay.snapshot().sent() == 2);
            }
            assertThat(seen)
                    .containsExactlyInAnyOrderElementsOf(events.read("s", 0, 10).stream()
                            .map(StoredEvent::id)
                            .toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeReadIsNamed(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            append(store, EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG), "s", 0, PLACED);
            EventStore<OrderEvent> older =
                    EventStore.on(store, OrderEvent.class, EventCatalog.of(EventBusTest.CONFIRMED));
            assertThatThrownBy(() -> older.read("s", 0, 10)).isInstanceOfSatisfying(CallException.class, e -> {
                assertThat(e.code()).isEqualTo(Code.DATA_LOSS);
                assertThat(e.message())
                        .contains("order.placed")
                        .contains("\"s\"")
                        .contains("not registered");
            });
            EventStore<OrderEvent> second = EventStore.on(
                    store,
                    OrderEvent.class,
                    EventCatalog.of(EventType.of("order.placed", OrderEvent.Placed.class)
                            .version(2)));
            assertThatThrownBy(() -> second.read("s", 0, 10)).hasMessageContaining("has version 3");
        }
    }

    private static long append(
            Store store, EventStore<OrderEvent> events, String stream, long expected, OrderEvent... appended) {
        return store.<Long>transaction(tx -> events.append(tx, stream, expected, List.of(appended)));
    }
}
