package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import dev.parley.Code;
import dev.parley.Outcome;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.interop.v1.Answer;
import dev.parley.rpc.interop.v1.Ask;
import dev.parley.rpc.interop.v1.InteropService;
import dev.parley.rpc.interop.v1.InteropServiceGrpc;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** grpc-java's client against Parley's server. */
@Timeout(30)
class GrpcJavaClientTest {

    private final ParleyInterop service = new ParleyInterop();
    private RpcServer server;
    private ManagedChannel channel;
    private InteropServiceGrpc.InteropServiceBlockingStub stub;
    private InteropServiceGrpc.InteropServiceBlockingV2Stub streaming;

    @BeforeEach
    void start() {
        server = RpcServer.builder().service(InteropService.DEFINITION, service).start();
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
        stub = InteropServiceGrpc.newBlockingStub(channel);
        streaming = InteropServiceGrpc.newBlockingV2Stub(channel);
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.close();
    }

    private static Ask ask(String text) {
        return Ask.newBuilder().setText(text).build();
    }

    @Test
    void unary() {
        assertThat(stub.unary(ask("hello")).getText()).isEqualTo("hello");
    }

    @Test
    void aMessageOfThreeMegabytesArrivesWhole() {
        String text = "x".repeat(3 << 20);
        assertThat(stub.unary(ask(text)).getText()).isEqualTo(text);
    }

    @Test
    void aMessageOverTheLimitIsResourceExhaustedAndTheConnectionGoesOn() {
        StatusRuntimeException thrown =
                catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(ask("x".repeat(5 << 20))));
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(thrown.getStatus().getDescription()).contains("4194304");
        assertThat(stub.unary(ask("next")).getText()).isEqualTo("next");
    }

    @Test
    void serverStream() {
        Iterator<Answer> answers =
                stub.serverStream(ask("s").toBuilder().setCount(1000).build());
        int index = 0;
        while (answers.hasNext()) {
            assertThat(answers.next().getIndex()).isEqualTo(index++);
        }
        assertThat(index).isEqualTo(1000);
    }

    @Test
    void serverStreamThatFailsAfterItsMessages() {
        Iterator<Answer> answers = stub.serverStream(
                ask("s").toBuilder().setCount(3).setFailCode(9).build());
        List<Answer> received = new ArrayList<>();
        StatusRuntimeException thrown =
                catchThrowableOfType(StatusRuntimeException.class, () -> answers.forEachRemaining(received::add));
        assertThat(received).hasSize(3);
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    @Test
    void clientStream() throws Exception {
        BlockingClientCall<Ask, Answer> call = streaming.clientStream();
        for (int i = 0; i < 100; i++) {
            call.write(ask("m" + i));
        }
        call.halfClose();
        Answer answer = Objects.requireNonNull(call.read());
        assertThat(answer.getIndex()).isEqualTo(100);
        assertThat(answer.getText()).startsWith("m0,m1,").endsWith(",m99");
    }

    @Test
    void bidiTurnByTurn() throws Exception {
        BlockingClientCall<Ask, Answer> call = streaming.bidi();
        for (int i = 0; i < 100; i++) {
            call.write(ask("m" + i));
            assertThat(Objects.requireNonNull(call.read()).getText()).isEqualTo("m" + i);
        }
        call.halfClose();
        assertThat(call.read()).isNull();
    }

    @Test
    void errorsCarryCodeMessageAndDetails() throws Exception {
        for (Code code : Code.values()) {
            StatusRuntimeException thrown = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> stub.unary(
                            ask("e").toBuilder().setFailCode(code.number()).build()));
            assertThat(thrown.getStatus().getCode().value()).isEqualTo(code.number());
            assertThat(thrown.getStatus().getDescription()).isEqualTo("failed as asked: ü %");
            BadRequest detail = Objects.requireNonNull(StatusProto.fromThrowable(thrown))
                    .getDetails(0)
                    .unpack(BadRequest.class);
            assertThat(detail).isEqualTo(ParleyInterop.detail());
        }
    }

    @Test
    void metadataBothWays() {
        Metadata sent = new Metadata();
        sent.put(Metadata.Key.of("x-echo", Metadata.ASCII_STRING_MARSHALLER), "value");
        sent.put(Metadata.Key.of("x-echo-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {0, 1, -1});
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        ClientInterceptor capture = MetadataUtils.newCaptureMetadataInterceptor(headers, trailers);
        stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent), capture)
                .unary(ask("m"));
        assertThat(headers.get().get(Metadata.Key.of("x-echo", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("value");
        assertThat(headers.get().get(Metadata.Key.of("x-echo-bin", Metadata.BINARY_BYTE_MARSHALLER)))
                .containsExactly(0, 1, -1);
        assertThat(trailers.get().get(Metadata.Key.of("x-echo-trailer", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("value");
    }

    @Test
    void theDeadlineReachesTheHandlerAndInterruptsIt() throws Exception {
        assertThat(stub.withDeadlineAfter(10, TimeUnit.SECONDS).unary(ask("d")).getRemainingMs())
                .isBetween(1L, 10_000L);
        StatusRuntimeException thrown = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.withDeadlineAfter(800, TimeUnit.MILLISECONDS)
                        .unary(ask("late").toBuilder().setWaitMs(60_000).build()));
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(service.interrupts.poll(5, TimeUnit.SECONDS)).isEqualTo("late");
    }

    @Test
    void cancellationReachesTheHandlerOfAStream() throws Exception {
        BlockingClientCall<?, Answer> call = streaming.serverStream(
                ask("c").toBuilder().setCount(1).setWaitMs(60_000).build());
        assertThat(call.read()).isNotNull();
        call.cancel("enough", null);
        assertThat(service.interrupts.poll(5, TimeUnit.SECONDS)).isEqualTo("c");
        Outcome end = Objects.requireNonNull(service.ends.poll(5, TimeUnit.SECONDS));
        assertThat(end.code()).contains(Code.CANCELLED);
    }

    @Test
    void anUnknownMethodIsUnimplemented() {
        StatusRuntimeException thrown = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> io.grpc.stub.ClientCalls.blockingUnaryCall(
                        channel,
                        InteropServiceGrpc.getUnaryMethod().toBuilder()
                                .setFullMethodName("parley.interop.v1.InteropService/Nope")
                                .build(),
                        io.grpc.CallOptions.DEFAULT,
                        ask("?")));
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(thrown.getStatus().getDescription()).contains("InteropService/Nope");
    }

    @Test
    void gzipRequestsAreUnderstood() {
        assertThat(stub.withCompression("gzip").unary(ask("z".repeat(10_000))).getText())
                .hasSize(10_000);
    }

    @Test
    void reflectionListsTheServices() throws Exception {
        BlockingClientCall<ServerReflectionRequest, ServerReflectionResponse> call =
                ServerReflectionGrpc.newBlockingV2Stub(channel).serverReflectionInfo();
        call.write(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(Objects.requireNonNull(call.read()).getListServicesResponse().getServiceList())
                .extracting(service -> service.getName())
                .contains("parley.interop.v1.InteropService");
        call.write(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("parley.interop.v1.InteropService.Unary")
                .build());
        assertThat(Objects.requireNonNull(call.read())
                        .getFileDescriptorResponse()
                        .getFileDescriptorProtoCount())
                .isPositive();
        call.halfClose();
    }
}
