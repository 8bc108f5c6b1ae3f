package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that two servers in a row could read differently, so that one smuggles another past the first: each is
 * refused, what is behind it is never taken for a request, and the next connection is served.
 */
class SmugglingTest {

    private static final String BEHIND = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void serve() {
        server = Talk.serve((call, request) -> {
            request.body().readAll();
            seen.add(request.target());
            return HttpResponse.text(200, "seen");
        });
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void refused(String request, String... statuses) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            String answer = raw.send(request + BEHIND).rest();
            assertThat(answer).as(request).startsWith("HTTP/1.1 ");
            assertThat(answer.substring(9, 12)).as(answer).isIn((Object[]) statuses);
            assertThat(answer.split("HTTP/1\\.1 [0-9]{3} ", -1))
                    .as("one answer, then the end")
                    .hasSize(2);
        }
        assertThat(seen).isEmpty();
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n").response())
                    .startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5\r\nContent-Length: 5",
                "Content-Length: 5, 5",
                "Content-Length: 5, 6",
                "Content-Length: +5",
                "Content-Length: -5",
                "Content-Length: 0x5",
                "Content-Length: 5 5",
                "Content-Length: 5.0",
                "Content-Length: ",
                "Content-Length: 99999999999999999999",
                "Content-Length : 5",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding: \u000bchunked",
                "Transfer\u000b-Encoding: chunked",
                "Transfer-Encoding: chunked\r\n x",
                "Transfer-Encoding: chunked\u0000",
                " Transfer-Encoding: chunked",
                "X: y\n Transfer-Encoding: chunked",
                "X: y\r\n folded",
                "X: y\r\n\tfolded",
                "X: y\r\n \u0000\u0000folded",
                "X: y\rTransfer-Encoding: chunked",
                "X: y\nTransfer-Encoding: chunked",
                "X\u0000: y",
                "X Y: z",
                ": empty",
                "no colon",
                "Host: b",
            })
    void aHeadThatCanBeReadInTwoWaysIsABadRequest(String headers) throws Exception {
        refused("POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n\r\n", "400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: identity, chunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding: chu\r\n nked",
            })
    void aTransferCodingThatIsNotJustChunkedIsRefused(String headers) throws Exception {
        refused("POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n\r\n0\r\n\r\n", "400", "501");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5;a\nb\r\nhello\r\n0\r\n\r\n",
                "5;a\rb\r\nhello\r\n0\r\n\r\n",
                "5\nhello\r\n0\r\n\r\n",
                " 5\r\nhello\r\n0\r\n\r\n",
                "+5\r\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                "5 5\r\nhello\r\n0\r\n\r\n",
                "5g\r\nhello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
                "100000005\r\nhello\r\n0\r\n\r\n",
                "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhelloXX0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhello\r\n0\r\nX: a\n\r\n",
                "5\r\nhello\r\n0\r\nX\u0000: a\r\n\r\n",
            })
    void aChunkThatIsNotOneIsABadRequest(String body) throws Exception {
        refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body, "400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST  / HTTP/1.1",
                "POST /  HTTP/1.1",
                "POST\t/ HTTP/1.1",
                "POST / HTTP/1.1 ",
                " POST / HTTP/1.1",
                "POST / http/1.1",
                "POST / HTTP/1.1x",
                "POST / HTTP/11",
                "POST / HTTP/1.1 HTTP/1.1",
                "POST /",
                "POST",
                "PO(ST / HTTP/1.1",
                "POST /\u0001 HTTP/1.1",
                "POST /\u0000 HTTP/1.1",
                "POST /\u00e4 HTTP/1.1",
                "POST /#x HTTP/1.1",
                "POST x HTTP/1.1",
                "POST http://a@b/ HTTP/1.1",
                "POST / HTTP/1.1\r",
            })
    void aRequestLineThatIsNotOneIsABadRequest(String line) throws Exception {
        refused(line + "\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: a/b", "Host: a b", "Host: a@b", "Host: a,b"})
    void aHostThatIsNotOneIsABadRequest(String host) throws Exception {
        refused("GET / HTTP/1.1\r\n" + host + "\r\n\r\n", "400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"})
    void aTunnelIsNotImplemented(String request) throws Exception {
        refused(request, "501", "400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked", "Transfer-Encoding: identity"})
    void http10HasNoTransferCoding(String header) throws Exception {
        refused("POST / HTTP/1.0\r\n" + header + "\r\n\r\n0\r\n\r\n", "400");
    }
}
