package dev.parley.benchmarks;

import dev.parley.Call;
import dev.parley.http.HttpLimits;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A server that answers {@code GET /hello}, ours and Helidon's on a virtual thread, on 127.0.0.1; it prints its port and
 * runs until it is killed.
 *
 * <p>Arguments: {@code parley}, {@code helidon}, {@code netty-epoll} or {@code netty-io_uring}; the port, if any; a
 * folder whose files ours answers with as well, if any.
 */
final class HelloServer {

    static final byte[] HELLO = "{\"message\":\"hello\"}".getBytes(StandardCharsets.UTF_8);

    private final Map<String, byte[]> files;

    private HelloServer(Map<String, byte[]> files) {
        this.files = files;
    }

    public static void main(String[] args) throws Exception {
        String kind = args.length > 0 ? args[0] : "none";
        int wanted = args.length > 1 ? Integer.parseInt(args[1]) : 0;
        int port = switch (kind) {
            case "parley" -> parley(wanted, args.length > 2 ? read(Path.of(args[2])) : Map.of());
            case "helidon" -> helidon(wanted);
            case "netty-epoll", "netty-io_uring" -> NettyHello.start(kind, wanted);
            default -> throw new IllegalArgumentException("no hello server is called " + kind);
        };
        System.out.println("listening " + port);
        MemoryReport.onRequest();
    }

    private static Map<String, byte[]> read(Path folder) throws IOException {
        Map<String, byte[]> found = new HashMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                found.put("/" + file.getFileName(), Files.readAllBytes(file));
            }
        }
        return found;
    }

    private static int parley(int port, Map<String, byte[]> files) {
        return HttpServer.builder()
                .port(port)
                .limits(HttpLimits.defaults().withMaxConnections(100_000))
                .handler(new HelloServer(files)::hello)
                .start()
                .port();
    }

    private HttpResponse hello(Call call, HttpRequest request) {
        if (!request.method().equals("GET")) {
            return HttpResponse.of(405);
        }
        if (request.path().equals("/hello")) {
            return HttpResponse.of(200, "application/json", HELLO);
        }
        byte[] file = files.get(request.path());
        return file == null ? HttpResponse.of(404) : HttpResponse.of(200, "application/octet-stream", file);
    }

    private static int helidon(int port) {
        return WebServer.builder()
                .host("127.0.0.1")
                .port(port)
                .routing(routing -> routing.get(
                        "/hello",
                        (request, response) ->
                                response.header(HeaderValues.CONTENT_TYPE_JSON).send(HELLO)))
                .build()
                .start()
                .port();
    }
}
