package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a caller puts into a request line never becomes more than that, and what is wrong is told before it leaves. */
@ExtendWith(LeakCheck.class)
class ClientRequestTest {

    static Stream<Arguments> wrong() {
        return Stream.of(HttpVersion.values())
                .flatMap(version -> Stream.of(
                        Arguments.of(version, "GET", "/a\r\nX: y"),
                        Arguments.of(version, "GET", "/a b"),
                        Arguments.of(version, "GET", "/a HTTP/1.1\r\nHost: x\r\n\r\nGET /b"),
                        Arguments.of(version, "GET", "/\u0000"),
                        Arguments.of(version, "GET", "/\u00e4"),
                        Arguments.of(version, "GET", "/a#b"),
                        Arguments.of(version, "GET", "a"),
                        Arguments.of(version, "GET", ""),
                        Arguments.of(version, "GET", "*"),
                        Arguments.of(version, "GE T", "/"),
                        Arguments.of(version, "GET\r\n", "/"),
                        Arguments.of(version, "", "/"),
                        Arguments.of(version, "CONNECT", "/")));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatIsNoRequestLineIsRefusedBeforeItLeaves(HttpVersion version, String method, String target)
            throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (HttpServer server = Talk.serve((call, request) -> {
                    seen.add(request.target());
                    return HttpResponse.of(200);
                });
                HttpClient client = HttpClient.create()) {
            CallException error =
                    Talk.failure(() -> Talk.send(client, version, HttpRequest.of(method, Talk.at(server), target)));
            assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
            assertThat(error.message()).containsAnyOf("target", "method");
            assertThat(seen).isEmpty();
            assertThat(Talk.send(client, version, Talk.get(Talk.at(server), "/next"))
                            .status())
                    .isEqualTo(200);
            assertThat(seen).containsExactly("/next");
            assertThat(client.running()).isZero();
        }
    }

    /** A header that frames the message is the client's to write. */
    @ParameterizedTest
    @MethodSource("dev.parley.http.ClientRequestTest#versions")
    void framingIsNotTheCallers(HttpVersion version) throws Exception {
        try (HttpServer server = Talk.serve((call, request) -> HttpResponse.text(
                        200,
                        request.body().readAll().length + " "
                                + request.headers().get("x").orElse("-")));
                HttpClient client = HttpClient.create()) {
            Metadata headers = Metadata.of("transfer-encoding", "chunked", "connection", "close", "x", "y");
            HttpRequest request = new HttpRequest("POST", "http", Talk.at(server), "/", headers, Body.of(new byte[5]));
            assertThat(Talk.text(Talk.send(client, version, request))).isEqualTo("5 y");
            assertThat(Talk.text(Talk.send(client, version, request))).isEqualTo("5 y");
            assertThat(client.openConnections()).isOne();
        }
    }

    static Stream<HttpVersion> versions() {
        return Stream.of(HttpVersion.values());
    }
}
