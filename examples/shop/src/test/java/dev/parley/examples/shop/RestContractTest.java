package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.Shop;
import dev.parley.examples.shop.servers.ShopSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shop by REST, as the JDK's client sees it. */
class RestContractTest {

    private static Shop shop;
    private static HttpClient client;

    @BeforeAll
    static void open() {
        shop = Shop.open(ShopSettings.defaults());
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void close() {
        client.shutdownNow();
        shop.close();
    }

    private static HttpResponse<String> send(Part part, String method, String path, String json)
            throws IOException, InterruptedException {
        return send(shop.url(part), method, path, json, "application/json");
    }

    private static HttpResponse<String> send(String url, String method, String path, String body, String contentType)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(10))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    USER | GET | /api/users/u-1 | `` | "name":"Ada Lovelace"
                    USER | POST | /api/users/batch | {"ids":["u-2","no"]} | "name":"Grace Hopper"
                    USER | POST | /api/auth/validate | {"token":"token-u-1"} | "userId":"u-1"
                    USER | POST | /api/auth/validate | {"token":"nonsense"} | "valid":false
                    INVENTORY | GET | /products/sku-2/stock | `` | "available":5000
                    INVENTORY | POST | /products/sku-3/reserve | {"quantity":1} | "success":true
                    INVENTORY | POST | /products/sku-empty/reserve | {"quantity":1} | "success":false
                    PRODUCT | GET | /api/products/sku-1 | `` | "cents":"2490"
                    PRODUCT | POST | /api/products/batch | {"ids":["sku-2"]} | "name":"Cup"
                    RECOMMENDATION | GET | /api/users/u-1/suggestions | `` | "productId":"sku-3"
                    ORDER | GET | /api/users/u-failing/orders | `` | "orders":[]
                    NOTIFICATION | GET | /api/emails?order_id=o-none | `` | "emails":[]
                    NOTIFICATION | GET | /api/emails/dead-letters | `` | "letters":[]
                    NOTIFICATION | POST | /api/emails/dead-letters:redrive | {} | "redriven":0
                    ANALYTICS | GET | /api/numbers | `` | "cancelled":
                    ANALYTICS | POST | /api/numbers:rebuild | {} | "after":
                    """)
    void answers200(Part part, String method, String path, String json, String expected) throws Exception {
        HttpResponse<String> response = send(part, method, path, json);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        assertThat(response.body()).contains(expected);
    }

    @Test
    void aUserIsCreatedReadReplacedAndDeleted() throws Exception {
        HttpResponse<String> created =
                send(Part.USER, "POST", "/api/users", "{\"name\":\"Joan\",\"email\":\"joan@example.com\"}");
        assertThat(created.statusCode()).isEqualTo(201);
        String path = "/api/users/" + field(created.body(), "id");
        assertThat(created.body()).contains("\"createdAt\":\"2");

        HttpResponse<String> replaced =
                send(Part.USER, "PUT", path, "{\"name\":\"Joan C.\",\"email\":\"joan@example.com\"}");
        assertThat(replaced.statusCode()).isEqualTo(200);
        assertThat(send(Part.USER, "GET", path, "").body()).isEqualTo(replaced.body());

        HttpResponse<String> deleted = send(Part.USER, "DELETE", path, "");
        assertThat(deleted.statusCode()).isEqualTo(204);
        assertThat(deleted.body()).isEmpty();
        assertThat(send(Part.USER, "GET", path, "").statusCode()).isEqualTo(404);
    }

    @Test
    void anOrderIsCreatedReadAndCancelled() throws Exception {
        HttpResponse<String> created =
                send(Part.ORDER, "POST", "/api/orders", "{\"userId\":\"u-2\",\"productId\":\"sku-1\",\"quantity\":1}");
        assertThat(created.statusCode()).isEqualTo(201);
        String path = "/api/orders/" + field(created.body(), "id");
        assertThat(send(Part.ORDER, "GET", path, "").body()).isEqualTo(created.body());
        HttpResponse<String> cancelled = send(Part.ORDER, "POST", path + ":cancel", "{}");
        assertThat(cancelled.statusCode()).isEqualTo(200);
        assertThat(field(cancelled.body(), "status")).isEqualTo("CANCELLED");
        assertThat(send(Part.ORDER, "GET", "/api/users/u-2/orders", "").body()).contains(cancelled.body());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    USER | POST | /api/users | {"name":"x"} | 400 | email is required
                    USER | POST | /api/users | {"name": | 400 | INVALID_ARGUMENT
                    USER | POST | /api/users | {"nickname":"x"} | 400 | nickname
                    USER | POST | /api/users | {"name":"x","email":"ada@example.com"} | 409 | ALREADY_EXISTS
                    USER | GET | /api/users/u-none | `` | 404 | u-none
                    USER | GET | /api/nothing | `` | 404 | /api/nothing
                    USER | PATCH | /api/users/u-1 | `` | 405 | PATCH
                    INVENTORY | POST | /products/sku-1/reserve | {"quantity":-1} | 400 | quantity
                    INVENTORY | POST | /products/sku-1/reserve | {} | 400 | quantity is required
                    ORDER | POST | /api/orders | {"userId":"u-1","productId":"sku-none","quantity":1} | 400 | sku-none
                    ORDER | POST | /api/orders | {"userId":"u-1","productId":"sku-empty","quantity":1} | 400 | FAILED_PRECONDITION
                    NOTIFICATION | GET | /api/emails?max=1001 | `` | 400 | from 0 to 1000, but is 1001
                    RECOMMENDATION | GET | /api/users/u-failing/suggestions | `` | 503 | UNAVAILABLE
                    ORDER | POST | /api/orders | {"userId":"u-1","productId":"sku-slow","quantity":1} | 504 | DEADLINE_EXCEEDED
                    """)
    void answersAProblemThatSaysWhatIsWrong(
            Part part, String method, String path, String json, int status, String named) throws Exception {
        HttpResponse<String> response = send(part, method, path, json);
        assertProblem(response, status, named);
    }

    @Test
    void anotherMediaTypeIsRefused() throws Exception {
        HttpResponse<String> response =
                send(shop.url(Part.USER), "POST", "/api/users", "name=x", "application/x-www-form-urlencoded");
        assertProblem(response, 415, "application/json");
    }

    @Test
    void aDeadInventoryIs503() throws Exception {
        String orders = shop.openOrders(Part.INVENTORY, "http://127.0.0.1:1");
        HttpResponse<String> response = send(
                orders,
                "POST",
                "/api/orders",
                "{\"userId\":\"u-1\",\"productId\":\"sku-1\",\"quantity\":1}",
                "application/json");
        assertProblem(response, 503, "inventory-service is not available");
    }

    private static void assertProblem(HttpResponse<String> response, int status, String named) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(response.body()).contains("\"status\":" + status).contains(named);
    }

    private static String field(String json, String name) {
        String key = '"' + name + "\":\"";
        int from = json.indexOf(key) + key.length();
        return json.substring(from, json.indexOf('"', from));
    }
}
