package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests through a proxy, in all combinations of HTTP/1.1 and HTTP/2. */
class ProxyTest {

    private final HttpClient client = HttpClient.create();

    @AfterEach
    void close() {
        client.close();
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void passesOnRequestAndResponse(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> Proxies.echo(request));
                HttpServer proxy = Proxies.to(up, upstream)) {
            for (int i = 0; i < 3; i++) {
                HttpResponse response = Talk.send(
                        client, down, Talk.post(Talk.at(proxy), "/a%20b?c=d", Body.of(Talk.bytes("hello " + i))));
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.headers().get("x-seen-method")).contains("POST");
                assertThat(response.headers().get("x-seen-target")).contains("/a%20b?c=d");
                assertThat(response.headers().get("x-seen-authority")).contains(Talk.at(proxy));
                assertThat(Talk.text(response)).isEqualTo("hello " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void keepsStatusesWithoutBodies(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> switch (request.path()) {
                    case "/204" -> HttpResponse.of(204);
                    case "/304" -> HttpResponse.of(304);
                    case "/empty" -> HttpResponse.of(200);
                    default -> HttpResponse.text(404, "no");
                });
                HttpServer proxy = Proxies.to(up, upstream)) {
            for (String path : List.of("/204", "/304", "/empty", "/other", "/204")) {
                HttpResponse response = Talk.send(client, down, Talk.get(Talk.at(proxy), path));
                assertThat(response.status())
                        .isEqualTo(
                                switch (path) {
                                    case "/204" -> 204;
                                    case "/304" -> 304;
                                    case "/empty" -> 200;
                                    default -> 404;
                                });
                assertThat(Talk.text(response)).isEqualTo(path.equals("/other") ? "no" : "");
            }
            HttpResponse head = Talk.send(client, down, HttpRequest.of("HEAD", Talk.at(proxy), "/other"));
            assertThat(head.status()).isEqualTo(404);
            assertThat(head.body().readAll()).isEmpty();
            assertThat(Talk.text(Talk.send(client, down, Talk.get(Talk.at(proxy), "/other"))))
                    .isEqualTo("no");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void carriesTrailersBothWays(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> Proxies.echo(request));
                HttpServer proxy = Proxies.to(up, upstream)) {
            HttpResponse response = Talk.send(
                    client,
                    down,
                    Talk.post(
                            Talk.at(proxy),
                            "/",
                            Body.of(Talk.bytes("with trailers"), Metadata.of("x-checksum", "abc", "host", "evil"))));
            assertThat(Talk.text(response)).isEqualTo("with trailers");
            assertThat(response.body().trailers().get("x-checksum")).contains("abc");
            assertThat(response.body().trailers().contains("host")).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void manyAtATime(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> Proxies.echo(request));
                HttpServer proxy = Proxies.to(up, upstream)) {
            List<FutureTask<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                int seed = i;
                tasks.add(Talk.start(() -> {
                    int good = 0;
                    for (int j = 0; j < 8; j++) {
                        byte[] sent = new byte[1 + (seed * 7919 + j * 104_729) % 30_000];
                        java.util.Arrays.fill(sent, (byte) (seed + j));
                        HttpResponse response =
                                Talk.send(client, down, Talk.post(Talk.at(proxy), "/" + seed, Body.of(sent)));
                        if (java.util.Arrays.equals(sent, response.body().readAll())) {
                            good++;
                        }
                    }
                    return good;
                }));
            }
            for (FutureTask<Integer> task : tasks) {
                assertThat(Talk.result(task)).isEqualTo(8);
            }
            Talk.await("no request is left", () -> proxy.activeRequests() == 0 && upstream.activeRequests() == 0);
        }
    }

    @Test
    void keepsConnectionsToTheUpstream() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (RawServer upstream = new RawServer(socket -> {
                    while (true) {
                        RawServer.head(socket);
                        requests.incrementAndGet();
                        socket.getOutputStream().write(Talk.bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
                    }
                });
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            for (int i = 0; i < 50; i++) {
                assertThat(raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").response())
                        .endsWith("ok");
            }
            assertThat(requests).hasValue(50);
            assertThat(upstream.accepted).hasValue(1);
            assertThat(proxy.upstreamConnections()).isEqualTo(1);
        }
    }

    @Test
    void pipelinedRequestsStayInOrder() throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> {
                    Thread.sleep(request.target().length() % 3);
                    return HttpResponse.text(200, "<" + request.target() + ">");
                });
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream);
                RawClient raw = new RawClient(proxy.port())) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                String target = "/" + "x".repeat(i % 7) + i;
                requests.append(
                        i % 2 == 0
                                ? "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"
                                : "POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
            }
            raw.send(requests.toString());
            for (int i = 0; i < 200; i++) {
                assertThat(raw.response()).endsWith("</" + "x".repeat(i % 7) + i + ">");
            }
        }
    }

    @Test
    void aStaleConnectionIsTriedOnceMore() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        try (RawServer upstream = new RawServer(socket -> {
                    RawServer.head(socket);
                    seen.incrementAndGet();
                    socket.getOutputStream().write(Talk.bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
                    RawServer.head(socket); // and closes on the second one, as if it had been idle for too long
                });
                HttpServer proxy = Proxies.to(HttpVersion.HTTP_1_1, upstream.authority());
                RawClient raw = new RawClient(proxy.port())) {
            for (int i = 0; i < 5; i++) {
                assertThat(raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").response())
                        .startsWith("HTTP/1.1 200")
                        .endsWith("ok");
            }
            assertThat(seen).hasValue(5);
            String answer = raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na")
                    .response();
            assertThat(answer).startsWith("HTTP/1.1 502").contains(upstream.authority());
        }
    }

    @Test
    void withoutHandlerOrUpstreamNothingIsFound() throws Exception {
        try (HttpServer server = Proxies.with(ProxyOptions.defaults(), exchange -> Verdict.proceed())) {
            HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/nothing"));
            assertThat(response.status()).isEqualTo(404);
            assertThat(Talk.text(response)).contains("/nothing");
        }
    }
}
