package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.RetryAdvice;
import dev.parley.chain.Chain;
import dev.parley.http.HttpClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;

/** Foreign servers, and those that answer late, wrongly, too much or not at all. */
class ServicePeersTest {

    record Item(String name, int price) {}

    record Basket(List<Item> items) {}

    private static String response(String head, String body) {
        return "HTTP/1.1 " + head + "\r\ncontent-length: " + body.getBytes(StandardCharsets.ISO_8859_1).length
                + "\r\n\r\n" + body;
    }

    private static String json(String body) {
        return response("200 OK\r\ncontent-type: application/json", body);
    }

    /** What a call to a server that does this fails with. */
    private static CallException failure(RawServer.Peer peer, Function<ServiceRequest, ServiceRequest> change)
            throws Exception {
        try (RawServer server = new RawServer(peer);
                HttpClient http = HttpClient.create();
                ServiceClient client = ServiceClient.builder("shop", server.url())
                        .client(http)
                        .chain(Chain.empty())
                        .maxResponseBytes(1 << 20)
                        .build()) {
            CallException error = catchThrowableOfType(
                    CallException.class,
                    () -> change.apply(client.get("/baskets/{id}", "s3cret").query("token", "s3cret"))
                            .as(Basket.class));
            assertThat(error.message()).doesNotContain("s3cret");
            assertThat(http.running()).isZero();
            return error;
        }
    }

    private static CallException failure(String answer) throws Exception {
        return failure(socket -> RawServer.write(socket, answer), request -> request);
    }

    @Test
    void aSlowServerRunsOutOfTime() throws Exception {
        Consumer<CallException> inTime = error -> {
            assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(error.origin()).isEqualTo(CallException.Origin.LOCAL);
            assertThat(error.message()).contains("shop/GET /baskets/{id}");
        };
        long start = System.nanoTime();
        Duration time = Duration.ofMillis(200);
        inTime.accept(failure(socket -> socket.getInputStream().read(), request -> request.timeout(time)));
        inTime.accept(failure(
                socket -> {
                    RawServer.write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"items\":");
                    socket.getInputStream().read();
                },
                request -> request.timeout(time)));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void aServerThatClosesIsUnavailable() throws Exception {
        CallException before = failure(Socket::close, request -> request);
        assertThat(before.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(before.message())
                .startsWith("shop GET /baskets/{id} failed: ")
                .contains("before a response");
        CallException amid = failure("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"items\":");
        assertThat(amid.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(amid.message()).startsWith("shop GET /baskets/{id} failed: ").contains("in the middle");
    }

    @Test
    void theStatusOfAnErrorCountsThoughItsBodyIsCutOff() throws Exception {
        CallException error = failure("HTTP/1.1 503 No\r\nretry-after: 3\r\ncontent-length: 100\r\n\r\nbusy");
        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.after(Duration.ofSeconds(3)));
        assertThat(error)
                .isInstanceOfSatisfying(
                        ServiceException.class,
                        service -> assertThat(service.body()).isEqualTo("busy"));
    }

    @Test
    void aServiceThatIsNotThereWasNeverReached() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (ServiceClient client = ServiceClient.builder("shop", "http://127.0.0.1:" + port)
                .chain(Chain.empty())
                .build()) {
            CallException error = catchThrowableOfType(
                    CallException.class, () -> client.post("/x").body(1).send());
            assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
            assertThat(error.origin()).isEqualTo(CallException.Origin.LOCAL);
            assertThat(error.message()).startsWith("shop POST /x failed: could not connect to 127.0.0.1:" + port);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"items\":[{\"name\":\"a\",\"price\":\"s3cret\"}]} | but field items[0].price is not as expected; expected int",
                "{\"items\":[{\"name\":\"a\",\"price\":null}]}     | but field items[0].price is not as expected; expected int",
                "{\"items\":[{\"name\":[],\"price\":1}]}           | but field items[0].name is not as expected; expected String",
                "{\"items\":{}}                                   | but field items is not as expected; expected an array",
                "[]                                               | but the body is not as expected; expected Basket",
                "{\"items\":[                                     | but field items cannot be read",
                "{\"items\":[]} s3cret                            | but its body is no valid JSON",
                "{\"items\":[],\"items\":[]}                      | but its body is no valid JSON",
                "<html>s3cret</html>                              | but its body is no valid JSON",
            })
    void aWrongShapeNamesTheField(String body, String message) throws Exception {
        CallException error = failure(json(body));
        assertThat(error.code()).isEqualTo(Code.INTERNAL);
        assertThat(error.origin()).isEqualTo(CallException.Origin.REMOTE);
        assertThat(error.message()).isEqualTo("shop GET /baskets/{id} answered 200, " + message);
        assertThat(error.getCause()).isNotNull();
    }

    @Test
    void whatIsNotJsonSaysWhatItIs() throws Exception {
        CallException page = failure(response("200 OK\r\ncontent-type: text/html; charset=utf-8", "<h1>Hi</h1>"));
        assertThat(page.message())
                .isEqualTo("shop GET /baskets/{id} answered 200, but with text/html; charset=utf-8 in place of JSON");
        CallException packed =
                failure(response("200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip", "\u001f\u008b"));
        assertThat(packed.message()).contains("content-encoding gzip, which was not asked for");
    }

    @Test
    void anAttemptThatFailsLeavesNothingOpenThoughTheCallGoesOn() throws Exception {
        try (RawServer server = new RawServer(socket -> {
                    RawServer.write(socket, "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 9\r\n\r\nhalf");
                    socket.getInputStream().read();
                });
                HttpClient http = HttpClient.create()) {
            AtomicInteger stillRunning = new AtomicInteger(-1);
            Interceptor looking = new Interceptor() {
                @Override
                public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                    try {
                        return next.handle(call, request);
                    } catch (CallException e) {
                        stillRunning.set(http.running());
                        throw e;
                    }
                }
            };
            ServiceClient client = ServiceClient.builder("shop", server.url())
                    .client(http)
                    .interceptors(List.of(looking))
                    .build();
            assertThat(catchThrowableOfType(
                            CallException.class, () -> client.get("/x").send()))
                    .hasMessageContaining("content-encoding br");
            assertThat(stillRunning).hasValue(0);
        }
    }

    @Test
    void anEmptyAnswerWhereOneIsNeeded() throws Exception {
        assertThat(failure(json("")).message()).endsWith("answered 200, but without a value");
        assertThat(failure(json("null")).message()).endsWith("answered 200, but without a value");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHugeAnswerIsRefused(boolean declared) throws Exception {
        byte[] part = new byte[64 << 10];
        CallException error = failure(
                socket -> {
                    RawServer.write(
                            socket,
                            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                                    + (declared
                                            ? "content-length: 100000000000\r\n\r\n"
                                            : "connection: close\r\n\r\n"));
                    while (true) { // until the client closes
                        socket.getOutputStream().write(part);
                    }
                },
                request -> request);
        assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(error.origin()).isEqualTo(CallException.Origin.LOCAL);
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
        assertThat(error.message())
                .isEqualTo(
                        "shop GET /baskets/{id} answered with more than the limit of 1048576 bytes (maxResponseBytes)");
    }

    @Test
    void aHugeErrorIsCutOff() throws Exception {
        byte[] part = "x".repeat(64 << 10).getBytes(StandardCharsets.US_ASCII);
        CallException error = failure(
                socket -> {
                    RawServer.write(socket, "HTTP/1.1 500 Oops\r\n\r\n");
                    while (true) { // until the client closes
                        socket.getOutputStream().write(part);
                    }
                },
                request -> request);
        assertThat(error.code()).isEqualTo(Code.INTERNAL);
    }

    @Test
    void unknownFieldsAndAMissingContentTypeAreTolerated() throws Exception {
        try (RawServer server = new RawServer(
                        socket -> RawServer.write(socket, response("200 OK", "{\"items\":[],\"new\":1}")));
                ServiceClient client =
                        ServiceClient.builder("shop", server.url()).build()) {
            assertThat(client.get("/x").as(Basket.class)).isEqualTo(new Basket(List.of()));
        }
    }

    @Test
    void theJdksServer() throws Exception {
        com.sun.net.httpserver.HttpServer server =
                com.sun.net.httpserver.HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean wrong = exchange.getRequestURI().getPath().equals("/wrong");
            exchange.getResponseHeaders().add("Content-Type", wrong ? "application/problem+json" : "application/json");
            byte[] sent = wrong ? "{\"detail\":\"no\"}".getBytes(StandardCharsets.UTF_8) : body;
            exchange.sendResponseHeaders(wrong ? 422 : 201, sent.length == 0 ? -1 : sent.length);
            exchange.getResponseBody().write(sent);
            exchange.close();
        });
        server.start();
        try (ServiceClient client = ServiceClient.builder(
                        "jdk", "http://127.0.0.1:" + server.getAddress().getPort())
                .build()) {
            Basket basket = new Basket(List.of(new Item("ü", 1)));
            assertThat(client.post("/baskets").body(basket).as(Basket.class)).isEqualTo(basket);
            assertThat(client.delete("/baskets/{id}", 1).exchange(Basket.class).body())
                    .isEqualTo(Optional.empty());
            ServiceException error = catchThrowableOfType(
                    ServiceException.class,
                    () -> client.put("/wrong").body(basket).send());
            assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
            assertThat(error.message()).isEqualTo("jdk PUT /wrong answered 422: no");
        } finally {
            server.stop(0);
        }
    }

    private static final String NODE = """
            const http = require('node:http');
            const users = {'7': {id: '7', name: 'Ada'}, 'a/b': {id: 'a/b', name: 'Bob'}};
            http.createServer(async (req, res) => {
              const url = new URL(req.url, 'http://x');
              let body = '';
              for await (const chunk of req) body += chunk;
              const send = (status, value) => {
                res.writeHead(status, {'content-type': 'application/json; charset=utf-8'});
                res.end(JSON.stringify(value));
              };
              const parts = url.pathname.split('/').map(decodeURIComponent);
              if (url.pathname === '/api/users/batch') {
                send(200, {data: JSON.parse(body).ids.map(id => users[id]).filter(user => user)});
              } else if (users[parts[3]]) {
                send(200, {data: users[parts[3]]});
              } else {
                send(404, {error: {message: 'no user ' + parts[3]}});
              }
            }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
            """;

    record User(String id, String name) {}

    @Test
    void nodesServerWithItsEnvelope() throws Exception {
        Process node =
                new ProcessBuilder("node", "-e", NODE).redirectErrorStream(true).start();
        try (BufferedReader out =
                        new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
                ServiceClient users = ServiceClient.builder("user", "http://127.0.0.1:" + out.readLine() + "/api")
                        .envelope("data")
                        .build()) {
            assertThat(users.get("/users/{id}", "a/b").as(User.class).name()).isEqualTo("Bob");
            assertThat(users.get("/users/{id}", "../7").find(User.class)).isEmpty();
            ServiceException error = catchThrowableOfType(
                    ServiceException.class, () -> users.get("/users/{id}", 8).as(User.class));
            assertThat(error.message()).isEqualTo("user GET /users/{id} answered 404: no user 8");
            List<User> some = users.post("/users/batch")
                    .idempotent()
                    .body(Map.of("ids", List.of("7", "8")))
                    .as(new TypeReference<List<User>>() {});
            assertThat(some).containsExactly(new User("7", "Ada"));
        } finally {
            node.destroy();
            assertThat(node.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
