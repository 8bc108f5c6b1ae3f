package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.chain.Chain;
import dev.parley.http.Body;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;

/** Calls, answers, headers and time, against our own server. */
class ServiceClientTest {

    record Product(String id, int price) {}

    record Seen(String method, String target, Metadata headers, String body) {}

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private volatile Handler<Seen, HttpResponse> answer = (call, request) -> json(200, "{\"id\":\"p7\",\"price\":5}");

    private final HttpServer server = HttpServer.builder().handler(this::answer).start();
    private final ServiceClient inventory = client().build();

    private HttpResponse answer(Call call, HttpRequest request) throws Exception {
        String body = new String(request.body().readAll(), StandardCharsets.UTF_8);
        Seen one = new Seen(request.method(), request.target(), request.headers(), body);
        seen.add(one);
        return answer.handle(call, one);
    }

    private ServiceClientBuilder client() {
        return ServiceClient.builder("inventory", "http://127.0.0.1:" + server.port() + "/api/");
    }

    static HttpResponse json(int status, String body) {
        return HttpResponse.of(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    private Seen last() {
        return seen.getLast();
    }

    @AfterEach
    void close() {
        inventory.close();
        server.close();
    }

    @Test
    void eachMethodSendsItsWordPathAndBody() {
        Product product = new Product("p7", 5);
        assertThat(inventory.get("/products/{id}", "p7").as(Product.class)).isEqualTo(product);
        assertThat(last())
                .extracting(Seen::method, Seen::target, Seen::body)
                .containsExactly("GET", "/api/products/p7", "");
        assertThat(last().headers().get("accept").orElseThrow()).contains("application/json");
        assertThat(last().headers().contains("content-type")).isFalse();
        inventory.post("/products").body(product).as(Product.class);
        assertThat(last())
                .extracting(Seen::method, Seen::target, Seen::body)
                .containsExactly("POST", "/api/products", "{\"id\":\"p7\",\"price\":5}");
        assertThat(last().headers().get("content-type")).contains("application/json");
        inventory.put("/products/{id}", 7).body(product).send();
        assertThat(last().method()).isEqualTo("PUT");
        inventory
                .patch("/products/{id}", 7)
                .header("content-type", "application/merge-patch+json")
                .body(Map.of("price", 6))
                .send();
        assertThat(last()).extracting(Seen::method, Seen::body).containsExactly("PATCH", "{\"price\":6}");
        assertThat(last().headers().getAll("content-type")).containsExactly("application/merge-patch+json");
        inventory.delete("/products/{id}", 7).send();
        assertThat(last()).extracting(Seen::method, Seen::body).containsExactly("DELETE", "");
    }

    @Test
    void overHttp2Too() {
        try (ServiceClient http2 = client().http(HttpVersion.HTTP_2).build()) {
            assertThat(http2.get("/products/{id}", "p7").as(Product.class).price())
                    .isEqualTo(5);
        }
    }

    @Test
    void genericTypesAreRead() {
        answer = (call, request) -> json(200, "[{\"id\":\"a\",\"price\":1},{\"id\":\"b\",\"price\":2}]");
        List<Product> all = inventory.get("/products").as(new TypeReference<List<Product>>() {});
        assertThat(all).containsExactly(new Product("a", 1), new Product("b", 2));
        assertThat(inventory.get("/products").find(new TypeReference<List<Product>>() {}))
                .contains(all);
    }

    @Test
    void whatIsNotThereIsEmptyOrAnError() {
        answer = (call, request) -> json(404, "{}");
        assertThat(inventory.get("/products/{id}", 1).find(Product.class)).isEmpty();
        ServiceException error = catchThrowableOfType(
                ServiceException.class, () -> inventory.get("/products/{id}", 1).as(Product.class));
        assertThat(error.code()).isEqualTo(Code.NOT_FOUND);
        answer = (call, request) -> HttpResponse.of(204);
        assertThat(inventory.get("/products/{id}", 1).find(Product.class)).isEmpty();
        assertThatThrownBy(() -> inventory.get("/products/{id}", 1).as(Product.class))
                .hasMessage("inventory GET /products/{id} answered 204, but without a value");
        answer = (call, request) -> json(200, "null");
        assertThat(inventory.get("/products/{id}", 1).find(Product.class)).isEmpty();
    }

    @Test
    void anErrorThatIsNotFromTheServiceIsNotTakenForNothing() {
        Interceptor broken = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) {
                throw new CallException(Code.NOT_FOUND, "no such tenant");
            }
        };
        try (ServiceClient client = client().interceptors(List.of(broken)).build()) {
            assertThatThrownBy(() -> client.get("/x").find(Product.class)).hasMessage("no such tenant");
        }
    }

    @Test
    void theQueryIsEncoded() {
        inventory
                .get("/products")
                .query("q", "a b&c=d/ü?#+%")
                .query("id", List.of(1, 2))
                .query("", 3)
                .query("none", List.of())
                .send();
        assertThat(last().target()).isEqualTo("/api/products?q=a%20b%26c%3Dd%2F%C3%BC%3F%23%2B%25&id=1&id=2&=3");
        List<String> holds = java.util.Collections.singletonList(null);
        assertThatThrownBy(() -> inventory.get("/products").query("q", holds)).hasMessageContaining("parameter q");
    }

    @Test
    void headersOfTheClientAndOfTheCall() {
        try (ServiceClient client =
                client().header("x-tenant", "blue").header("x-other", "1").build()) {
            ServiceRequest request = client.get("/x").header("X-Tenant", "red").header("x-call", "2");
            request.send();
            assertThat(last().headers().getAll("x-tenant")).containsExactly("red");
            assertThat(last().headers().get("x-call")).contains("2");
            client.get("/x").send();
            assertThat(last().headers().getAll("x-tenant")).containsExactly("blue");
            assertThat(last().headers().contains("x-call")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "content-length", "Transfer-Encoding", "X-Request-Timeout-Ms"})
    void theClientsOwnHeadersCannotBeSet(String name) {
        assertThatThrownBy(() -> inventory.get("/x").header(name, "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
        assertThatThrownBy(() -> client().header(name, "1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void statusAndHeadersWhenAsked() {
        answer = (call, request) -> new HttpResponse(
                201,
                Metadata.of("content-type", "application/json; charset=utf-8", "location", "/products/p9"),
                Body.of("{\"id\":\"p9\",\"price\":1}".getBytes(StandardCharsets.UTF_8)));
        ServiceResponse<Product> made =
                inventory.post("/products").body(new Product("p9", 1)).exchange(Product.class);
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.headers().get("location")).contains("/products/p9");
        assertThat(made.body()).contains(new Product("p9", 1));
        answer = (call, request) -> HttpResponse.of(202);
        assertThat(inventory.post("/jobs").exchange(Product.class).body()).isEmpty();
    }

    @Test
    void anEnvelopeIsTakenOff() {
        try (ServiceClient users = client().envelope("data").build()) {
            answer = (call, request) -> json(200, "{\"data\":{\"id\":\"a\",\"price\":1},\"took\":3}");
            assertThat(users.get("/x").as(Product.class)).isEqualTo(new Product("a", 1));
            answer = (call, request) -> json(200, "{\"data\":null}");
            assertThat(users.get("/x").find(Product.class)).isEmpty();
            assertThatThrownBy(() -> users.get("/x").as(Product.class)).hasMessageContaining("without a value");
            answer = (call, request) -> json(200, "{\"items\":[]}");
            assertThatThrownBy(() -> users.get("/x").find(Product.class))
                    .hasMessage("inventory GET /x answered 200, but without the member \"data\"");
            assertThat(users.get("/x").envelope("items").as(new TypeReference<List<Product>>() {}))
                    .isEmpty();
            answer = (call, request) -> json(200, "[1]");
            assertThatThrownBy(() -> users.get("/x").find(Product.class)).hasMessageContaining("\"data\"");
            answer = (call, request) -> json(200, "{\"error\":{\"code\":\"E7\",\"message\":\"no such user\"}}");
            assertThatThrownBy(() -> users.get("/x").find(Product.class))
                    .hasMessage("inventory GET /x answered 200, but says error: no such user");
            answer = (call, request) -> json(200, "{\"id\":\"a\",\"price\":1}");
            assertThat(users.get("/x").envelope("").as(Product.class).id()).isEqualTo("a");
        }
    }

    @Test
    void theTimeThatIsLeftIsSent() throws Exception {
        inventory.get("/x").send();
        assertThat(sentMillis()).isBetween(10_000L, 15_000L);
        inventory.get("/x").timeout(Duration.ofSeconds(2)).send();
        assertThat(sentMillis()).isBetween(500L, 2_000L);
        try (ServiceClient slow = client().timeout(Duration.ofSeconds(40)).build()) {
            slow.get("/x").send();
            assertThat(sentMillis()).isBetween(30_000L, 40_000L);
            inCall(Duration.ofSeconds(5), () -> slow.get("/x").send());
            assertThat(sentMillis()).isBetween(1_000L, 5_000L);
            inCall(Duration.ofSeconds(60), () -> slow.get("/x").send());
            assertThat(sentMillis()).isBetween(30_000L, 40_000L);
        }
        inCall(Duration.ofSeconds(60), () -> inventory.get("/x").send());
        assertThat(sentMillis()).as("no time of its own, so its caller's").isBetween(50_000L, 60_000L);
    }

    private long sentMillis() {
        return Long.parseLong(last().headers().get("x-request-timeout-ms").orElseThrow());
    }

    private static void inCall(Duration time, Runnable task) throws Exception {
        CallScope call = CallScope.builder(Method.unary("shop", "buy"))
                .requestHeaders(Metadata.of("authorization", "Bearer secret", "x-tenant", "green", "cookie", "a=b"))
                .deadline(Deadline.after(time))
                .build();
        call.run(
                (current, nothing) -> {
                    task.run();
                    return nothing;
                },
                "");
        call.end(Outcome.OK);
    }

    @Test
    void noHeaderOfTheCallerIsPassedOn() throws Exception {
        inCall(Duration.ofSeconds(60), () -> inventory.get("/x").send());
        assertThat(last().headers().names())
                .doesNotContain("authorization", "cookie", "x-tenant")
                .contains("accept", "x-request-timeout-ms");
    }

    @Test
    void anInterceptorSeesForWhomTheCallIs() throws Exception {
        List<String> callers = new CopyOnWriteArrayList<>();
        Interceptor looking = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                callers.add(call.principal().map(Principal::getName).orElse("nobody"));
                call.requestHeaders().put("authorization", "Bearer of-mine");
                return next.handle(call, request);
            }
        };
        try (ServiceClient client = client().interceptors(List.of(looking)).build()) {
            inCall(Duration.ofSeconds(60), () -> {
                Call.current().principal(() -> "ada");
                client.get("/x").send();
            });
        }
        assertThat(callers).containsExactly("ada");
        assertThat(last().headers().getAll("authorization")).containsExactly("Bearer of-mine");
    }

    @Test
    void aCallThatWasCancelledSendsNothing() {
        CallScope call = CallScope.builder(Method.unary("shop", "buy")).build();
        assertThatThrownBy(() -> call.run(
                        (current, nothing) -> {
                            call.cancel(new CallException(Code.CANCELLED, "changed my mind"));
                            inventory.get("/x").send();
                            return nothing;
                        },
                        ""))
                .hasMessage("changed my mind");
        assertThat(seen).isEmpty();
    }

    /** As many attempts as it takes, each a call of its own. */
    private static final class Retry implements Interceptor {
        final List<CallException> failures = new ArrayList<>();
        final List<Method> methods = new ArrayList<>();

        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            while (true) {
                CallScope attempt = CallScope.child(call);
                attempt.requestHeaders().put("x-attempt", "" + (failures.size() + 1));
                try {
                    R response = attempt.run(next, request);
                    attempt.keepMetadata();
                    attempt.end(Outcome.OK);
                    methods.add(call.method());
                    return response;
                } catch (CallException e) {
                    attempt.end(Outcome.failed(e));
                    failures.add(e);
                    if (failures.size() == 3) {
                        throw e;
                    }
                }
            }
        }
    }

    @Test
    void anInterceptorMaySendAgain() {
        Retry retry = new Retry();
        answer = (call, request) ->
                request.headers().get("x-attempt").orElseThrow().equals("3")
                        ? json(201, request.body())
                        : json(503, "{\"message\":\"not yet\"}");
        try (ServiceClient client =
                client().interceptors(List.of(retry)).chain(Chain.empty()).build()) {
            Product made = client.post("/products")
                    .idempotencyKey("order-1")
                    .body(new Product("again", 3))
                    .as(Product.class);
            assertThat(made).isEqualTo(new Product("again", 3));
        }
    }

    @Test
    void whatAnInterceptorLearns() {
        Retry retry = new Retry();
        answer = (call, request) -> seen.size() < 3 ? json(503, "{\"message\":\"not yet\"}") : json(200, "{}");
        try (ServiceClient client =
                client().interceptors(List.of(retry)).chain(Chain.empty()).build()) {
            client.post("/products/{id}", "s3cret")
                    .body("x")
                    .idempotencyKey("k")
                    .send();
        }
        assertThat(retry.failures).hasSize(2).allSatisfy(error -> {
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.SAFE);
            assertThat(error.message()).isEqualTo("inventory POST /products/{id} answered 503: not yet");
        });
        assertThat(retry.methods).singleElement().satisfies(method -> {
            assertThat(method.fullName()).isEqualTo("inventory/POST /products/{id}");
            assertThat(method.isIdempotent()).isTrue();
        });
        assertThat(seen).hasSize(3).allSatisfy(sent -> {
            assertThat(sent.body()).isEqualTo("\"x\"");
            assertThat(sent.headers().get("idempotency-key")).contains("k");
        });
    }

    @Test
    void whichRequestsMayBeRepeated() {
        assertThat(inventory.get("/x").method().idempotency()).isEqualTo(Method.Idempotency.NO_SIDE_EFFECTS);
        assertThat(inventory.put("/x").method().isIdempotent()).isTrue();
        assertThat(inventory.delete("/x").method().isIdempotent()).isTrue();
        assertThat(inventory.post("/x").method().isIdempotent()).isFalse();
        assertThat(inventory.patch("/x").method().isIdempotent()).isFalse();
        assertThat(inventory.post("/x").idempotent().method().isIdempotent()).isTrue();
        assertThatThrownBy(() -> inventory.post("/x").idempotencyKey(" ")).hasMessageContaining("blank");
        assertThatThrownBy(() -> inventory.get("/x").body(1)).hasMessageContaining("GET");
    }

    @Test
    void aSharedClientStaysOpen() {
        try (HttpClient shared = HttpClient.create()) {
            ServiceClient first = client().client(shared).build();
            first.get("/x").send();
            first.close();
            client().client(shared).build().get("/x").send();
            assertThat(shared.openConnections()).isEqualTo(1);
        }
        inventory.close();
        assertThatThrownBy(() -> inventory.get("/x").send()).hasMessageContaining("the client is closed");
    }

    @Test
    void aNameIsLookedUpInTheEnvironment() {
        String here = "http://127.0.0.1:" + server.port();
        for (String name : List.of("inventory", "inventory-service")) {
            try (ServiceClient named = ServiceClient.named(name)
                    .environment(Map.of("INVENTORY_SERVICE_URL", here))
                    .defaultUrl("http://127.0.0.1:1")
                    .build()) {
                named.get("/x").send();
                assertThat(last().target()).isEqualTo("/x");
            }
        }
        try (ServiceClient named = ServiceClient.named("inventory")
                .environment(Map.of())
                .defaultUrl(here)
                .build()) {
            named.get("/y").send();
            assertThat(last().target()).isEqualTo("/y");
        }
        assertThatThrownBy(() ->
                        ServiceClient.named("inventory").environment(Map.of()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INVENTORY_SERVICE_URL");
    }

    @Test
    void wrongSettingsSaySo() {
        assertThatThrownBy(() -> ServiceClient.builder("in ventory", "http://x"))
                .hasMessageContaining("name must be a letter")
                .hasMessageContaining("in ventory");
        assertThatThrownBy(() -> ServiceClient.named("http://me:s3cret@x"))
                .hasMessageContaining("...@x")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> ServiceClient.builder("inventory", "ftp://x").build())
                .hasMessageContaining("ftp://x");
        assertThatThrownBy(() -> ServiceClient.builder("inventory", "localhost").build())
                .hasMessageContaining("localhost");
        assertThatThrownBy(() -> client().timeout(Duration.ZERO)).hasMessageContaining("PT0S");
        assertThatThrownBy(() -> client().maxResponseBytes(0)).hasMessageContaining("maxResponseBytes");
        assertThatThrownBy(() -> inventory.get("/x").timeout(Duration.ofSeconds(-1)))
                .hasMessageContaining("PT-1S");
    }
}
