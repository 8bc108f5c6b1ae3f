package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Messages;
import dev.parley.Metadata;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The seldom used corners of HTTP/1.1 (RFC 9112), as bytes on a socket. */
@ExtendWith(LeakCheck.class)
class Http1EdgesTest {

    private static final String HOST = "Host: a\r\n";

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private HttpServer server = Talk.serve((call, request) -> {
        int length = request.body().readAll().length;
        seen.add(request.authority() + " " + request.target());
        return HttpResponse.text(
                200, request.target() + " " + request.headers().get("x").orElse("-") + " " + length);
    });

    @AfterEach
    void close() throws Exception {
        try (RawClient next = new RawClient(server.port())) {
            assertThat(next.send("GET /next HTTP/1.1\r\n" + HOST + "\r\n").response())
                    .startsWith("HTTP/1.1 200");
        }
        server.close();
    }

    private void serve(dev.parley.Handler<HttpRequest, HttpResponse> handler) {
        server.close();
        server = Talk.serve(handler);
    }

    @ParameterizedTest
    @ValueSource(strings = {"the-unexpected", "100-continue, x", "100"})
    void otherExpectationsFail(String expect) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            String answer = raw.send("POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: " + expect + "\r\n" + HOST
                            + "\r\nabcGET /behind HTTP/1.1\r\n" + HOST + "\r\n")
                    .rest();
            assertThat(answer).startsWith("HTTP/1.1 417 Expectation Failed").contains(expect);
            assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(2);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void http10KnowsNoExpectations() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send("POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc")
                            .rest())
                    .startsWith("HTTP/1.1 200")
                    .endsWith("/ - 3");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OPTIONS *,                   a,           *",
        "OPTIONS http://b,            b,           *",
        "OPTIONS http://b/,           b,           /",
        "GET http://b,                b,           /",
        "GET HTTP://b:81/x?y,         b:81,        /x?y",
        "GET http://b?y,              b,           /?y",
        "GET http://[::1]:80/,        [::1]:80,    /"
    })
    void targetsHaveFourForms(String line, String authority, String target) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(line + " HTTP/1.1\r\n" + HOST + "\r\n").response())
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(seen).containsExactly(authority + " " + target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET *", "POST *", "GET http://", "GET http:///x", "GET ftp://b/", "GET b:80", "GET ?x"})
    void otherTargetsAreBadRequests(String line) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(line + " HTTP/1.1\r\n" + HOST + "\r\n").rest()).startsWith("HTTP/1.1 400");
        }
        assertThat(seen).isEmpty();
    }

    /** However it comes: a server may refuse it (5.2), and another reading of it would be a way to smuggle. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000})
    void aFoldedLineIsABadRequest(int bytesAtATime) throws Exception {
        String request = "GET / HTTP/1.1\r\nX: a\r\n\tContent-Length: 5\r\n" + HOST + "\r\n";
        try (RawClient raw = new RawClient(server.port())) {
            for (int at = 0; at < request.length(); at += bytesAtATime) {
                raw.send(request.substring(at, Math.min(request.length(), at + bytesAtATime)));
            }
            assertThat(raw.rest()).startsWith("HTTP/1.1 400");
        }
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD /", "GET /204", "GET /304", "HEAD /stream", "GET /204stream", "GET /304stream"})
    void answersWithoutABodyEndWithTheirHead(String request) throws Exception {
        serve((call, received) -> {
            int status =
                    received.target().contains("204") ? 204 : received.target().contains("304") ? 304 : 200;
            Body body =
                    received.target().endsWith("stream") ? Body.stream(Messages.of(new byte[3])) : Body.of(new byte[3]);
            return new HttpResponse(status, new Metadata(), body);
        });
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(request + " HTTP/1.1\r\n" + HOST + "\r\nGET /last HTTP/1.1\r\nConnection: close\r\n" + HOST
                    + "\r\n");
            String all = raw.rest();
            assertThat(all).matches("(?s)HTTP/1\\.1 [^\\x00]*?\r\n\r\nHTTP/1\\.1 200 .*\r\n\r\n\\x00\\x00\\x00");
            String first = all.substring(0, all.indexOf("\r\n\r\n"));
            assertThat(first).doesNotContain("transfer-encoding");
            if (first.startsWith("HTTP/1.1 204")) {
                assertThat(first).doesNotContain("content-length");
            }
        }
    }

    /** More behind it than one read takes: the answer must not be lost to a reset. */
    @Test
    void nothingBehindALastRequestIsAnsweredAndNothingOfItsAnswerLost() throws Exception {
        byte[] large = new byte[1 << 20];
        serve((call, request) -> {
            seen.add(request.target());
            return HttpResponse.of(200, "x/y", large);
        });
        for (int i = 0; i < 20; i++) {
            try (RawClient raw = new RawClient(server.port())) {
                FutureTask<Boolean> sent = Talk.start(() -> {
                    try {
                        raw.send("GET /last HTTP/1.1\r\nConnection: close\r\n" + HOST + "\r\n"
                                + ("GET /behind HTTP/1.1\r\n" + HOST + "\r\n").repeat(5000));
                    } catch (IOException stopped) {
                        return false;
                    }
                    return true;
                });
                String answer = raw.rest();
                assertThat(answer).startsWith("HTTP/1.1 200").contains("connection: close");
                assertThat(answer.length() - answer.indexOf("\r\n\r\n") - 4).isEqualTo(large.length);
                Talk.result(sent);
            }
        }
        assertThat(seen).containsOnly("/last");
    }

    /** What a chunk's line or the trailers never end with is cut off at a limit. */
    @ParameterizedTest
    @ValueSource(strings = {"5;", "0\r\nX: ", "0\r\n", "00000000"})
    void whatFramesChunksIsBounded(String begin) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + "\r\n" + begin);
            String more = (begin.equals("0\r\n") ? "X: y\r\n" : "0").repeat(1000);
            FutureTask<Boolean> sender = Talk.start(() -> {
                try {
                    while (true) {
                        raw.send(more);
                    }
                } catch (IOException stopped) {
                    return true;
                }
            });
            assertThat(raw.response()).matches("(?s)HTTP/1\\.1 4(00|13|31) .*");
            assertThat(raw.ends()).isTrue();
            assertThat(Talk.result(sender)).isTrue(); // the connection is closed under it
        }
        assertThat(seen).isEmpty();
    }

    /** A head that has begun when its connection is to go is a request all the same. */
    @Test
    void aHeadThatHasBegunIsAnsweredThoughTheServerStops() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("GET /first HTTP/1.1\r\n" + HOST + "\r\n");
            raw.response();
            raw.send("GET /half HTTP/1.1\r\n");
            raw.socket.setSoTimeout(200);
            org.assertj.core.api.Assertions.assertThatThrownBy(raw::read)
                    .isInstanceOf(java.net.SocketTimeoutException.class); // it is there
            raw.socket.setSoTimeout(20_000);
            FutureTask<Boolean> stop = Talk.start(() -> {
                stopping.countDown();
                return server.shutdown(java.time.Duration.ofSeconds(20));
            });
            Talk.await(stopping);
            Talk.await("no more is accepted", () -> {
                try (RawClient refused = new RawClient(server.port())) {
                    return refused.ends();
                } catch (IOException | RuntimeException e) {
                    return true;
                }
            });
            Thread.sleep(100);
            assertThat(raw.send(HOST + "\r\n").response())
                    .contains("connection: close")
                    .endsWith("/half - 0");
            assertThat(raw.ends()).isTrue();
            assertThat(Talk.result(stop)).isTrue();
        }
        server = Talk.serve((call, request) -> HttpResponse.of(200));
    }
}
