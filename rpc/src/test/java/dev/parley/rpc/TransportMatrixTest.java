package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Pipe;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a call promises, over every transport, protocol and codec. */
@ParameterizedClass
@MethodSource("setups")
@Timeout(20)
class TransportMatrixTest {

    private static final int LIMIT = 100_000;

    record Setup(boolean network, RpcProtocol protocol, Codec codec) {
        @Override
        public String toString() {
            return (network ? "network " : "in-process ") + protocol + " " + codec;
        }
    }

    static Stream<Setup> setups() {
        return Stream.of(false, true)
                .flatMap(network -> Stream.of(RpcProtocol.values())
                        .filter(protocol -> protocol != RpcProtocol.REST) // carries unary calls only
                        .flatMap(protocol ->
                                Stream.of(Codec.values()).map(codec -> new Setup(network, protocol, codec))));
    }

    private final Setup setup;
    private final EchoImplementation echo = new EchoImplementation();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Channel channel;
    private EchoService.Client client;

    TransportMatrixTest(Setup setup) {
        this.setup = setup;
    }

    @BeforeEach
    void open() {
        channel = channel(LIMIT);
        client = EchoService.client(channel);
    }

    private Channel channel(int clientLimit) {
        ChannelBuilder builder;
        if (setup.network()) {
            RpcServer server = RpcServer.builder()
                    .service(EchoService.DEFINITION, echo)
                    .maxMessageBytes(LIMIT)
                    .start();
            opened.add(() -> server.shutdown(Duration.ZERO));
            builder = Channel.builder("http://127.0.0.1:" + server.port());
        } else {
            builder = Channel.builder("in-process")
                    .inProcess(RpcHandler.builder()
                            .service(EchoService.DEFINITION, echo)
                            .maxMessageBytes(LIMIT)
                            .build());
        }
        Channel made = builder.protocol(setup.protocol())
                .codec(setup.codec())
                .maxMessageBytes(clientLimit)
                .build();
        opened.addFirst(made);
        return made;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private static EchoRequest text(String text) {
        return EchoRequest.newBuilder().setText(text).build();
    }

    private static CallException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(CallException.class, call);
    }

    private Outcome serverOutcome() throws InterruptedException {
        return echo.ends.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void unary() throws Exception {
        assertThat(client.echo(text("hello \u00fc")).getText()).isEqualTo("hello \u00fc");
        assertThat(serverOutcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void serverStream() throws Exception {
        List<EchoResponse> all =
                client.repeat(text("x").toBuilder().setCount(100).build()).toList(1000);
        assertThat(all).hasSize(100);
        assertThat(all.get(99).getIndex()).isEqualTo(99);
        assertThat(serverOutcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void anEmptyServerStream() {
        assertThat(client.repeat(text("x")).toList(10)).isEmpty();
    }

    @Test
    void clientStream() throws Exception {
        EchoResponse joined = client.join(Messages.of(text("a"), text("b"), text("c")));
        assertThat(joined.getText()).isEqualTo("abc");
        assertThat(joined.getIndex()).isEqualTo(3);
        assertThat(serverOutcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void anEmptyClientStream() {
        assertThat(client.join(Messages.of()).getIndex()).isZero();
    }

    @Test
    void bidiStreamsIndependently() {
        Pipe<EchoRequest> requests = Messages.pipe(4);
        Messages<EchoResponse> responses = client.chat(requests.messages());
        for (int i = 0; i < 10; i++) {
            requests.send(text("m" + i));
            assertThat(java.util.Objects.requireNonNull(responses.receive()).getText())
                    .isEqualTo("m" + i);
        }
        requests.complete();
        assertThat(responses.receive()).isNull();
    }

    @Test
    void manyMessagesPassThroughBoundedBuffers() {
        String large = "y".repeat(10_000);
        Messages<EchoRequest> requests = Messages.produce(sink -> {
            for (int i = 0; i < 200; i++) {
                sink.send(text(large));
            }
        });
        AtomicInteger count = new AtomicInteger();
        client.chat(requests).drain(response -> {
            assertThat(response.getText()).hasSize(10_000);
            count.incrementAndGet();
        });
        assertThat(count).hasValue(200);
    }

    @Test
    void anErrorHasCodeMessageAndDetails() throws Exception {
        CallException error =
                failure(() -> client.echo(text("x").toBuilder().setFailWith(9).build()));
        assertThat(error.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(error.message()).isEqualTo("as asked: 100 % \u00fcber\n");
        assertThat(error.origin()).isEqualTo(CallException.Origin.REMOTE);
        assertThat(ErrorDetails.find(error, EchoRequest.getDefaultInstance())
                        .orElseThrow()
                        .getText())
                .isEqualTo("detail");
        assertThat(serverOutcome().code()).contains(Code.FAILED_PRECONDITION);
    }

    @Test
    void everyCodeArrives() {
        for (Code code : Code.values()) {
            CallException error = failure(() ->
                    client.echo(text("x").toBuilder().setFailWith(code.number()).build()));
            assertThat(error.code()).isEqualTo(code);
        }
    }

    @Test
    void anErrorInMidStreamComesBehindTheMessages() throws Exception {
        Messages<EchoResponse> stream =
                client.repeat(text("x").toBuilder().setCount(2).setFailWith(5).build());
        assertThat(stream.receive()).isNotNull();
        assertThat(stream.receive()).isNotNull();
        CallException error = failure(stream::receive);
        assertThat(error.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(error.details()).hasSize(1);
        assertThat(failure(stream::receive).code()).isEqualTo(Code.NOT_FOUND);
        assertThat(serverOutcome().code()).contains(Code.NOT_FOUND);
    }

    @Test
    void aCrashDoesNotLeak() {
        CallException error = failure(() -> client.echo(text(EchoImplementation.CRASH)));
        assertThat(error.code()).isEqualTo(Code.INTERNAL);
        assertThat(error.message()).doesNotContain("secret");
    }

    @Test
    void metadataGoesBothWays() {
        ResponseMetadata received = new ResponseMetadata();
        CallOptions options = CallOptions.defaults()
                .withHeader("x-ask", "one")
                .withHeader("x-ask", "two")
                .withHeaders(new dev.parley.Metadata().addBinary("x-ask-bin", new byte[] {0, (byte) 255, 7}))
                .withHeader("grpc-encoding", "nonsense")
                .withResponseMetadata(received);
        client.with(options).echo(text(EchoImplementation.METADATA));
        assertMetadata(received);
        client.with(options)
                .repeat(text(EchoImplementation.METADATA).toBuilder()
                        .setCount(2)
                        .build())
                .toList(10);
        assertMetadata(received);
    }

    private static void assertMetadata(ResponseMetadata received) {
        assertThat(received.headers().getAll("x-head")).containsExactly("one", "two");
        assertThat(received.trailers().getAll("x-trail")).containsExactly("t1", "t2");
        assertThat(received.trailers().getBinary("x-trail-bin").orElseThrow()).containsExactly(0, 255, 7);
    }

    @Test
    void theDeadlineTravels() {
        CallOptions options = CallOptions.defaults().withTimeout(Duration.ofSeconds(5));
        long left = Long.parseLong(
                client.with(options).echo(text(EchoImplementation.DEADLINE)).getText());
        assertThat(Duration.ofNanos(left)).isBetween(Duration.ofMillis(1), Duration.ofSeconds(5));
        long byDefault =
                Long.parseLong(client.echo(text(EchoImplementation.DEADLINE)).getText());
        assertThat(Duration.ofNanos(byDefault)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(15));
    }

    @Test
    void aPassedDeadlineStopsBothSides() throws Exception {
        CallOptions options = CallOptions.defaults().withTimeout(Duration.ofMillis(300));
        CallException error = failure(() -> client.with(options).echo(text(EchoImplementation.BLOCK)));
        assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(serverOutcome().code().orElseThrow()).isIn(Code.DEADLINE_EXCEEDED, Code.CANCELLED);
    }

    @Test
    void aPassedDeadlineStopsAStream() throws Exception {
        CallOptions options = CallOptions.defaults().withTimeout(Duration.ofMillis(300));
        Messages<EchoResponse> stream = client.with(options)
                .repeat(text(EchoImplementation.BLOCK).toBuilder().setCount(1).build());
        CallException error = failure(() -> stream.toList(10));
        assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(serverOutcome().code().orElseThrow()).isIn(Code.DEADLINE_EXCEEDED, Code.CANCELLED);
    }

    @Test
    void closingAStreamCancelsTheHandler() throws Exception {
        Messages<EchoResponse> stream = client.repeat(
                text(EchoImplementation.BLOCK).toBuilder().setCount(1).build());
        assertThat(stream.receive()).isNotNull();
        stream.close();
        assertThat(serverOutcome().code()).contains(Code.CANCELLED);
    }

    @Test
    void cancellingTheCallerCancelsTheHandler() throws Exception {
        CallScope caller = CallScope.builder(Method.unary("test", "caller")).build();
        CompletableFuture<CallException> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                caller.run((call, request) -> client.echo(request), text(EchoImplementation.BLOCK));
                result.complete(null);
            } catch (Throwable thrown) {
                result.complete(CallException.from(thrown));
            }
        });
        assertThat(echo.started.await(10, TimeUnit.SECONDS)).isTrue();
        caller.cancel(new CallException(Code.CANCELLED, "enough"));
        assertThat(result.get(10, TimeUnit.SECONDS).code()).isEqualTo(Code.CANCELLED);
        assertThat(serverOutcome().code()).contains(Code.CANCELLED);
    }

    @Test
    void theEndOfTheCallerCancelsItsStreams() throws Exception {
        CallScope caller = CallScope.builder(Method.unary("test", "caller")).build();
        Messages<EchoResponse> stream = caller.run(
                (call, request) -> client.repeat(request),
                text(EchoImplementation.BLOCK).toBuilder().setCount(1).build());
        assertThat(stream.receive()).isNotNull();
        caller.end(Outcome.OK);
        assertThat(failure(stream::receive).code()).isEqualTo(Code.CANCELLED);
        assertThat(serverOutcome().code()).contains(Code.CANCELLED);
    }

    @Test
    void aCancelledCallerCallsNobody() {
        CallScope caller = CallScope.builder(Method.unary("test", "caller")).build();
        CallException error = failure(() -> caller.run(
                (call, request) -> {
                    caller.cancel(new CallException(Code.ABORTED, "stop"));
                    Thread.interrupted();
                    return client.echo(request);
                },
                text("x")));
        assertThat(error.code()).isEqualTo(Code.ABORTED);
        assertThat(echo.started.getCount()).isEqualTo(1);
    }

    @Test
    void theCallersDeadlineIsInherited() throws Exception {
        CallScope caller = CallScope.builder(Method.unary("test", "caller"))
                .deadline(Deadline.after(Duration.ofSeconds(2)))
                .build();
        String left = caller.run((call, request) -> client.echo(request), text(EchoImplementation.DEADLINE))
                .getText();
        assertThat(Duration.ofNanos(Long.parseLong(left))).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aRequestOverTheLimitIsRefused() {
        CallException error = failure(() -> client.echo(text("z".repeat(LIMIT + 1))));
        assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(error.message()).contains(Integer.toString(LIMIT)).contains("maxMessageBytes");
        CallException inStream = failure(() -> client.join(Messages.of(text("a"), text("z".repeat(LIMIT + 1)))));
        assertThat(inStream.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void aResponseOverTheLimitIsRefused() {
        EchoService.Client small = EchoService.client(channel(1000));
        CallException error = failure(() -> small.echo(text("z".repeat(1001))));
        assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(error.message()).contains("1000");
        CallException inStream = failure(() -> small.repeat(
                        text("z".repeat(1001)).toBuilder().setCount(1).build())
                .toList(10));
        assertThat(inStream.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void aServerThatLeavesEarlyStopsTheSender() throws Exception {
        CompletableFuture<Outcome> sender = new CompletableFuture<>();
        Messages<EchoRequest> endless = Messages.<EchoRequest>produce(sink -> {
                    sink.send(text("a"));
                    sink.send(text(EchoImplementation.LEAVE_EARLY));
                    while (true) {
                        sink.send(text("b".repeat(1000)));
                    }
                })
                .onClose(sender::complete);
        assertThat(client.join(endless).getText()).isEqualTo("left");
        assertThat(sender.get(10, TimeUnit.SECONDS).isOk()).isFalse();
    }

    @Test
    void aServerThatFailsEarlyIsHeard() {
        Messages<EchoRequest> endless = Messages.produce(sink -> {
            sink.send(text("a").toBuilder().setFailWith(7).build());
            while (true) {
                sink.send(text("b".repeat(1000)));
            }
        });
        assertThat(failure(() -> client.join(endless)).code()).isEqualTo(Code.PERMISSION_DENIED);
    }

    @Test
    void aRequestStreamThatFailsFailsTheCall() throws Exception {
        Messages<EchoRequest> failing = Messages.produce(sink -> {
            sink.send(text("a"));
            assertThat(echo.started.await(10, TimeUnit.SECONDS)).isTrue();
            throw new CallException(Code.DATA_LOSS, "the disk broke");
        });
        CallException error = failure(() -> client.join(failing));
        assertThat(error.code()).isEqualTo(Code.DATA_LOSS);
        assertThat(serverOutcome().isOk()).isFalse();
    }

    @Test
    void insideAHandlerTheCallIsCurrentAndEndsOnce() throws Exception {
        client.repeat(text("x").toBuilder().setCount(1).build()).toList(5);
        assertThat(serverOutcome()).isEqualTo(Outcome.OK);
        assertThat(echo.ends).isEmpty();
        assertThat(Call.find()).isEmpty();
    }
}
