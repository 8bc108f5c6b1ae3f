package dev.parley.grpcjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.parley.Call;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcServer;
import io.grpc.CallCredentials;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallResponse;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stubs that grpc-java has generated, over Parley's client: what code around them may rely on. */
class GrpcChannelTest {

    private final BlockingQueue<String> authorizations = new LinkedBlockingQueue<>();
    private RpcServer server;
    private Channel parley;
    private GrpcChannel channel;

    @BeforeEach
    void start() {
        server = RpcServer.builder()
                .interceptors(java.util.List.of(new dev.parley.Interceptor() {
                    @Override
                    public <Q, R> R intercept(Call call, Q request, dev.parley.Handler<Q, R> next) throws Exception {
                        call.requestHeaders().get("authorization").ifPresent(authorizations::add);
                        return next.handle(call, request);
                    }
                }))
                .service(NativeTestService.DEFINITION, new NativeTestService())
                .start();
        parley = Channel.builder("http://127.0.0.1:" + server.port()).build();
        channel = GrpcChannel.over(parley, "shop.example");
    }

    @AfterEach
    void stop() {
        parley.close();
        server.close();
    }

    @Test
    void futureAndBlockingStubs() throws Exception {
        assertThat(TestServiceGrpc.newFutureStub(channel)
                        .emptyCall(Empty.getDefaultInstance())
                        .get(10, TimeUnit.SECONDS))
                .isEqualTo(Empty.getDefaultInstance());
        Iterator<StreamingOutputCallResponse> responses = TestServiceGrpc.newBlockingStub(channel)
                .streamingOutputCall(StreamingOutputCallRequest.newBuilder()
                        .addResponseParameters(ResponseParameters.newBuilder().setSize(3))
                        .addResponseParameters(ResponseParameters.newBuilder().setSize(4))
                        .build());
        assertThat(responses.next().getPayload().getBody().size()).isEqualTo(3);
        assertThat(responses.next().getPayload().getBody().size()).isEqualTo(4);
        assertThat(responses.hasNext()).isFalse();
    }

    @Test
    void credentialsAreAskedAndTheirHeadersSent() {
        TestServiceGrpc.newBlockingStub(channel)
                .withCallCredentials(new CallCredentials() {
                    @Override
                    public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
                        executor.execute(() -> {
                            Metadata headers = new Metadata();
                            headers.put(
                                    Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                                    "Bearer for " + info.getAuthority());
                            applier.apply(headers);
                        });
                    }
                })
                .emptyCall(Empty.getDefaultInstance());
        assertThat(authorizations.poll()).isEqualTo("Bearer for shop.example");
    }

    @Test
    void credentialsThatFailFailTheCall() {
        assertThatThrownBy(() -> TestServiceGrpc.newBlockingStub(channel)
                        .withCallCredentials(new CallCredentials() {
                            @Override
                            public void applyRequestMetadata(
                                    RequestInfo info, Executor executor, MetadataApplier applier) {
                                applier.fail(Status.UNAUTHENTICATED.withDescription("no token"));
                            }
                        })
                        .emptyCall(Empty.getDefaultInstance()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
                    assertThat(e.getStatus().getDescription()).isEqualTo("no token");
                });
    }

    @Test
    void aCancelledContextCancelsTheCall() throws Exception {
        Context.CancellableContext context = Context.current().withCancellation();
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        context.run(() -> TestServiceGrpc.newStub(channel).fullDuplexCall(new io.grpc.stub.StreamObserver<>() {
            @Override
            public void onNext(StreamingOutputCallResponse response) {}

            @Override
            public void onError(Throwable error) {
                failed.complete(error);
            }

            @Override
            public void onCompleted() {}
        }));
        context.cancel(null);
        assertThat(Status.fromThrowable(failed.get(10, TimeUnit.SECONDS)).getCode())
                .isEqualTo(Status.Code.CANCELLED);
    }

    @Test
    void manualFlowControlOfRequests() throws Exception {
        CompletableFuture<Integer> total = new CompletableFuture<>();
        TestServiceGrpc.newStub(channel)
                .streamingInputCall(
                        new ClientResponseObserver<StreamingInputCallRequest, StreamingInputCallResponse>() {
                            private int left = 2000;

                            @Override
                            public void beforeStart(ClientCallStreamObserver<StreamingInputCallRequest> requests) {
                                requests.setOnReadyHandler(() -> {
                                    while (requests.isReady() && left > 0) {
                                        left--;
                                        requests.onNext(StreamingInputCallRequest.newBuilder()
                                                .setPayload(Payload.newBuilder()
                                                        .setBody(ByteString.copyFrom(new byte[1000])))
                                                .build());
                                        if (left == 0) {
                                            requests.onCompleted();
                                        }
                                    }
                                });
                            }

                            @Override
                            public void onNext(StreamingInputCallResponse response) {
                                total.complete(response.getAggregatedPayloadSize());
                            }

                            @Override
                            public void onError(Throwable error) {
                                total.completeExceptionally(error);
                            }

                            @Override
                            public void onCompleted() {}
                        });
        assertThat(total.get(20, TimeUnit.SECONDS)).isEqualTo(2_000_000);
    }

    @Test
    void shutDown() throws Exception {
        assertThat(channel.isShutdown()).isFalse();
        channel.shutdown();
        assertThat(channel.awaitTermination(1, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> TestServiceGrpc.newBlockingStub(channel).unaryCall(SimpleRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }

    @Test
    void shutDownNowCancelsWhatRuns() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        TestServiceGrpc.newStub(channel).fullDuplexCall(new io.grpc.stub.StreamObserver<>() {
            @Override
            public void onNext(StreamingOutputCallResponse response) {}

            @Override
            public void onError(Throwable error) {
                failed.complete(error);
            }

            @Override
            public void onCompleted() {}
        });
        channel.shutdownNow();
        assertThat(Status.fromThrowable(failed.get(10, TimeUnit.SECONDS)).getCode())
                .isEqualTo(Status.Code.CANCELLED);
        assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
}
