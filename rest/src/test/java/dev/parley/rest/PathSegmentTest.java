package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;

/** Whatever a value holds, it stays one segment, for our server and for the JDK's. */
class PathSegmentTest {

    private record Target(String path, String query) {}

    private static final HttpServer SERVER = HttpServer.builder()
            .handler((call, request) -> HttpResponse.of(
                    200, "application/json", Json.standard().write(new Target(request.path(), request.query()))))
            .start();
    private static final com.sun.net.httpserver.HttpServer JDK = jdk();
    private static final ServiceClient OURS =
            ServiceClient.builder("ours", "http://127.0.0.1:" + SERVER.port()).build();
    private static final ServiceClient JDKS = ServiceClient.builder(
                    "jdks", "http://127.0.0.1:" + JDK.getAddress().getPort())
            .build();

    private static com.sun.net.httpserver.HttpServer jdk() {
        com.sun.net.httpserver.HttpServer server;
        try {
            server = com.sun.net.httpserver.HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            // The path as the JDK has parsed and normalised it, so that what it takes for path or query shows.
            String query = exchange.getRequestURI().getRawQuery();
            byte[] bytes = Json.standard()
                    .write(new Target(exchange.getRequestURI().normalize().getRawPath(), query == null ? "" : query));
            exchange.getResponseHeaders().add("content-type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    @AfterContainer
    static void close() {
        OURS.close();
        JDKS.close();
        SERVER.close();
        JDK.stop(0);
    }

    @Property(tries = 300)
    void aValueIsOneSegment(@ForAll @StringLength(min = 1, max = 40) String value) {
        check(value);
    }

    @Property(tries = 300)
    void aValueOfSpecialCharactersIsOneSegment(
            @ForAll
                    @net.jqwik.api.constraints.Chars({
                        '/', '.', '%', '?', '#', '2', 'F', 'e', '\\', ';', ' ', '+', '&', '=', '{', '}', ':', '\u0000',
                        '\n', '\r'
                    })
                    @StringLength(min = 1, max = 6)
                    String value) {
        check(value);
    }

    private static void check(String value) {
        Assume.that(!value.equals(".") && !value.equals(".."));
        Assume.that(StandardCharsets.UTF_8.newEncoder().canEncode(value));
        for (ServiceClient client : new ServiceClient[] {OURS, JDKS}) {
            Target target = client.get("/items/{id}/parts/{part}", value, value)
                    .query("q", value)
                    .as(Target.class);
            String[] segments = target.path().split("/", -1);
            assertThat(segments).as(client.name()).hasSize(5);
            assertThat(segments[1]).isEqualTo("items");
            assertThat(segments[3]).isEqualTo("parts");
            assertThat(decoded(segments[2])).isEqualTo(value);
            assertThat(decoded(segments[4])).isEqualTo(value);
            assertThat(target.query()).startsWith("q=");
            assertThat(decoded(target.query().substring(2))).isEqualTo(value);
        }
    }

    private static String decoded(String text) {
        assertThat(text).doesNotContain("+", "&", "?", "#", "/", "\\", " ");
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
