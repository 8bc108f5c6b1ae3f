package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.parley.Messages;
import dev.parley.http.ServerSentEvent;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The document, against the official schema and against what the server really answers; the page. */
class OpenApiTest {

    enum Size {
        SMALL,
        LARGE
    }

    record Item(String sku, int amount, BigDecimal price) {}

    record Category(String name, List<Category> children) {}

    record Order(
            long id,
            UUID token,
            Size size,
            List<Item> items,
            Map<String, Integer> counts,
            @Nullable String note,
            Optional<Item> gift,
            LocalDate day,
            Instant at,
            Duration took,
            byte[] seal,
            @Nullable Category category) {}

    record NewOrder(String customer, @Nullable Size size) {}

    record Page<T>(List<T> items, int total) {}

    private static final Parameter<Integer> LIMIT =
            Parameter.query("limit", Integer.class).orElse(20).description("how many");
    private static final Parameter<List<Size>> SIZES =
            Parameter.query("size", Size.class).repeated();
    private static final Parameter<Long> ID = Parameter.path("id", Long.class).description("the order's number");
    private static final Parameter<LocalDate> SINCE = Parameter.header("x-since", LocalDate.class);

    private static final Order ORDER = new Order(
            7,
            UUID.fromString("123e4567-e89b-12d3-a456-426614174000"),
            Size.LARGE,
            List.of(new Item("a", 1, new BigDecimal("1.50"))),
            Map.of("a", 1),
            null,
            Optional.empty(),
            LocalDate.of(2026, 1, 31),
            Instant.EPOCH,
            Duration.ofSeconds(3),
            new byte[] {1, 2},
            new Category("top", List.of(new Category("sub", List.of()))));

    private static Routes orders() {
        return Routes.builder()
                .add(Route.get("/orders/{id}")
                        .summary("One order")
                        .description("With *all* of it.")
                        .tags("orders")
                        .parameters(ID)
                        .returns(Order.class)
                        .problem(404, "There is no such order")
                        .handle(request -> ORDER))
                .add(Route.get("/orders")
                        .tags("orders")
                        .parameters(LIMIT, SIZES, SINCE)
                        .returns(new TypeReference<Page<Order>>() {})
                        .handle(request -> new Page<>(List.of(ORDER), 1)))
                .add(Route.post("/orders")
                        .operationId("placeOrder")
                        .returns(201, Order.class)
                        .handle(NewOrder.class, (request, order) -> Reply.created("/orders/7", ORDER)))
                .add(Route.get("/orders/{id}/events")
                        .returnsStream(Item.class)
                        .handle(request -> Messages.of(new Item("a", 1, BigDecimal.ONE))))
                .add(Route.get("/ticks")
                        .returnsStream(ServerSentEvent.class)
                        .handle(request -> Messages.of(ServerSentEvent.of("1"))))
                .add(Route.delete("/orders/{id}").deprecated().returns(204).handle(request -> null))
                .add(Route.get("/hidden").hidden().handle(request -> ""))
                .add(Route.put("/files/{path...}").returns(String.class).handle(byte[].class, (request, bytes) -> "ok"))
                .add(Route.get("/image").produces("image/png").handle(request -> new byte[0]))
                .get("/plain/{a}/{b}", request -> "x")
                .build();
    }

    private static OpenApi.Builder builder() {
        return OpenApi.builder().title("Orders").version("1.0").description("All about orders.");
    }

    private static JsonNode document(OpenApi openApi) {
        return Json.standard().mapper().readTree(openApi.json());
    }

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private static List<Error> faults(JsonNode document) throws IOException {
        try (InputStream official = OpenApiTest.class.getResourceAsStream("/openapi-3.1/schema.json")) {
            List<Error> faults = new ArrayList<>(REGISTRY.getSchema(official).validate(document));
            Schema ofSchemas = REGISTRY.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
            document.get("components").get("schemas").forEach(schema -> faults.addAll(ofSchemas.validate(schema)));
            document.findValues("schema").forEach(schema -> faults.addAll(ofSchemas.validate(schema)));
            return faults;
        }
    }

    @Test
    void theDocumentIsOpenApi() throws IOException {
        JsonNode document = document(builder().add(orders()).build());
        assertThat(faults(document)).isEmpty();
        Set<String> named =
                new TreeSet<>(document.get("components").get("schemas").propertyNames());
        Matcher references =
                Pattern.compile("\"\\$ref\":\"#/components/schemas/([^\"]+)\"").matcher(document.toString());
        Set<String> referred = new TreeSet<>();
        while (references.find()) {
            referred.add(references.group(1));
        }
        assertThat(named).containsAll(referred);
        assertThat(named).contains("Order", "Item", "Category", "NewOrder", "ProblemDetails");
    }

    @Test
    void theValidatorFindsFaults() throws IOException {
        ObjectNode document = (ObjectNode) document(builder().add(orders()).build());
        ((ObjectNode) document.at("/paths/~1orders/get")).put("deprecated", "yes");
        ((ObjectNode) document.at("/components/schemas/Item")).put("type", "thing");
        assertThat(faults(document)).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void operationsSayWhatTheRoutesSay() {
        JsonNode paths = document(builder().add(orders()).build()).get("paths");
        JsonNode one = paths.at("/~1orders~1{id}/get");
        assertThat(one.get("operationId").asString()).isEqualTo("getOrdersById");
        assertThat(one.get("summary").asString()).isEqualTo("One order");
        assertThat(one.at("/tags/0").asString()).isEqualTo("orders");
        assertThat(one.at("/parameters/0/name").asString()).isEqualTo("id");
        assertThat(one.at("/parameters/0/schema/format").asString()).isEqualTo("int64");
        assertThat(one.at("/responses/200/content/application~1json/schema/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/Order");
        assertThat(one.at("/responses/404/description").asString()).isEqualTo("There is no such order");
        assertThat(one.at("/responses/404/content/application~1problem+json/schema/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/ProblemDetails");

        JsonNode list = paths.at("/~1orders/get/parameters");
        assertThat(list.at("/0/schema/default").asInt()).isEqualTo(20);
        assertThat(list.at("/0/required").asBoolean()).isFalse();
        assertThat(list.at("/1/schema/items/$ref").asString()).isEqualTo("#/components/schemas/Size");
        assertThat(list.at("/2/in").asString()).isEqualTo("header");
        assertThat(list.at("/2/required").asBoolean()).isTrue();
        assertThat(list.at("/2/schema/format").asString()).isEqualTo("date");

        assertThat(paths.at("/~1orders/post/operationId").asString()).isEqualTo("placeOrder");
        assertThat(paths.at("/~1orders/post/requestBody/content/application~1json/schema/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/NewOrder");
        assertThat(paths.at("/~1orders/post/responses").propertyNames())
                .contains("201", "400", "413", "415", "default");
        assertThat(paths.at("/~1orders~1{id}/delete/deprecated").asBoolean()).isTrue();
        assertThat(paths.at("/~1orders~1{id}/delete/responses").propertyNames()).contains("204");
        assertThat(paths.at("/~1orders~1{id}~1events/get/responses/200/content").propertyNames())
                .containsExactly("application/x-ndjson", "application/json", "text/event-stream");
        assertThat(paths.at("/~1ticks/get/responses/200/content").propertyNames())
                .containsExactly("text/event-stream");
        assertThat(paths.has("/hidden")).isFalse();
        assertThat(paths.at("/~1files~1{path}/put/operationId").asString()).isEqualTo("putFilesByPath");
        assertThat(paths.at("/~1plain~1{a}~1{b}/get/parameters").size()).isEqualTo(2);
    }

    @Test
    void whatMustBeThereIsWhatReadingAsksFor() {
        JsonNode schemas = document(builder().add(orders()).build()).at("/components/schemas");
        assertThat(schemas.at("/NewOrder/required").toString()).isEqualTo("[\"customer\"]");
        assertThat(schemas.at("/Order/required").toString())
                .contains("\"id\"", "\"items\"")
                .doesNotContain("note", "gift");
        assertThat(schemas.at("/Order/properties/note/type").toString()).isEqualTo("[\"string\",\"null\"]");
        assertThat(schemas.at("/Order/properties/seal/contentEncoding").asString())
                .isEqualTo("base64");
        assertThat(schemas.at("/Size/enum").toString()).isEqualTo("[\"SMALL\",\"LARGE\"]");
        assertThat(schemas.at("/Item/properties").propertyNames()).containsExactly("sku", "amount", "price");
        assertThat(schemas.at("/Category/properties/children/items/$ref").asString())
                .isEqualTo("#/components/schemas/Category");
    }

    @Test
    void whatTheServerAnswersFitsItsDocument() {
        Routes orders = orders();
        JsonNode document = document(builder().add(orders).build());
        try (Wire wire = Wire.serve(orders)) {
            JsonNode order = wire.get("/orders/7").json();
            assertThat(validate(document, "/paths/~1orders~1{id}/get/responses/200", order))
                    .isEmpty();
            JsonNode page = wire.get("/orders", "x-since: 2026-01-31").json();
            assertThat(page.get("total").asInt()).isEqualTo(1);
            assertThat(validate(document, "/paths/~1orders/get/responses/200", page))
                    .isEmpty();
            JsonNode stream =
                    wire.get("/orders/7/events", "accept: application/json").json();
            assertThat(validate(document, "/paths/~1orders~1{id}~1events/get/responses/200", stream))
                    .isEmpty();
            ((ObjectNode) order).remove("id");
            assertThat(validate(document, "/paths/~1orders~1{id}/get/responses/200", order))
                    .isNotEmpty();
            JsonNode problem = wire.get("/orders/x").json();
            ObjectNode reference =
                    JsonNodeFactory.instance.objectNode().put("$ref", "#/components/schemas/ProblemDetails");
            reference.set("components", document.get("components"));
            assertThat(REGISTRY.getSchema(reference).validate(problem)).isEmpty();
        }
    }

    private static List<Error> validate(JsonNode document, String response, JsonNode instance) {
        ObjectNode schema = document.at(response + "/content/application~1json/schema")
                .deepCopy()
                .asObject();
        schema.set("components", document.get("components"));
        return REGISTRY.getSchema(schema).validate(instance);
    }

    @Test
    void aDefaultStandsBesideAReference() {
        Parameter<Size> size = Parameter.query("size", Size.class).orElse(Size.SMALL);
        Routes routes = Routes.builder()
                .add(Route.get("/a").parameters(size).handle(request -> ""))
                .build();
        JsonNode schema = document(builder().add(routes).build()).at("/paths/~1a/get/parameters/0/schema");
        assertThat(schema.get("default").asString()).isEqualTo("SMALL");
        assertThat(schema.size()).isEqualTo(2);
    }

    @Test
    void conflictsAreTold() {
        Routes one = Routes.builder().get("/a/{x}", request -> "").build();
        Routes two = Routes.builder().delete("/a/{y}", request -> "").build();
        assertThatThrownBy(() -> builder().add(one).add(two).build())
                .hasMessageContaining("/a/{x}")
                .hasMessageContaining("/a/{y}");
        assertThatThrownBy(() -> builder().add(one).add(one).build()).hasMessageContaining("twice");
        Routes id = Routes.builder()
                .add(Route.get("/b").operationId("same").handle(request -> ""))
                .add(Route.get("/c").operationId("same").handle(request -> ""))
                .build();
        assertThatThrownBy(() -> builder().add(id).build()).hasMessageContaining("same");
        assertThatThrownBy(() -> OpenApi.builder().title("x").build()).hasMessageContaining("version");
    }

    @Test
    void anotherSourceAddsItsOperations() throws IOException {
        OpenApiSource contract = document -> {
            ObjectNode message = JsonNodeFactory.instance.objectNode().put("type", "object");
            ObjectNode reference = document.schema("shop.v1.Order", message);
            document.operation(new OpenApiOperation(
                    "POST",
                    "/shop.v1.Orders/Place",
                    "shop.v1.Orders.Place",
                    "Places an order",
                    "",
                    List.of("shop.v1.Orders"),
                    false,
                    List.of(),
                    Map.of("application/json", reference),
                    Map.of(
                            "200",
                            new OpenApiOperation.Response("OK", Map.of("application/json", Optional.of(reference))))));
        };
        JsonNode document = document(builder().add(orders()).add(contract).build());
        assertThat(faults(document)).isEmpty();
        assertThat(document.at("/paths/~1shop.v1.Orders~1Place/post/operationId")
                        .asString())
                .isEqualTo("shop.v1.Orders.Place");
    }

    @Test
    void documentAndPageAreServedUnderAnyPrefixWithoutTheInternet() {
        Routes orders = orders();
        OpenApi openApi = builder().add(orders).build();
        Routes api =
                Routes.builder().mount("/", orders).mount("/", openApi.routes()).build();
        for (String prefix : List.of("", "/api/v1")) {
            Routes all =
                    prefix.isEmpty() ? api : Routes.builder().mount(prefix, api).build();
            try (Wire wire = Wire.serve(all)) {
                assertThat(wire.get(prefix + "/orders/7").status()).isEqualTo(200);
                Wire.Answer document = wire.get(prefix + "/openapi.json");
                assertThat(document.header("content-type")).contains("application/json");
                assertThat(document.bytes()).isEqualTo(openApi.json());
                assertThat(wire.get(prefix + "/docs").header("location")).contains("./docs/");
                Wire.Answer page = wire.get(prefix + "/docs/");
                assertThat(page.header("content-type")).contains("text/html; charset=utf-8");
                assertThat(page.header("content-security-policy"))
                        .get()
                        .asString()
                        .contains("default-src 'none'");
                List<String> parts = Pattern.compile("(?:src|href)=\"([^\"]+)\"")
                        .matcher(page.text())
                        .results()
                        .map(found -> found.group(1))
                        .toList();
                assertThat(parts).hasSize(4).allMatch(part -> !part.contains(":") && !part.startsWith("/"));
                for (String part : parts) {
                    assertThat(wire.get(prefix + "/docs/" + part).status())
                            .as(part)
                            .isEqualTo(200);
                }
                assertThat(wire.get(prefix + "/docs/swagger-initializer.js").status())
                        .isEqualTo(404);
                assertThat(wire.get(prefix + "/docs/index.html").status()).isEqualTo(404);
                assertThat(wire.get(prefix + "/docs/../openapi.json").status()).isEqualTo(400);
            }
        }
    }

    @Test
    void serversAreWhatThePageMayTalkTo() {
        OpenApi openApi =
                builder().server("https://api.example.org/v1").server("/v2").build();
        assertThat(Stream.of(
                                document(openApi).get("servers").get(0),
                                document(openApi).get("servers").get(1))
                        .map(server -> server.get("url").asString()))
                .containsExactly("https://api.example.org/v1", "/v2");
        try (Wire wire = Wire.serve(openApi.routes())) {
            assertThat(wire.get("/docs/").header("content-security-policy"))
                    .get()
                    .asString()
                    .contains("connect-src 'self' https://api.example.org;");
        }
    }
}
