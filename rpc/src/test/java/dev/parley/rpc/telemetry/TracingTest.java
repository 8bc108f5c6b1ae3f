package dev.parley.rpc.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Fanout;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.chain.Chain;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.Endpoint;
import dev.parley.discovery.LoadBalancer;
import dev.parley.discovery.PickRequest;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpVersion;
import dev.parley.resilience.RetryPolicy;
import dev.parley.rpc.Channel;
import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.telemetry.RecordMessages;
import dev.parley.telemetry.Telemetry;
import dev.parley.telemetry.TelemetryOptions;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Spans of calls over real connections. */
@Timeout(60)
class TracingTest {

    private static final String ECHO = "parley.test.v1.EchoService/Echo";

    private final Recorded recorded = new Recorded();
    private final Telemetry telemetry =
            Telemetry.of(recorded.sdk, TelemetryOptions.defaults().withRecordMessages(RecordMessages.METADATA));
    private final HttpClient http = HttpClient.create();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(http));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        recorded.close();
    }

    private RpcServer serve(EchoService service) {
        RpcServer server = RpcServer.builder()
                .service(EchoService.DEFINITION, service)
                .interceptors(List.of(telemetry.server()))
                .start();
        open.add(server);
        return server;
    }

    private EchoService client(RpcServer server, RpcProtocol protocol, Interceptor... interceptors) {
        return EchoService.client(Channel.builder("http://127.0.0.1:" + server.port())
                .protocol(protocol)
                .http(HttpVersion.HTTP_2)
                .client(http)
                .chain(Chain.empty())
                .interceptors(List.of(interceptors))
                .build());
    }

    /** As a channel is that was given telemetry, but with less patience between attempts. */
    private EchoService withPolicies(RpcServer server) {
        ClientPolicies policies = ClientPolicies.defaults()
                .withRetry(RetryPolicy.defaults().withBackoff(Duration.ofMillis(1), 1, Duration.ofMillis(1)));
        return EchoService.client(Channel.builder("http://127.0.0.1:" + server.port())
                .client(http)
                .chain(DefaultChains.client(new ClientResilience("echo", policies), telemetry))
                .build());
    }

    private static EchoRequest text(String text) {
        return EchoRequest.newBuilder().setText(text).build();
    }

    private static EchoResponse answer(String text) {
        return EchoResponse.newBuilder().setText(text).build();
    }

    /** Answers with what it was asked, and knows the span it ran in. */
    private static class Echo implements EchoService {
        final BlockingQueue<String> ranIn = new LinkedBlockingQueue<>();

        @Override
        public EchoResponse echo(EchoRequest request) {
            ranIn.add(Span.current().getSpanContext().getSpanId());
            return answer(request.getText());
        }
    }

    @ParameterizedTest
    @CsvSource({"GRPC, CONNECT", "CONNECT, GRPC_WEB", "GRPC_WEB_TEXT, GRPC"})
    void twoHopsAreOneTrace(RpcProtocol first, RpcProtocol second) throws Exception {
        Echo deep = new Echo();
        EchoService onward = client(serve(deep), second, telemetry.client(), telemetry.attempt());
        RpcServer front = serve(new EchoService() {
            @Override
            public EchoResponse echo(EchoRequest request) {
                return onward.echo(request);
            }
        });
        assertThat(client(front, first, telemetry.client(), telemetry.attempt())
                        .echo(text("hi"))
                        .getText())
                .isEqualTo("hi");
        Tree tree = Tree.of(recorded.spans(6));
        SpanData call = tree.root();
        SpanData attempt = tree.only(call);
        SpanData server = tree.only(attempt);
        SpanData innerCall = tree.only(server);
        SpanData innerAttempt = tree.only(innerCall);
        SpanData innerServer = tree.only(innerAttempt);
        assertThat(List.of(call, attempt, server, innerCall, innerAttempt, innerServer))
                .extracting(SpanData::getKind)
                .containsExactly(
                        SpanKind.CLIENT,
                        SpanKind.CLIENT,
                        SpanKind.SERVER,
                        SpanKind.CLIENT,
                        SpanKind.CLIENT,
                        SpanKind.SERVER);
        assertThat(deep.ranIn.take()).isEqualTo(innerServer.getSpanId());
        assertThat(tree.spans()).allSatisfy(span -> {
            assertThat(span.getTraceId()).isEqualTo(call.getTraceId());
            assertThat(span.getName()).isEqualTo(ECHO);
            assertThat(attribute(span, "rpc.method")).isEqualTo(ECHO);
        });
        assertThat(attribute(innerServer, "rpc.system.name"))
                .isEqualTo(second == RpcProtocol.CONNECT ? "connectrpc" : "grpc");
    }

    @Test
    void anAttemptTellsWhereItWentAndTheCallWhatWasDecided() throws Exception {
        Telemetry told = Telemetry.of(recorded.sdk, TelemetryOptions.defaults().withRecordDecisions(true));
        RpcServer server = serve(new Echo());
        int dead;
        try (java.net.ServerSocket gone = new java.net.ServerSocket(0)) {
            dead = gone.getLocalPort();
        }
        EchoService client = EchoService.client(
                Channel.builder("static://127.0.0.1:" + dead + ",127.0.0.1:" + server.port() + "/echo-service")
                        .client(http)
                        .balancing(ClusterPolicy.defaults().withBalancer(FirstUntried::new))
                        .telemetry(told)
                        .build());
        assertThat(client.echo(text("a")).getText()).isEqualTo("a");
        Tree tree = Tree.of(recorded.spans(4));
        SpanData call = tree.root();
        assertThat(attribute(call, "server.address")).isEqualTo("echo-service");
        AttributeKey<String> decision = AttributeKey.stringKey("parley.decision");
        // The policies' own events are there as well.
        assertThat(call.getEvents().stream()
                        .filter(event -> event.getAttributes().get(decision) != null)
                        .map(event ->
                                event.getName() + ": " + event.getAttributes().get(decision)))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("balance: attempt 1 to 127.0.0.1:" + dead),
                        second -> assertThat(second).startsWith("retry: attempt 2 in "),
                        third -> assertThat(third).startsWith("balance: attempt 2 to 127.0.0.1:" + server.port()));
        assertThat(tree.spans().stream()
                        .filter(span -> span.getKind() == SpanKind.CLIENT && !span.equals(call))
                        .map(span -> span.getAttributes().get(AttributeKey.longKey("network.peer.port"))))
                .containsExactlyInAnyOrder((long) dead, (long) server.port());
    }

    /** In the order of the list. */
    private static final class FirstUntried implements LoadBalancer {
        @Override
        public Endpoint pick(List<Endpoint> available, PickRequest request) {
            return available.stream()
                    .filter(endpoint -> !request.avoids(endpoint))
                    .findFirst()
                    .orElse(available.getFirst());
        }

        @Override
        public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
            return "the first that was not tried";
        }
    }

    @Test
    void aClientWithoutAttemptsSendsItsOwnContext() throws Exception {
        client(serve(new Echo()), RpcProtocol.GRPC, telemetry.client()).echo(text("hi"));
        Tree tree = Tree.of(recorded.spans(2));
        assertThat(tree.only(tree.root()).getKind()).isEqualTo(SpanKind.SERVER);
    }

    @ParameterizedTest
    @CsvSource({
        "GRPC, grpc, NOT_FOUND, NOT_FOUND, UNSET",
        "GRPC, grpc, UNAVAILABLE, UNAVAILABLE, ERROR",
        "CONNECT, connectrpc, NOT_FOUND, not_found, UNSET",
        "CONNECT, connectrpc, DATA_LOSS, data_loss, ERROR",
    })
    void anErrorHasItsProtocolsWordAndIsAServersOnlyIfItIsItsFault(
            RpcProtocol protocol, String system, Code code, String word, StatusCode ofServer) throws Exception {
        RpcServer server = serve(new EchoService() {
            @Override
            public EchoResponse echo(EchoRequest request) {
                throw new CallException(code, "as asked");
            }
        });
        assertThatThrownBy(() -> client(server, protocol, telemetry.client()).echo(text("hi")))
                .isInstanceOf(CallException.class);
        Tree tree = Tree.of(recorded.spans(2));
        SpanData client = tree.root();
        SpanData onServer = tree.only(client);
        assertThat(attribute(client, "rpc.system.name")).isEqualTo(system);
        assertThat(attribute(client, "rpc.response.status_code")).isEqualTo(word);
        assertThat(attribute(client, "error.type")).isEqualTo(word);
        assertThat(attribute(client, "server.address")).isEqualTo("127.0.0.1");
        assertThat(client.getAttributes().get(AttributeKey.longKey("server.port")))
                .isEqualTo(server.port());
        assertThat(client.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(client.getStatus().getDescription()).isEqualTo("as asked");
        assertThat(attribute(onServer, "rpc.response.status_code")).isEqualTo(word);
        assertThat(attribute(onServer, "error.type")).isEqualTo(ofServer == StatusCode.ERROR ? word : null);
        assertThat(onServer.getStatus().getStatusCode()).isEqualTo(ofServer);
        assertThat(attribute(onServer, "network.peer.address")).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @EnumSource(
            value = RpcProtocol.class,
            names = {"GRPC", "CONNECT"})
    void theSpanOfAStreamEndsWithTheStream(RpcProtocol protocol) throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        BlockingQueue<String> producedIn = new LinkedBlockingQueue<>();
        RpcServer server = serve(new EchoService() {
            @Override
            public Messages<EchoResponse> repeat(EchoRequest request) {
                return Messages.produce(sink -> {
                    producedIn.add(Span.current().getSpanContext().getSpanId());
                    sink.send(answer("one"));
                    goOn.await();
                    sink.send(answer("two"));
                });
            }
        });
        try (Messages<EchoResponse> answers =
                client(server, protocol, telemetry.client()).repeat(text("hi"))) {
            assertThat(answers.receive()).isEqualTo(answer("one"));
            recorded.assertNoMore();
            goOn.countDown();
            assertThat(answers.toList(9)).hasSize(1);
        }
        Tree tree = Tree.of(recorded.spans(2));
        SpanData onServer = tree.only(tree.root());
        assertThat(producedIn.take()).isEqualTo(onServer.getSpanId());
        assertThat(messages(onServer)).containsExactly("RECEIVED 1", "SENT 1", "SENT 2");
        assertThat(messages(tree.root())).containsExactly("SENT 1", "RECEIVED 1", "RECEIVED 2");
        EventData sent = onServer.getEvents().getLast();
        int size = answer("two").getSerializedSize();
        assertThat(sent.getAttributes().get(AttributeKey.longKey("rpc.message.uncompressed_size")))
                .isEqualTo(size);
        assertThat(sent.getAttributes().get(AttributeKey.longKey("rpc.message.compressed_size")))
                .isEqualTo(size);
        HistogramPointData count = recorded.points("parley.rpc.server.call.messages").stream()
                .filter(point ->
                        "sent".equals(point.getAttributes().get(AttributeKey.stringKey("parley.message.direction"))))
                .findFirst()
                .orElseThrow();
        assertThat(count.getSum()).isEqualTo(2);
        HistogramPointData bytes = recorded.points("parley.rpc.server.call.size").stream()
                .filter(point ->
                        "sent".equals(point.getAttributes().get(AttributeKey.stringKey("parley.message.direction"))))
                .findFirst()
                .orElseThrow();
        assertThat(bytes.getSum()).isEqualTo(2.0 * size);
    }

    @Test
    void aStreamThatItsReaderLeavesEndsBothSpans() throws Exception {
        RpcServer server = serve(new EchoService() {
            @Override
            public Messages<EchoResponse> repeat(EchoRequest request) {
                return Messages.produce(sink -> {
                    sink.send(answer("one"));
                    new CountDownLatch(1).await();
                });
            }
        });
        try (Messages<EchoResponse> answers =
                client(server, RpcProtocol.GRPC, telemetry.client()).repeat(text("hi"))) {
            answers.receive();
        }
        List<SpanData> spans = recorded.spans(2);
        assertThat(spans)
                .allSatisfy(span ->
                        assertThat(attribute(span, "rpc.response.status_code")).isEqualTo("CANCELLED"));
        SpanData onServer = Tree.of(spans).only(Tree.of(spans).root());
        assertThat(onServer.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET); // it is not the server's fault
    }

    @Test
    void eachAttemptHasASpanAndTheCallOne() throws Exception {
        BlockingQueue<String> traceparents = new LinkedBlockingQueue<>();
        RpcServer server = serve(new EchoService() {
            @Override
            public EchoResponse echo(EchoRequest request) {
                traceparents.add(
                        Call.current().requestHeaders().get("traceparent").orElse("none"));
                if (traceparents.size() < 3) {
                    throw new CallException(Code.UNAVAILABLE, "not yet");
                }
                return answer(request.getText());
            }
        });
        withPolicies(server).echo(text("hi"));
        Tree tree = Tree.of(recorded.spans(7));
        List<SpanData> attempts = tree.children(tree.root());
        assertThat(attempts)
                .extracting(span -> span.getAttributes().get(AttributeKey.longKey("http.request.resend_count")))
                .containsExactly(null, 1L, 2L);
        assertThat(attempts)
                .extracting(span -> attribute(span, "error.type"))
                .containsExactly("UNAVAILABLE", "UNAVAILABLE", null);
        assertThat(attempts)
                .allSatisfy(attempt -> assertThat(tree.children(attempt)).hasSize(1));
        assertThat(tree.root().getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        for (SpanData attempt : attempts) {
            assertThat(traceparents.take()).contains(attempt.getTraceId()).contains(attempt.getSpanId());
        }
        assertThat(messages(attempts.getLast())).containsExactly("SENT 1", "RECEIVED 1");
        assertThat(messages(tree.root())).isEmpty(); // they are told where they went over the wire
    }

    @Test
    void theContextGoesAlongIntoAFanout() throws Exception {
        Echo deep = new Echo();
        EchoService onward = client(serve(deep), RpcProtocol.GRPC, telemetry.client());
        RpcServer front = serve(new EchoService() {
            @Override
            public EchoResponse echo(EchoRequest request) {
                try (Fanout fanout = Fanout.all()) {
                    var left = fanout.required("left", () -> onward.echo(text("left")));
                    var right = fanout.required("right", () -> onward.echo(text("right")));
                    fanout.join();
                    return answer(left.get().getText() + right.get().getText());
                }
            }
        });
        client(front, RpcProtocol.GRPC, telemetry.client()).echo(text("hi"));
        Tree tree = Tree.of(recorded.spans(6));
        assertThat(tree.children(tree.only(tree.root()))).hasSize(2);
    }

    @Test
    void aRequestStreamIsProducedInTheCallsContext() throws Exception {
        BlockingQueue<String> producedIn = new LinkedBlockingQueue<>();
        RpcServer server = serve(new EchoService() {
            @Override
            public EchoResponse join(Messages<EchoRequest> requests) {
                return answer(Integer.toString(requests.toList(9).size()));
            }
        });
        client(server, RpcProtocol.GRPC, telemetry.client()).join(Messages.produce(sink -> {
            producedIn.add(Span.current().getSpanContext().getSpanId());
            sink.send(text("a"));
            sink.send(text("b"));
        }));
        Tree tree = Tree.of(recorded.spans(2));
        assertThat(producedIn.take()).isEqualTo(tree.root().getSpanId());
        assertThat(messages(tree.only(tree.root()))).containsExactly("RECEIVED 1", "RECEIVED 2", "SENT 1");
    }

    @Test
    void contentIsToldIfItIsAskedForAndBounded() throws Exception {
        Telemetry curious = Telemetry.of(
                recorded.sdk,
                TelemetryOptions.defaults()
                        .withRecordMessages(RecordMessages.CONTENT)
                        .withContentLimit(12));
        client(serve(new Echo()), RpcProtocol.GRPC, curious.client()).echo(text("a very long text"));
        SpanData call = Tree.of(recorded.spans(2)).root();
        assertThat(call.getEvents().getFirst().getAttributes().get(AttributeKey.stringKey("parley.message.content")))
                .isEqualTo("text: \"a ver");
    }

    @Test
    void theSpanOfHttpIsTheParentOfThatOfTheCall() throws Exception {
        RpcServer server = serve(new Echo());
        EchoService client = EchoService.client(Channel.builder("http://127.0.0.1:" + server.port())
                .protocol(RpcProtocol.CONNECT)
                .codec(Codec.JSON)
                .transport(telemetry.httpClient().before(http))
                .interceptors(List.of(telemetry.client()))
                .build());
        client.echo(text("hi"));
        Tree tree = Tree.of(recorded.spans(3));
        SpanData ofHttp = tree.only(tree.root());
        assertThat(attribute(ofHttp, "http.request.method")).isEqualTo("POST");
        assertThat(attribute(tree.only(ofHttp), "rpc.system.name")).isEqualTo("connectrpc");
    }

    private static List<String> messages(SpanData span) {
        return span.getEvents().stream()
                .filter(event -> event.getName().equals("rpc.message"))
                .map(event -> event.getAttributes().get(AttributeKey.stringKey("rpc.message.type")) + " "
                        + event.getAttributes().get(AttributeKey.longKey("rpc.message.id")))
                .toList();
    }

    private static @Nullable String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }
}
