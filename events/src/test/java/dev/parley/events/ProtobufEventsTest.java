package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Timestamp;
import dev.parley.events.proto.Carrier;
import dev.parley.events.proto.ShipmentLost;
import dev.parley.events.proto.ShipmentSent;
import dev.parley.events.proto.ShipmentSentNewer;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events that are protobuf messages, beside those that are JSON. */
class ProtobufEventsTest {

    static final EventType<ShipmentSent> SENT = EventType.ofProtobuf("shipment.sent", ShipmentSent.getDefaultInstance())
            .key(ShipmentSent::getOrderId);
    static final EventType<ShipmentLost> LOST =
            EventType.ofProtobuf("shipment.lost", ShipmentLost.getDefaultInstance());
    static final ShipmentSent EVENT = ShipmentSent.newBuilder()
            .setOrderId("o-1")
            .addParcels(ShipmentSent.Parcel.newBuilder().setNumber("p-1").setGrams(250))
            .setCarrier(Carrier.CARRIER_SHIP)
            .putLabels("fragile", "yes")
            .setSent(Timestamp.newBuilder().setSeconds(1_750_000_000))
            .setShelf("A7")
            .setCents(499)
            .build();

    private final List<Delivery<ShipmentSent>> seen = new CopyOnWriteArrayList<>();

    @Test
    void theyGoOverTheBusInTheirBinaryForm() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, EventCatalog.of(SENT, LOST));
            List<Message<byte[]>> raw = new CopyOnWriteArrayList<>();
            broker.subscribe(Topic.bytes("shipment.sent"), "raw", (call, delivery) -> {
                raw.add(delivery.message());
                return Disposition.ack();
            });
            bus.subscribe(ShipmentSent.class, "screen", (call, delivery) -> {
                seen.add(delivery);
                return Disposition.ack();
            });
            bus.publish(EVENT);
            Stores.await("both have come", () -> seen.size() == 1 && raw.size() == 1);
            assertThat(seen.getFirst().payload()).isEqualTo(EVENT);
            Message<byte[]> message = raw.getFirst();
            assertThat(ShipmentSent.parseFrom(message.payload())).isEqualTo(EVENT);
            assertThat(message.type()).isEqualTo("shipment.sent");
            assertThat(message.metadata().contentType()).isEqualTo("application/protobuf");
            assertThat(message.metadata().version()).contains("1");
            assertThat(message.metadata().key()).contains("o-1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theyGoThroughAnOutboxAndTheEventStore(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            EventCatalog catalog = EventCatalog.of(SENT, LOST);
            EventBus bus = EventBus.on(broker, catalog);
            bus.subscribe(ShipmentSent.class, "screen", (call, delivery) -> {
                seen.add(delivery);
                return Disposition.ack();
            });
            Outbox outbox = Outbox.on(store);
            EventStore<com.google.protobuf.Message> events = EventStore.on(
                            store, com.google.protobuf.Message.class, catalog)
                    .publishingTo(outbox);
            ShipmentLost lost = ShipmentLost.newBuilder().setOrderId("o-1").build();
            store.run(tx -> events.append(tx, "o-1", 0, List.of(EVENT, lost)));
            try (OutboxRelay relay = outbox.relay(broker)) {
                Stores.await("it has come", () -> seen.size() == 1);
            }
            assertThat(seen.getFirst().payload()).isEqualTo(EVENT);
            assertThat(events.read("o-1", 0, 10)).extracting(StoredEvent::event).containsExactly(EVENT, lost);
        }
    }

    /** Protobuf's own rules say what of an older message can be read; a newer one is as unknown as any. */
    @Test
    void olderOnesAreReadAsTheyAreAndNewerOnesRejected() throws Exception {
        EventType<ShipmentSentNewer> newer = EventType.ofProtobuf(
                        "shipment.sent", ShipmentSentNewer.getDefaultInstance())
                .version(2);
        assertThat(newer.oldestVersion()).isEqualTo(1);
        EventCatalog old = EventCatalog.of(SENT);
        EventCatalog current = EventCatalog.of(newer);
        Message<byte[]> ofOld = encoded(old.message(EVENT), EVENT.toByteArray());
        assertThat(current.read(ofOld))
                .isInstanceOfSatisfying(
                        EventReading.Known.class,
                        known -> assertThat(((ShipmentSentNewer) known.event()).getOrderId())
                                .isEqualTo("o-1"));
        ShipmentSentNewer event =
                ShipmentSentNewer.newBuilder().setRemark("new").build();
        assertThat(old.read(encoded(current.message(event), event.toByteArray())))
                .isInstanceOfSatisfying(
                        EventReading.Unreadable.class,
                        unreadable ->
                                assertThat(unreadable.reason()).contains("shipment.sent", "version 2", "up to 1"));
    }

    private static Message<byte[]> encoded(Message<?> message, byte[] payload) {
        return message.withPayload(payload);
    }

    @Test
    void aMalformedOneIsADeadLetterThatNamesTheMessage() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, EventCatalog.of(SENT));
            bus.subscribe(ShipmentSent.class, "screen", (call, delivery) -> Disposition.ack());
            byte[] json = "{\"orderId\": \"o-1\"}".getBytes(StandardCharsets.UTF_8);
            broker.publish(Topic.bytes("shipment.sent"), Message.of("shipment.sent", json));
            QueueName queue = new QueueName("shipment.sent", "screen");
            Stores.await(
                    "it is given up", () -> !broker.deadLetters(queue).list(10).isEmpty());
            assertThat(broker.deadLetters(queue).list(10).getFirst().failure().cause())
                    .contains("shipment.sent", "version 1", "parley.events.test.v1.ShipmentSent");
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> SENT.version(2).upcast(1, json -> json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shipment.sent")
                .hasMessageContaining("no upcasts");
        assertThatThrownBy(() -> EventType.ofProtobuf(
                        "shipment.sent", DynamicMessage.getDefaultInstance(ShipmentSent.getDescriptor())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DynamicMessage");
    }
}
