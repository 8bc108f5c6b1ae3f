package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an exchange carries, the same over both versions of HTTP. */
class ExchangeTest {

    private final HttpClient client = HttpClient.create();
    private HttpServer server = Talk.serve((call, request) -> Talk.echo(request));

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private void serve(dev.parley.Handler<HttpRequest, HttpResponse> handler) {
        server.close();
        server = Talk.serve(handler);
    }

    private HttpResponse send(HttpVersion version, HttpRequest request) throws Exception {
        return Talk.send(client, version, request);
    }

    @ParameterizedTest
    @EnumSource
    void carriesMethodTargetAndHeaders(HttpVersion version) throws Exception {
        serve((call, request) -> {
            call.responseHeaders();
            return new HttpResponse(
                    200,
                    Metadata.of("x-seen", request.headers().getAll("x-two").toString()),
                    Body.of(Talk.bytes(request.method() + " " + request.authority() + " " + request.path() + " "
                            + request.query() + " " + call.peer().protocol())));
        });
        HttpRequest request = new HttpRequest(
                "PATCH",
                "http",
                Talk.at(server),
                "/a%20b?c=%2F",
                Metadata.of("x-two", "1", "x-two", "2"),
                Body.empty());
        HttpResponse response = send(version, request);
        assertThat(response.headers().get("x-seen")).contains("[1, 2]");
        assertThat(Talk.text(response))
                .isEqualTo("PATCH " + Talk.at(server) + " /a%20b c=%2F "
                        + (version == HttpVersion.HTTP_2 ? "h2" : "http/1.1"));
    }

    @ParameterizedTest
    @EnumSource
    void headHasTheHeadersOfGetAndNoBody(HttpVersion version) throws Exception {
        serve((call, request) -> request.path().equals("/stream")
                ? new HttpResponse(200, new Metadata(), Body.stream(Messages.of(new byte[10])))
                : HttpResponse.text(200, "twelve bytes"));
        for (int i = 0; i < 2; i++) {
            HttpResponse head = send(version, HttpRequest.of("HEAD", Talk.at(server), "/"));
            assertThat(head.headers().get("content-length")).contains("12");
            assertThat(head.body().readAll()).isEmpty();
            HttpResponse streamed = send(version, HttpRequest.of("HEAD", Talk.at(server), "/stream"));
            assertThat(streamed.body().readAll()).isEmpty();
        }
        assertThat(Talk.text(send(version, Talk.get(Talk.at(server), "/")))).isEqualTo("twelve bytes");
        assertThat(client.openConnections()).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void statusesWithoutBodyHaveNone(HttpVersion version) throws Exception {
        serve((call, request) -> {
            int status = Integer.parseInt(request.path().substring(1, 4));
            return request.path().endsWith("stream")
                    ? new HttpResponse(status, new Metadata(), Body.stream(Messages.of(Talk.bytes("not sent"))))
                    : HttpResponse.text(status, "not sent");
        });
        for (String path : new String[] {"/204", "/304", "/204stream", "/304stream", "/204"}) {
            HttpResponse response = send(version, Talk.get(Talk.at(server), path));
            assertThat(response.status()).isEqualTo(Integer.parseInt(path.substring(1, 4)));
            assertThat(response.body().readAll()).isEmpty();
        }
        assertThat(client.openConnections()).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void largeStreamsGoBothWays(HttpVersion version) throws Exception {
        CRC32 sent = new CRC32();
        java.util.Random random = new java.util.Random(7);
        Body upload = Body.stream(Messages.produce(sink -> {
            for (int total = 0; total < 24 << 20; ) {
                byte[] chunk = new byte[random.nextInt(100_000)]; // now and then an empty one
                random.nextBytes(chunk);
                sent.update(chunk);
                total += chunk.length;
                sink.send(chunk);
            }
        }));
        HttpResponse response = send(version, Talk.post(Talk.at(server), "/", upload));
        CRC32 received = new CRC32();
        response.body().chunks().drain(received::update);
        assertThat(received.getValue()).isEqualTo(sent.getValue());
    }

    @ParameterizedTest
    @EnumSource
    void emptyChunksAreNoTrouble(HttpVersion version) throws Exception {
        byte[] nothing = new byte[0];
        HttpResponse response = send(
                version,
                Talk.post(
                        Talk.at(server),
                        "/",
                        Body.stream(
                                Messages.of(nothing, nothing, nothing, Talk.bytes("x"), nothing, nothing, nothing))));
        assertThat(Talk.text(response)).isEqualTo("x");
    }

    @ParameterizedTest
    @EnumSource
    void trailersGoBothWays(HttpVersion version) throws Exception {
        serve((call, request) -> {
            byte[] body = request.body().readAll();
            Metadata trailers = new Metadata()
                    .add("x-back", request.body().trailers().get("x-forth").orElse("none"));
            return new HttpResponse(
                    200,
                    new Metadata(),
                    request.path().equals("/whole")
                            ? Body.of(body, trailers)
                            : Body.stream(Messages.of(body), () -> trailers));
        });
        for (String path : new String[] {"/whole", "/stream"}) {
            Body upload = path.equals("/whole")
                    ? Body.of(Talk.bytes("body"), Metadata.of("x-forth", "t"))
                    : Body.stream(Messages.of(Talk.bytes("body")), () -> Metadata.of("x-forth", "t"));
            HttpResponse response = send(version, Talk.post(Talk.at(server), path, upload));
            assertThat(Talk.text(response)).isEqualTo("body");
            assertThat(response.body().trailers().get("x-back")).contains("t");
        }
    }

    @ParameterizedTest
    @EnumSource
    void errorsAreProblemDetails(HttpVersion version) throws Exception {
        serve((call, request) -> {
            throw switch (request.path()) {
                case "/known" -> new CallException(Code.NOT_FOUND, "no \"user\" 7");
                case "/status" -> new HttpException(415, Code.INVALID_ARGUMENT, "not that type");
                default -> new IllegalStateException("the password is 1234");
            };
        });
        HttpResponse known = send(version, Talk.get(Talk.at(server), "/known"));
        assertThat(known.status()).isEqualTo(404);
        assertThat(known.headers().get("content-type")).contains("application/problem+json");
        assertThat(Talk.text(known))
                .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                        + "\"detail\":\"no \\\"user\\\" 7\"}");
        assertThat(send(version, Talk.get(Talk.at(server), "/status")).status()).isEqualTo(415);
        HttpResponse internal = send(version, Talk.get(Talk.at(server), "/other"));
        assertThat(internal.status()).isEqualTo(500);
        assertThat(Talk.text(internal)).contains("internal error").doesNotContain("1234");
        assertThat(client.openConnections()).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatFailsInTheMiddleIsSeenAsBroken(HttpVersion version) throws Exception {
        serve((call, request) -> new HttpResponse(
                200,
                request.path().equals("/sized") ? Metadata.of("content-length", "100000") : new Metadata(),
                Body.stream(Messages.produce(sink -> {
                    sink.send(new byte[20_000]);
                    throw new IllegalStateException("half-way");
                }))));
        for (String path : new String[] {"/chunked", "/sized"}) {
            HttpResponse response = send(version, Talk.get(Talk.at(server), path));
            assertThat(response.status()).isEqualTo(200);
            CallException error = Talk.failure(() -> response.body().readAll());
            assertThat(error.code()).isIn(Code.INTERNAL, Code.UNAVAILABLE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureBeforeTheFirstByteIsAnAnswerWhenTheHeadWaits(HttpVersion version) throws Exception {
        serve((call, request) -> new HttpResponse(
                200,
                new Metadata(),
                Body.stream(Messages.failed(new CallException(Code.ALREADY_EXISTS, "there is one"))),
                true));
        assertThat(send(version, Talk.get(Talk.at(server), "/")).status()).isEqualTo(409);
    }

    @ParameterizedTest
    @EnumSource
    void theHeadThatWaitsHasWhatTheProducerAdded(HttpVersion version) throws Exception {
        serve((call, request) -> {
            Metadata headers = new Metadata();
            Messages<byte[]> chunks = Messages.produce(sink -> {
                headers.add("x-late", "yes");
                if (request.path().equals("/one")) {
                    sink.send(Talk.bytes("one"));
                }
            });
            return new HttpResponse(200, headers, Body.stream(chunks), true);
        });
        for (String path : new String[] {"/one", "/none"}) {
            HttpResponse response = send(version, Talk.get(Talk.at(server), path));
            assertThat(response.headers().get("x-late")).contains("yes");
            assertThat(Talk.text(response)).isEqualTo(path.equals("/one") ? "one" : "");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 99_999})
    void aResponseThatIsNotAsLongAsItSaysIsBroken(int length) throws Exception {
        serve((call, request) -> new HttpResponse(
                200,
                Metadata.of("content-length", Integer.toString(length)),
                Body.stream(Messages.of(new byte[500], new byte[500]))));
        HttpResponse response = send(HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/"));
        if (length > 1000) {
            assertThat(Talk.failure(() -> response.body().readAll()).code()).isEqualTo(Code.UNAVAILABLE);
        }
        Talk.await("the connection is not used again", () -> client.openConnections() == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 99_999})
    void aRequestThatIsNotAsLongAsItSaysIsStopped(int length) throws Exception {
        HttpRequest request = new HttpRequest(
                "POST",
                "http",
                Talk.at(server),
                "/",
                Metadata.of("content-length", Integer.toString(length)),
                Body.stream(Messages.of(new byte[500], new byte[500])));
        serve((call, received) -> HttpResponse.of(received.body().readAll().length == 1000 ? 200 : 500));
        HttpRequest moved = new HttpRequest("POST", "http", Talk.at(server), "/", request.headers(), request.body());
        assertThat(Talk.failure(() -> send(HttpVersion.HTTP_1_1, moved)).code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(client.openConnections()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void trailersThatTheProtocolForbidsBreakTheResponse(HttpVersion version) throws Exception {
        serve((call, request) -> new HttpResponse(
                200, new Metadata(), Body.stream(Messages.of(new byte[9]), () -> Metadata.of("content-length", "9"))));
        HttpResponse response = send(version, Talk.get(Talk.at(server), "/"));
        if (version == HttpVersion.HTTP_1_1) {
            assertThat(Talk.failure(() -> response.body().readAll()).code()).isEqualTo(Code.UNAVAILABLE);
        }
        Talk.await("nothing is left over", () -> server.activeRequests() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutFunctionThatThrowsSpoilsOneRequestOnly(HttpVersion version) throws Exception {
        server.close();
        server = HttpServer.builder()
                .handler((call, request) -> HttpResponse.text(200, "ok"))
                .timeout(request -> {
                    if (request.path().equals("/bad")) {
                        throw new CallException(Code.INVALID_ARGUMENT, "timeout 'x' is no number");
                    }
                    return Optional.of(Duration.ofSeconds(9));
                })
                .start();
        HttpResponse bad = send(version, Talk.get(Talk.at(server), "/bad"));
        assertThat(bad.status()).isEqualTo(400);
        assertThat(Talk.text(bad)).contains("timeout 'x'");
        assertThat(Talk.text(send(version, Talk.get(Talk.at(server), "/good")))).isEqualTo("ok");
        assertThat(client.openConnections()).isOne();
        Talk.await("all have ended", () -> server.activeRequests() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void onTheEventLoopOnlyWithTheBodyAtHand(HttpVersion version) throws Exception {
        server.close();
        CountDownLatch headSeen = new CountDownLatch(1);
        server = HttpServer.builder()
                .dispatch(Dispatch.EVENT_LOOP)
                .handler((call, request) -> {
                    boolean virtual = Thread.currentThread().isVirtual();
                    if (request.path().equals("/late")) {
                        headSeen.countDown();
                    }
                    if (request.path().equals("/stream")) {
                        Messages<byte[]> chunks = Messages.produce(sink -> sink.send(Talk.bytes(
                                virtual + " " + Thread.currentThread().isVirtual())));
                        return new HttpResponse(200, new Metadata(), Body.stream(chunks));
                    }
                    return HttpResponse.text(200, virtual + " " + request.body().readAll().length);
                })
                .start();
        for (int i = 0; i < 200; i++) {
            assertThat(Talk.text(send(version, Talk.get(Talk.at(server), "/")))).isEqualTo("false 0");
            assertThat(Talk.text(send(version, Talk.get(Talk.at(server), "/stream"))))
                    .isEqualTo("false true");
        }
        Body late = Body.stream(Messages.produce(sink -> {
            sink.send(new byte[1]);
            Talk.await(headSeen); // only behind this the body can end
            sink.send(new byte[70_000]);
        }));
        assertThat(Talk.text(send(version, Talk.post(Talk.at(server), "/late", late))))
                .isEqualTo("true 70001");
        Talk.await("all have ended", () -> server.activeRequests() == 0);
        assertThat(client.openConnections()).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void aLargeAnswerBeforeTheUploadEndsArrivesWhole(HttpVersion version) throws Exception {
        serve((call, request) -> HttpResponse.of(200, "x/y", new byte[5 << 20]));
        for (int i = 0; i < 10; i++) {
            CountDownLatch stopped = new CountDownLatch(1);
            Body endless = Body.stream(Messages.produce(sink -> {
                try {
                    while (true) {
                        sink.send(new byte[20_000]);
                    }
                } finally {
                    stopped.countDown();
                }
            }));
            HttpResponse response = send(version, Talk.post(Talk.at(server), "/", endless));
            assertThat(response.body().readAll()).hasSize(5 << 20);
            Talk.await(stopped);
        }
        Talk.await("nothing is left over", () -> server.activeRequests() == 0 && client.running() == 0);
        assertThat(client.openConnections()).isEqualTo(version == HttpVersion.HTTP_2 ? 1 : 0);
    }
}
