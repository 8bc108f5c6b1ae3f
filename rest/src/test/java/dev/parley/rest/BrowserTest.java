package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Messages;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.http.ServerSentEvent;
import dev.parley.http.ServerSentEvents;
import dev.parley.http.WebSocket;
import dev.parley.http.WebSocketOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Headless Chromium as the client: the page of an API, server-sent events, a WebSocket. */
@Timeout(120)
class BrowserTest {

    record User(long id, String name) {}

    /** Runs a scenario of {@code src/test/node} and gives what it has found. */
    private static JsonNode browse(String scenario, HttpServer server) throws Exception {
        Process node = new ProcessBuilder("node", scenario, "http://127.0.0.1:" + server.port())
                .directory(Path.of("src/test/node").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> {
            try {
                return new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try {
            assertThat(node.waitFor(90, TimeUnit.SECONDS)).isTrue();
        } finally {
            node.destroyForcibly();
        }
        assertThat(node.exitValue()).as(output.get()).isZero();
        JsonNode told = Json.standard().mapper().readTree(output.get());
        assertThat(told.get("errors")).as("errors on the page").isEmpty();
        assertThat(told.get("elsewhere")).as("requests to other hosts").isEmpty();
        return told.get("result");
    }

    @Test
    void thePageTriesAnOperationOut() throws Exception {
        Routes api = Routes.builder()
                .add(Route.get("/users/{id}")
                        .summary("A user by id")
                        .returns(User.class)
                        .handle(request -> Optional.of(new User(request.path("id", Long::parseLong), "Ada"))))
                .build();
        OpenApi document =
                OpenApi.builder().title("Users").version("1.0").add(api).build();
        Routes all =
                Routes.builder().mount("/", api).mount("/", document.routes()).build();
        try (HttpServer server = HttpServer.builder().handler(all).start()) {
            JsonNode seen = browse("openapi.mjs", server);
            assertThat(seen.get("title").asString()).contains("Users");
            assertThat(seen.get("answer").asString())
                    .contains("200")
                    .contains("\"name\": \"Ada\"")
                    .contains("\"id\": 7");
        }
    }

    @Test
    void eventsAndASocketReachAPage() throws Exception {
        Routes routes = Routes.builder()
                .get("/ticks", request -> Messages.of(tick(1), tick(2), tick(3)))
                .get(
                        "/page.html",
                        request -> HttpResponse.of(
                                200,
                                "text/html",
                                "<!doctype html><link rel=icon href=data:,>".getBytes(StandardCharsets.UTF_8)))
                .fallback((call, request) ->
                        WebSocket.accept(request, WebSocketOptions.defaults().withSubprotocols("v1"), socket -> {
                            for (WebSocket.Message message : socket.messages()) {
                                socket.send(message);
                            }
                        }))
                .build();
        try (HttpServer server = HttpServer.builder().handler(routes).start()) {
            JsonNode seen = browse("live.mjs", server);
            assertThat(seen.get("events").toString())
                    .isEqualTo("[[\"one 1\",\"1\"],[\"one 2\",\"2\"],[\"one 3\",\"3\"]]");
            assertThat(seen.get("replies").toString()).isEqualTo("[\"v1\",\"h\u00e4llo\",3,200000,3001,true]");
        }
    }

    private static ServerSentEvent tick(int number) {
        return ServerSentEvent.of("tick", "one " + number).withId(Integer.toString(number));
    }

    @Test
    void aRoutesStreamIsEventsForWhoeverAsksForThem() throws Exception {
        Routes routes = Routes.builder()
                .get("/users", request -> Messages.of(new User(1, "Ada"), new User(2, "Bob")))
                .build();
        try (HttpServer server = HttpServer.builder().handler(routes).start();
                dev.parley.http.HttpClient client = dev.parley.http.HttpClient.create()) {
            dev.parley.http.HttpRequest request =
                    dev.parley.http.HttpRequest.of("GET", "127.0.0.1:" + server.port(), "/users");
            request.headers().add("accept", ServerSentEvents.CONTENT_TYPE);
            Messages<ServerSentEvent> events = ServerSentEvents.read(client.handle(
                    dev.parley.CallScope.builder(dev.parley.Method.unary("test", "Get"))
                            .build(),
                    request));
            assertThat(events.toList(9))
                    .containsExactly(
                            ServerSentEvent.of("{\"id\":1,\"name\":\"Ada\"}"),
                            ServerSentEvent.of("{\"id\":2,\"name\":\"Bob\"}"));
        }
    }
}
