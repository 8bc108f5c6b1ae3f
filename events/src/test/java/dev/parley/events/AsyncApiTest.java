package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** AsyncAPI's own parser reads the document. */
@Timeout(180)
class AsyncApiTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Test
    void theDocumentOfWhatIsPublishedAndSubscribedToIsValid() throws Exception {
        JsonNode told = parse(document());
        assertThat(told.get("errors")).as(told.toString()).isEmpty();
        assertThat(told.get("version").asString()).isEqualTo("3.0.0");
        assertThat(strings(told.get("channels"))).containsExactlyInAnyOrder("order.placed", "order.cancelled");
        assertThat(strings(told.get("operations")))
                .containsExactlyInAnyOrder(
                        "send send-order.placed",
                        "receive receive-order.placed-email",
                        "receive receive-order.placed-analytics",
                        "receive receive-order.cancelled-email");
        assertThat(strings(told.get("messages"))).containsOnly("order.placed", "order.cancelled");
    }

    @Test
    void payloadsHaveSchemas() throws Exception {
        JsonNode schemas = JSON.readTree(document()).at("/components/schemas");
        JsonNode placed = schemas.get("Placed");
        assertThat(strings(placed.get("required"))).containsExactly("orderId", "total", "currency", "lines");
        assertThat(placed.at("/properties/total/type").asString()).isEqualTo("integer");
        assertThat(placed.at("/properties/lines/items/$ref").asString()).isEqualTo("#/components/schemas/Line");
        JsonNode cancelled = schemas.get("Cancelled");
        assertThat(strings(cancelled.get("required"))).containsExactly("orderId");
        assertThat(schemas.has("Line")).isTrue();
        assertThat(schemas.has("Confirmed")).isFalse(); // neither published nor subscribed to
    }

    /** AsyncAPI has schemas of protobuf as their source, which its own parser reads. */
    @Test
    void protobufMessagesAreToldByTheirSource() throws Exception {
        String document;
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, EventCatalog.of(ProtobufEventsTest.SENT, EventBusTest.PLACED));
            bus.declarePublished(dev.parley.events.proto.ShipmentSent.class, OrderEvent.Placed.class);
            document = bus.asyncApi("Shop", "1.2.3");
        }
        JsonNode message = JSON.readTree(document).at("/components/messages/shipment.sent");
        assertThat(message.get("contentType").asString()).isEqualTo("application/protobuf");
        assertThat(message.at("/payload/schemaFormat").asString())
                .isEqualTo("application/vnd.google.protobuf;version=3");
        assertThat(message.at("/payload/schema").asString())
                .contains("package parley.events.test.v1;", "// @RootNode\nmessage ShipmentSent {");
        JsonNode told = parse(document);
        assertThat(told.get("errors")).as(told.toString()).isEmpty();
        assertThat(strings(told.get("messages"))).containsExactlyInAnyOrder("shipment.sent", "order.placed");
        JsonNode properties = told.at("/payloads/shipment.sent/schema/properties");
        assertThat(properties.propertyNames())
                .containsExactlyInAnyOrder("order_id", "parcels", "carrier", "labels", "sent", "where", "cents");
        assertThat(properties.at("/parcels/items/properties").propertyNames())
                .containsExactlyInAnyOrder("number", "grams");
    }

    @Test
    void theParserFindsWhatIsWrong() throws Exception {
        ObjectNode broken = (ObjectNode) JSON.readTree(document());
        ((ObjectNode) broken.at("/operations/send-order.placed")).put("action", "publish");
        assertThat(parse(broken.toString()).get("errors")).isNotEmpty();
    }

    private static String document() {
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = EventBus.on(broker, EventBusTest.CATALOG);
            bus.publish(EventBusTest.FIRST);
            bus.subscribe(OrderEvent.Placed.class, "email", (call, delivery) -> Disposition.ack());
            bus.subscribe(OrderEvent.Placed.class, "analytics", (call, delivery) -> Disposition.ack());
            bus.subscribe(OrderEvent.Cancelled.class, "email", (call, delivery) -> Disposition.ack());
            return bus.asyncApi("Shop", "1.2.3");
        }
    }

    private static JsonNode parse(String document) throws Exception {
        Path folder = Path.of("src/test/node");
        assertThat(folder.resolve("node_modules"))
                .as("npm packages; ./parley test installs them with npm ci")
                .isDirectory();
        Path errors = Files.createTempFile("asyncapi", ".log");
        Process node = new ProcessBuilder("node", "asyncapi.mjs")
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .start();
        try (OutputStream in = node.getOutputStream()) {
            in.write(document.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(Files.readString(errors)).isZero();
        return JSON.readTree(said);
    }

    private static java.util.List<String> strings(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }
}
