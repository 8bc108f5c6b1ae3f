package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.rest.Json;
import dev.parley.rest.OpenApi;
import dev.parley.rest.Routes;
import dev.parley.rpc.library.LibraryService;
import dev.parley.rpc.transcoding.TranscodingService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A contract in an OpenAPI document, beside routes, on one port. */
class ContractOpenApiTest {

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final RpcHandler contract = RpcHandler.builder()
            .service(LibraryService.DEFINITION, new RestTest.Library())
            .build();
    private final Routes routes =
            Routes.builder().get("/health", request -> "ok").build();
    private final OpenApi openApi = OpenApi.builder()
            .title("Library")
            .version("1.0")
            .add(routes)
            .add(contract.openApi())
            .build();
    private final JsonNode document = Json.standard().mapper().readTree(openApi.json());

    @Test
    void theDocumentIsOneOfOpenApi31() throws Exception {
        // The official schema, which the tests of REST keep.
        String official = Files.readString(Path.of("../rest/src/test/resources/openapi-3.1/schema.json"));
        assertThat(REGISTRY.getSchema(official).validate(document)).isEmpty();
    }

    @Test
    void methodsAreOperationsByTheRulesOfTranscoding() {
        assertThat(document.get("paths").propertyNames())
                .contains(
                        "/health",
                        "/v1/shelves/{name.1}/books/{name.2}",
                        "/v1/shelves/{parent}/books",
                        "/v1/shelves/{name.1}/books/{name.2}:publish",
                        "/v1/books",
                        "/v1/files/{name}");
        JsonNode book = document.at("/paths/~1v1~1shelves~1{name.1}~1books~1{name.2}");
        assertThat(book.propertyNames()).containsExactlyInAnyOrder("get", "put", "patch", "delete");
        assertThat(book.at("/get/operationId").asString()).isEqualTo("LibraryService_GetBook");
        assertThat(book.at("/patch/operationId").asString()).isEqualTo("LibraryService_UpdateBook_2");
        JsonNode create = document.at("/paths/~1v1~1shelves~1{parent}~1books/post");
        assertThat(create.at("/requestBody/content/application~1json/schema/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/parley.test.v1.Book");
        assertThat(create.get("parameters").findValuesAsString("name")).contains("parent", "request_id");
        JsonNode schema = document.at("/components/schemas/parley.test.v1.Book");
        assertThat(schema.at("/properties/pages").toString()).isEqualTo("{\"type\":\"string\",\"format\":\"int64\"}");
        assertThat(schema.get("required").toString()).isEqualTo("[\"title\"]");
        assertThat(document.at("/paths/~1v1~1files~1{name}/get/responses/2XX/content/application~1json/schema/type")
                        .asString())
                .isEqualTo("string");
    }

    @Test
    void allThatAnAnnotationCanSayIsPartOfIt() throws Exception {
        RpcHandler all = RpcHandler.builder()
                .service(TranscodingService.DEFINITION, new Transcoding())
                .build();
        JsonNode transcoding = Json.standard()
                .mapper()
                .readTree(OpenApi.builder()
                        .title("All")
                        .version("1.0")
                        .add(all.openApi())
                        .build()
                        .json());
        String official = Files.readString(Path.of("../rest/src/test/resources/openapi-3.1/schema.json"));
        assertThat(REGISTRY.getSchema(official).validate(transcoding)).isEmpty();
        JsonNode paths = transcoding.get("paths");
        assertThat(paths.propertyNames())
                .contains(
                        "/",
                        "/v1/things/{id}",
                        "/v1/shelves/{name}/things/{id}",
                        "/v1/shelves/{name}:archive",
                        "/v1/docs/a/{name}",
                        "/v1/deep/{id}/b/{name}",
                        "/v1/inner/{inner.leaf}/{inner.inner.leaf}");
        // PURGE has no place in OpenAPI 3.1; a rule for any method is an operation of each that has no other.
        assertThat(paths.get("/v1/things/{id}").propertyNames())
                .containsExactlyInAnyOrder("get", "patch", "put", "delete");
        assertThat(paths.get("/v1/heads/{id}").propertyNames()).containsExactly("head");
        assertThat(paths.get("/v1/any/{id}").propertyNames())
                .containsExactlyInAnyOrder("get", "put", "post", "delete", "patch");
        assertThat(paths.at("/~1v1~1any~1{id}/put/summary").asString()).isEqualTo("PutOnly");

        assertThat(paths.at("/~1v1~1typed~1{i32}~1{u64}~1{b}~1{color}~1{d}~1{raw}/get/parameters/0/schema/type")
                        .asString())
                .isEqualTo("integer");
        assertThat(paths.at("/~1v1~1things/get/parameters").findValuesAsString("name"))
                .contains("inner.inner.leaf", "w_i32", "mask", "times", "file.content_type")
                .doesNotContain("labels", "inners", "struct", "value", "any", "any.type_url", "at.seconds");

        assertThat(paths.at("/~1v1~1watch~1{i32}~1numbers/get/responses/2XX/content")
                        .propertyNames())
                .containsExactly("application/x-ndjson", "application/json", "text/event-stream");
        assertThat(paths.at(
                                "/~1v1~1watch~1{i32}~1numbers/get/responses/2XX/content/application~1json/schema/items/type")
                        .asString())
                .isEqualTo("integer");
        assertThat(paths.at("/~1v1~1collect/post/requestBody/content").propertyNames())
                .containsExactly("application/x-ndjson", "application/json");
        assertThat(paths.at("/~1v1~1raw/post/requestBody/content").propertyNames())
                .containsExactly("*/*");
        assertThat(paths.at("/~1v1~1pages~1{name}/get/responses/2XX/content").propertyNames())
                .containsExactly("*/*");
        assertThat(paths.at("/~1v1~1attachments~1{id}/post/responses/2XX/content")
                        .propertyNames())
                .containsExactly("*/*");
    }

    @Test
    void oneServerAnswersAllAndAnAnswerFitsItsSchema() throws Exception {
        Routes all = Routes.builder()
                .mount("/", routes)
                .mount("/", openApi.routes())
                .fallback(contract)
                .build();
        try (HttpServer server = HttpServer.builder()
                        .handler(all)
                        .timeout(contract::timeout)
                        .start();
                HttpClient client = HttpClient.create()) {
            assertThat(get(client, server, "/health")).isEqualTo("ok");
            assertThat(Json.standard().mapper().readTree(get(client, server, "/openapi.json")))
                    .isEqualTo(document);
            JsonNode book = Json.standard().mapper().readTree(get(client, server, "/v1/shelves/a/books/b"));
            ObjectNode schema = (ObjectNode)
                    document.at("/components/schemas/parley.test.v1.Book").deepCopy();
            schema.set("components", document.get("components"));
            assertThat(book.get("name").asString()).isEqualTo("shelves/a/books/b");
            assertThat(REGISTRY.getSchema(schema).validate(book)).isEmpty();
        }
    }

    private static String get(HttpClient client, HttpServer server, String path) throws Exception {
        HttpResponse response = dev.parley.CallScope.builder(dev.parley.Method.unary("test", "Get"))
                .build()
                .run(client, HttpRequest.of("GET", "127.0.0.1:" + server.port(), path));
        assertThat(response.status()).isEqualTo(200);
        return new String(response.body().readAll(), StandardCharsets.UTF_8);
    }
}
