package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventBusTest {

    static final EventType<OrderEvent.Placed> PLACED = EventType.of("order.placed", OrderEvent.Placed.class)
            .version(3)
            .upcast(1, json -> json.put("currency", "EUR"))
            .upcast(2, json -> {
                json.putArray("lines")
                        .addObject()
                        .put("sku", json.remove("sku").asString())
                        .put("count", 1);
                return json;
            })
            .key(OrderEvent.Placed::orderId);
    static final EventType<OrderEvent.Confirmed> CONFIRMED =
            EventType.of("order.confirmed", OrderEvent.Confirmed.class).key(OrderEvent.Confirmed::orderId);
    static final EventType<OrderEvent.Cancelled> CANCELLED =
            EventType.of("order.cancelled", OrderEvent.Cancelled.class).key(OrderEvent.Cancelled::orderId);
    static final EventCatalog CATALOG = EventCatalog.of(PLACED, CONFIRMED, CANCELLED);
    static final OrderEvent.Placed FIRST =
            new OrderEvent.Placed("o-1", 1250, "SEK", List.of(new OrderEvent.Line("pen", 2)));

    @Test
    void eventsAreSubscribedToByClassOrByTheirInterface() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, CATALOG);
            List<Delivery<OrderEvent.Placed>> placed = new CopyOnWriteArrayList<>();
            List<OrderEvent> all = new CopyOnWriteArrayList<>();
            bus.subscribe(OrderEvent.Placed.class, "one", (call, delivery) -> {
                placed.add(delivery);
                return Disposition.ack();
            });
            EventSubscription every = bus.subscribe(OrderEvent.class, "all", (call, delivery) -> {
                all.add(delivery.payload());
                return Disposition.ack();
            });
            assertThat(every.parts()).hasSize(3);
            OrderEvent.Confirmed confirmed = new OrderEvent.Confirmed("o-1", Instant.now(), Optional.of("me"));
            bus.publish(FIRST, message -> message.withCorrelationId("c-1"));
            bus.publish(confirmed);
            bus.publish(new OrderEvent.Cancelled("o-1", null));
            Stores.await("all are seen", () -> all.size() == 3 && placed.size() == 1);
            assertThat(all).containsExactlyInAnyOrder(FIRST, confirmed, new OrderEvent.Cancelled("o-1", null));
            Message<OrderEvent.Placed> message = placed.getFirst().message();
            assertThat(message.payload()).isEqualTo(FIRST);
            assertThat(message.type()).isEqualTo("order.placed");
            assertThat(message.metadata().version()).contains("3");
            assertThat(message.metadata().key()).contains("o-1");
            assertThat(message.metadata().correlationId()).contains("c-1");
            assertThat(every.problem()).isEmpty();
            every.close();
        }
    }

    @Test
    void oldVersionsAreUpcastStepByStepAndNewerOnesRejected() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, CATALOG);
            List<OrderEvent.Placed> seen = new CopyOnWriteArrayList<>();
            bus.subscribe(OrderEvent.Placed.class, "g", (call, delivery) -> {
                seen.add(delivery.payload());
                return Disposition.ack();
            });
            publish(broker, "order.placed", Optional.empty(), "{\"orderId\":\"a\",\"total\":1,\"sku\":\"pen\"}");
            publish(broker, "order.placed", Optional.of("1"), "{\"orderId\":\"a\",\"total\":1,\"sku\":\"pen\"}");
            publish(
                    broker,
                    "order.placed",
                    Optional.of("2"),
                    "{\"orderId\":\"a\",\"total\":1,\"currency\":\"EUR\",\"sku\":\"pen\",\"more\":[]}");
            Stores.await("all are read", () -> seen.size() == 3);
            assertThat(seen).containsOnly(new OrderEvent.Placed("a", 1, "EUR", List.of(new OrderEvent.Line("pen", 1))));

            publish(broker, "order.placed", Optional.of("4"), "{}");
            publish(broker, "order.placed", Optional.of("x"), "{}");
            publish(broker, "order.placed", Optional.of("3"), "[1");
            publish(broker, "order.placed", Optional.of("1"), "[1]");
            publish(broker, "order.placed", Optional.of("2"), "{}"); // its upcast fails
            publish(broker, "order.placed", Optional.of("3"), "null");
            QueueName queue = new QueueName("order.placed", "g");
            Stores.await("all are dead letters", () -> letters(broker, queue).size() == 6);
            List<String> causes = letters(broker, queue).stream()
                    .map(letter -> letter.failure().cause())
                    .toList();
            assertThat(causes).anyMatch(cause -> cause.contains("has version 4") && cause.contains("up to 3"));
            assertThat(causes).anyMatch(cause -> cause.contains("but is \"x\""));
            assertThat(causes).anyMatch(cause -> cause.contains("must be a JSON object, but is ARRAY"));
            assertThat(causes).anyMatch(cause -> cause.contains("the upcast from version 2 failed"));
            assertThat(causes).anyMatch(cause -> cause.contains("is JSON null"));
        }
    }

    @Test
    void underAPatternUnknownTypesArePassedOverOrRejected() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, CATALOG);
            List<OrderEvent> seen = new CopyOnWriteArrayList<>();
            EventSubscription lenient = bus.subscribePattern(
                    "order.*",
                    OrderEvent.class,
                    "lenient",
                    (call, delivery) -> {
                        seen.add(delivery.payload());
                        return Disposition.ack();
                    },
                    SubscribeOptions.defaults().orderedByKey(),
                    UnknownEvents.PASS_OVER);
            bus.subscribePattern(
                    "order.*",
                    OrderEvent.class,
                    "strict",
                    (call, delivery) -> Disposition.ack(),
                    SubscribeOptions.defaults(),
                    UnknownEvents.REJECT);
            List<OrderEvent> sent = List.of(
                    FIRST,
                    new OrderEvent.Confirmed("o-1", Instant.EPOCH, Optional.empty()),
                    new OrderEvent.Cancelled("o-1", "no"));
            sent.forEach(bus::publish);
            publish(broker, "order.moved", Optional.empty(), "{}");
            QueueName strict = new QueueName("order.*", "strict");
            Stores.await(
                    "all are seen",
                    () -> seen.size() == 3
                            && lenient.passedOver() == 1
                            && letters(broker, strict).size() == 1);
            assertThat(seen).containsExactlyElementsOf(sent); // one key over three types
            assertThat(letters(broker, strict).getFirst().failure().cause())
                    .contains("order.moved")
                    .contains("strict");
            assertThatThrownBy(() -> bus.subscribePattern(
                            "invoice.*",
                            OrderEvent.class,
                            "g",
                            (call, delivery) -> Disposition.ack(),
                            SubscribeOptions.defaults(),
                            UnknownEvents.REJECT))
                    .hasMessageContaining("invoice.*");
        }
    }

    @ParameterizedTest
    @EnumSource
    void throughOutboxAndInbox(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, CATALOG);
            Outbox outbox = Outbox.on(store);
            Inbox inbox = Inbox.on(store);
            bus.subscribe(
                    OrderEvent.class,
                    "email",
                    inbox.<OrderEvent>action((tx, delivery) ->
                            Stores.insert(tx, "email " + delivery.payload().orderId())));
            try (OutboxRelay relay = outbox.relay(broker)) {
                store.run(tx -> {
                    Stores.insert(tx, "order o-1");
                    bus.publish(outbox, tx, FIRST);
                });
                Stores.await("the e-mail is there", () -> Stores.rows(store).size() == 2);
                assertThat(Stores.rows(store)).containsExactly("email o-1", "order o-1");
                Stores.await("it is marked", () -> relay.snapshot().sent() == 1);
            }
        }
    }

    @Test
    void badRegistrationsAreRefusedAndNamed() {
        assertThatThrownBy(() -> EventType.of("order", OrderEvent.class)).hasMessageContaining("OrderEvent");
        assertThatThrownBy(() -> EventType.of("order.*", OrderEvent.Placed.class))
                .hasMessageContaining("order.*");
        assertThatThrownBy(() -> EventType.of("order", OrderEvent.Placed.class).version(0))
                .hasMessageContaining("0");
        EventType<OrderEvent.Placed> third =
                EventType.of("order", OrderEvent.Placed.class).version(3);
        assertThatThrownBy(() -> third.upcast(3, json -> json)).hasMessageContaining("1 to 2, but is 3");
        assertThatThrownBy(() -> EventCatalog.of(third.upcast(1, json -> json)))
                .hasMessageContaining("none from version 2");
        assertThatThrownBy(() -> EventCatalog.of(PLACED, PLACED)).hasMessageContaining("order.placed");
        assertThatThrownBy(() -> EventCatalog.of(PLACED, third)).hasMessageContaining("Placed");
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, EventCatalog.of(PLACED));
            assertThatThrownBy(() -> bus.publish("text")).hasMessageContaining("java.lang.String");
            assertThatThrownBy(
                            () -> bus.subscribe(OrderEvent.Cancelled.class, "g", (call, delivery) -> Disposition.ack()))
                    .hasMessageContaining("Cancelled");
        }
    }

    private static List<DeadLetter> letters(MessageBroker broker, QueueName queue) {
        return broker.deadLetters(queue).list(100);
    }

    private static void publish(MessageBroker broker, String topic, Optional<String> version, String json) {
        Message<byte[]> message = Message.of(topic, json.getBytes(StandardCharsets.UTF_8));
        broker.publish(Topic.bytes(topic), version.isPresent() ? message.withVersion(version.get()) : message);
    }
}
