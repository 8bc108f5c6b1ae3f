package dev.parley.benchmarks;

import dev.parley.Call;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * A server that answers {@code GET /hello} on a virtual thread, on a free port of 127.0.0.1, which it prints; runs until
 * it is killed. The argument says which: {@code parley} or {@code helidon}.
 */
final class HelloServer {

    private static final byte[] HELLO = "{\"message\":\"hello\"}".getBytes(StandardCharsets.UTF_8);

    private HelloServer() {}

    public static void main(String[] args) throws Exception {
        String kind = args.length == 1 ? args[0] : "none";
        int port = switch (kind) {
            case "parley" -> parley();
            case "helidon" -> helidon();
            default -> throw new IllegalArgumentException("no hello server is called " + kind);
        };
        System.out.println("listening " + port);
        new CountDownLatch(1).await();
    }

    private static int parley() {
        return HttpServer.builder().handler(HelloServer::hello).start().port();
    }

    private static HttpResponse hello(Call call, HttpRequest request) {
        return request.method().equals("GET") && request.path().equals("/hello")
                ? HttpResponse.of(200, "application/json", HELLO)
                : HttpResponse.of(404);
    }

    private static int helidon() {
        return WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .routing(routing -> routing.get(
                        "/hello",
                        (request, response) ->
                                response.header(HeaderValues.CONTENT_TYPE_JSON).send(HELLO)))
                .build()
                .start()
                .port();
    }
}
