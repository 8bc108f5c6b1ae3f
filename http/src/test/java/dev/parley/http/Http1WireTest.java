package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 as bytes on a socket. */
class Http1WireTest {

    private static final String HOST = "Host: x\r\n";

    private final AtomicInteger handled = new AtomicInteger();
    private HttpServer server = Talk.serve((call, request) -> {
        handled.incrementAndGet();
        return HttpResponse.text(200, request.path() + " " + request.body().readAll().length);
    });

    @AfterEach
    void close() {
        server.close();
    }

    private void serve(dev.parley.Handler<HttpRequest, HttpResponse> handler) {
        server.close();
        server = Talk.serve(handler);
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n";
    }

    @Test
    void keepsTheConnectionAndAnswersPipelinedRequestsInOrder() throws Exception {
        serve((call, request) -> {
            if (request.path().equals("/0")) {
                Talk.awaitStall(() -> 1); // the others must not overtake the slowest
            }
            return request.path().endsWith("3")
                    ? new HttpResponse(200, new Metadata(), Body.stream(Messages.of(Talk.bytes(request.path()))))
                    : HttpResponse.text(200, request.path());
        });
        try (RawClient raw = new RawClient(server.port())) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                all.append(
                        i % 7 == 5
                                ? "POST /" + i + " HTTP/1.1\r\nContent-Length: 4\r\n" + HOST + "\r\nbody"
                                : get("/" + i));
            }
            raw.send(all.toString());
            for (int i = 0; i < 100; i++) {
                assertThat(raw.response()).startsWith("HTTP/1.1 200 OK").endsWith("/" + i);
            }
            assertThat(server.openConnections()).isOne();
        }
    }

    @Test
    void readsChunksWithExtensionsAndTrailers() throws Exception {
        serve((call, request) -> HttpResponse.text(
                200,
                request.body().readAll().length
                        + request.body().trailers().get("x-t").orElse("")));
        try (RawClient raw = new RawClient(server.port())) {
            String chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST
                    + "\r\n3;ext=1\r\nabc\r\n5\r\ndefgh\r\n0\r\nX-T: v\r\n\r\n";
            assertThat(raw.send(chunked).response()).endsWith("8v");
            for (int i = 0; i < chunked.length(); i++) {
                raw.send(chunked.substring(i, i + 1));
            }
            assertThat(raw.response()).endsWith("8v");
        }
    }

    @Test
    void continuesOnlyWhoeverWaitsAndIsRead() throws Exception {
        serve((call, request) -> request.path().equals("/refused")
                ? HttpResponse.of(403)
                : HttpResponse.text(200, "" + request.body().readAll().length));
        String expecting = " HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n" + HOST + "\r\n";
        try (RawClient raw = new RawClient(server.port())) {
            // A HEAD that waits behind: what is taken for the oldest request's answer must not be the 100.
            raw.send("POST /read" + expecting);
            assertThat(raw.response()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            raw.send("abcHEAD / HTTP/1.1\r\n" + HOST + "\r\n" + get("/last"));
            assertThat(raw.response()).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\n3");
            assertThat(raw.send("POST /refused" + expecting).socket).isNotNull();
            String afterHead = raw.rest();
            assertThat(afterHead)
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("403 Forbidden")
                    .contains("connection: close");
        }
    }

    @Test
    void aStreamedAnswerContinuesBeforeItsHead() throws Exception {
        serve((call, request) -> Talk.echo(request));
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n" + HOST + "\r\n");
            assertThat(raw.response()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            raw.send("abc");
            assertThat(raw.response()).startsWith("HTTP/1.1 200 OK").endsWith("abc");
        }
    }

    @Test
    void speaksHttp10() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send("GET /a HTTP/1.0\r\n\r\n").rest())
                    .contains("connection: close")
                    .endsWith("/a 0");
        }
        try (RawClient raw = new RawClient(server.port())) {
            String kept = "GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
            assertThat(raw.send(kept).response())
                    .contains("connection: keep-alive")
                    .endsWith("/b 0");
            assertThat(raw.send(kept).response()).endsWith("/b 0");
        }
        serve((call, request) ->
                new HttpResponse(200, new Metadata(), Body.stream(Messages.of(Talk.bytes("to the end")))));
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                            .rest())
                    .doesNotContain("transfer-encoding")
                    .endsWith("\r\n\r\nto the end");
        }
    }

    @Test
    void aStreamTowardsHttp10ThatFailsIsReset() throws Exception {
        serve((call, request) -> new HttpResponse(200, new Metadata(), Body.stream(Messages.produce(sink -> {
            sink.send(new byte[10]);
            throw new IllegalStateException("half-way");
        }))));
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("GET / HTTP/1.0\r\n\r\n");
            org.assertj.core.api.Assertions.assertThatThrownBy(raw::rest).isInstanceOf(java.io.IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100_000, 200_000_000})
    void anAnswerBeforeTheUploadEndsIsReceivedAndTheConnectionCloses(int length) throws Exception {
        serve((call, request) -> HttpResponse.text(403, "go away"));
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST / HTTP/1.1\r\nContent-Length: " + length + "\r\n" + HOST + "\r\n");
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    byte[] piece = new byte[50_000];
                    for (int sent = 0; sent < length - 50_000; sent += piece.length) {
                        raw.send(piece);
                    }
                } catch (java.io.IOException stopped) {
                    // what the server may do
                }
            });
            assertThat(raw.response())
                    .startsWith("HTTP/1.1 403")
                    .contains("connection: close")
                    .endsWith("go away");
            assertThat(raw.ends()).isTrue();
            raw.close();
            sender.join();
        }
        Talk.await("the connection is gone", () -> server.openConnections() == 0);
    }

    @Test
    void aClientThatNeverSendsItsBodyDoesNotKeepTheConnection() throws Exception {
        serve((call, request) -> HttpResponse.of(200));
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n" + HOST + "\r\n");
            assertThat(raw.response()).contains("connection: close");
            Talk.await("the connection is gone", () -> server.openConnections() == 0);
        }
    }

    @Test
    void aClientThatClosesItsSideIsGone() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        serve((call, request) -> {
            started.countDown();
            return Talk.forever(interrupted);
        });
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(get("/") + get("/behind"));
            Talk.await(started);
            raw.socket.shutdownOutput();
            Talk.await(interrupted);
            assertThat(raw.rest()).isEmpty();
        }
        Talk.await("all have ended", () -> server.activeRequests() == 0 && server.openConnections() == 0);
    }

    @Test
    void anAbortedUploadReachesTheReader() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        java.util.concurrent.CompletableFuture<Code> seen = new java.util.concurrent.CompletableFuture<>();
        serve((call, request) -> {
            started.countDown();
            seen.complete(Talk.failure(() -> request.body().readAll()).code());
            return HttpResponse.of(200);
        });
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n" + HOST + "\r\nhalf");
            Talk.await(started);
        }
        assertThat(seen.get(20, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(Code.CANCELLED);
        Talk.await("all have ended", () -> server.activeRequests() == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\u0001b\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: a\u0001b\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\rX\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\ntrailer: x\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: minus\r\n\r\n",
                "\u0005\u0001\u0000garbage\r\n\r\n",
            })
    void whatIsMalformedIsABadRequest(String bytes) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(bytes).rest()).startsWith("HTTP/1.1 400").contains("application/problem+json");
        }
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(get("/next")).response()).endsWith("/next 0");
        }
    }

    @Test
    void otherVersionsAreNotSupported() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send("PRI * HTTP/3.0\r\n\r\n").rest()).startsWith("HTTP/1.1 505");
        }
    }

    @Test
    void aMalformedBodyBehindAnEarlyAnswerEndsTheConnection() throws Exception {
        serve((call, request) -> HttpResponse.of(200));
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + "\r\n");
            assertThat(raw.response()).startsWith("HTTP/1.1 200");
            raw.send("zzz\r\n");
            assertThat(raw.ends()).isTrue();
        }
        Talk.await("the connection is gone", () -> server.openConnections() == 0);
    }

    @Test
    void whoReadsNoAnswersIsNotAnsweredForEver() throws Exception {
        byte[] large = new byte[100_000];
        serve((call, request) -> {
            handled.incrementAndGet();
            return HttpResponse.of(200, "application/octet-stream", large);
        });
        try (RawClient raw = new RawClient(server.port())) {
            raw.socket.setReceiveBufferSize(1 << 16);
            int requests = 1000;
            Talk.start(() -> raw.send(get("/").repeat(requests)));
            long stalled = Talk.awaitStall(handled::get);
            assertThat(stalled).isLessThan(200); // socket buffers take some; 1000 answers would be 100 MB
            for (int i = 0; i < requests; i++) {
                raw.response();
            }
            assertThat(handled).hasValue(requests);
        }
    }
}
