package dev.parley.grpcjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcServer;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallResponse;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong on either side of the bridge, in grpc-java's code or in the peer's: both sides hear of the end. */
@Timeout(60)
class BridgeFaultsTest {

    private @Nullable RpcServer server;
    private @Nullable Channel parley;

    @AfterEach
    void stop() {
        if (parley != null) {
            parley.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private GrpcChannel serve(TestServiceGrpc.TestServiceImplBase service, Interceptor... chain) {
        GrpcService mounted = GrpcService.of(service);
        RpcServer started = RpcServer.builder()
                .interceptors(List.of(chain))
                .service(mounted.definition(), mounted)
                .start();
        server = started;
        Channel channel = Channel.builder("http://127.0.0.1:" + started.port()).build();
        parley = channel;
        return GrpcChannel.over(channel);
    }

    private static final class Answering extends TestServiceGrpc.TestServiceImplBase {
        @Override
        public void emptyCall(Empty request, StreamObserver<Empty> responses) {
            responses.onNext(Empty.getDefaultInstance());
            responses.onCompleted();
        }

        @Override
        public StreamObserver<StreamingInputCallRequest> streamingInputCall(
                StreamObserver<StreamingInputCallResponse> responses) {
            return new StreamObserver<>() {
                private int count;

                @Override
                public void onNext(StreamingInputCallRequest request) {
                    count++;
                }

                @Override
                public void onError(Throwable error) {}

                @Override
                public void onCompleted() {
                    responses.onNext(StreamingInputCallResponse.newBuilder()
                            .setAggregatedPayloadSize(count)
                            .build());
                    responses.onCompleted();
                }
            };
        }
    }

    /** Adds a name that HTTP allows and grpc-java does not, to requests of one and to answers of the other. */
    private static Interceptor odd(boolean failing) {
        return new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                call.requestHeaders().add("x!odd", "1").add("x-odd-bin", "***");
                call.responseHeaders().add("x!odd", "1");
                call.responseTrailers().add("x'odd", "1").add("x-odd-bin", "***");
                R response = next.handle(call, request);
                if (failing) {
                    throw new CallException(Code.NOT_FOUND, "as asked");
                }
                return response;
            }
        };
    }

    @Test
    void namesThatGrpcJavaCannotHoldAreLeftBehind() {
        GrpcChannel channel = serve(new Answering(), odd(false));
        assertThat(TestServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .emptyCall(Empty.getDefaultInstance()))
                .isEqualTo(Empty.getDefaultInstance());
    }

    @Test
    void anErrorWithNamesThatGrpcJavaCannotHoldIsTold() throws Exception {
        GrpcChannel channel = serve(new Answering(), odd(true));
        var answer = TestServiceGrpc.newFutureStub(channel).emptyCall(Empty.getDefaultInstance());
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }

    @Test
    void headersInFrontOfAnErrorAreTold() throws Exception {
        GrpcChannel channel = serve(new Answering(), new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) {
                call.responseHeaders().add("x-head", "1");
                throw new CallException(Code.NOT_FOUND, "as asked");
            }
        });
        List<String> told = new ArrayList<>();
        CompletableFuture<Status> closed = new CompletableFuture<>();
        start(channel, TestServiceGrpc.getEmptyCallMethod(), Empty.getDefaultInstance(), new ClientCall.Listener<>() {
            @Override
            public void onHeaders(io.grpc.Metadata headers) {
                told.add(headers.get(io.grpc.Metadata.Key.of("x-head", io.grpc.Metadata.ASCII_STRING_MARSHALLER)));
            }

            @Override
            public void onClose(Status status, io.grpc.Metadata trailers) {
                closed.complete(status);
            }
        });
        assertThat(closed.get(20, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(told).containsExactly("1");
    }

    private static <Q, R> void start(
            GrpcChannel channel, MethodDescriptor<Q, R> method, Q request, ClientCall.Listener<R> listener) {
        ClientCall<Q, R> call = channel.newCall(method, io.grpc.CallOptions.DEFAULT);
        call.start(listener, new io.grpc.Metadata());
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
    }

    @Test
    void aCallbackThatFailsEndsTheCallAndHearsNothingElse() throws Exception {
        GrpcChannel channel = serve(new Answering());
        List<String> told = new ArrayList<>();
        CompletableFuture<Status> closed = new CompletableFuture<>();
        start(channel, TestServiceGrpc.getEmptyCallMethod(), Empty.getDefaultInstance(), new ClientCall.Listener<>() {
            @Override
            public void onHeaders(io.grpc.Metadata headers) {
                throw new AssertionError("as asked");
            }

            @Override
            public void onMessage(Empty message) {
                told.add("message");
            }

            @Override
            public void onClose(Status status, io.grpc.Metadata trailers) {
                closed.complete(status);
            }
        });
        closed.get(20, TimeUnit.SECONDS);
        assertThat(told).isEmpty();
        channel.shutdown();
        assertThat(channel.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCallThatWasCancelledBeforeItsStartHearsOnlyOfItsEnd() throws Exception {
        GrpcChannel channel = serve(new Answering());
        List<String> told = new ArrayList<>();
        CompletableFuture<Status> closed = new CompletableFuture<>();
        ClientCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
                channel.newCall(TestServiceGrpc.getStreamingInputCallMethod(), io.grpc.CallOptions.DEFAULT);
        call.cancel("never mind", null);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onReady() {
                        told.add("ready");
                    }

                    @Override
                    public void onClose(Status status, io.grpc.Metadata trailers) {
                        told.add("closed");
                        closed.complete(status);
                    }
                },
                new io.grpc.Metadata());
        assertThat(closed.get(20, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.CANCELLED);
        TestServiceGrpc.newBlockingStub(channel).emptyCall(Empty.getDefaultInstance());
        assertThat(told).containsExactly("closed");
    }

    @Test
    void aTracerThatFailsDoesNotHideTheEnd() {
        GrpcChannel channel = serve(new Answering());
        assertThat(TestServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .withInterceptors(tracing(new ClientStreamTracer() {
                            @Override
                            public void streamClosed(Status status) {
                                throw new IllegalStateException("as asked");
                            }
                        }))
                        .emptyCall(Empty.getDefaultInstance()))
                .isEqualTo(Empty.getDefaultInstance());
    }

    private static io.grpc.ClientInterceptor tracing(ClientStreamTracer tracer) {
        return new io.grpc.ClientInterceptor() {
            @Override
            public <Q, R> ClientCall<Q, R> interceptCall(
                    MethodDescriptor<Q, R> method, io.grpc.CallOptions options, io.grpc.Channel next) {
                return next.newCall(method, options.withStreamTracerFactory(new ClientStreamTracer.Factory() {
                    @Override
                    public ClientStreamTracer newClientStreamTracer(
                            ClientStreamTracer.StreamInfo info, io.grpc.Metadata headers) {
                        return tracer;
                    }
                }));
            }
        };
    }

    /** With an executor that runs callbacks on the thread that has something to tell, that thread would wait for itself. */
    @Test
    void aCallbackMaySendMoreThanThereIsRoomFor() throws Exception {
        GrpcChannel channel = serve(new Answering());
        CompletableFuture<Integer> counted = new CompletableFuture<>();
        TestServiceGrpc.newStub(channel)
                .withExecutor(com.google.common.util.concurrent.MoreExecutors.directExecutor())
                .streamingInputCall(
                        new ClientResponseObserver<StreamingInputCallRequest, StreamingInputCallResponse>() {
                            private int left = 500;

                            @Override
                            public void beforeStart(ClientCallStreamObserver<StreamingInputCallRequest> requests) {
                                requests.setOnReadyHandler(() -> {
                                    for (int i = 0; i < 200 && left > 0; i++, left--) { // whatever isReady says
                                        requests.onNext(StreamingInputCallRequest.getDefaultInstance());
                                    }
                                    if (left > 0) {
                                        while (requests.isReady()) {
                                            left--;
                                            requests.onNext(StreamingInputCallRequest.getDefaultInstance());
                                            if (left == 0) {
                                                break;
                                            }
                                        }
                                    }
                                    if (left == 0) {
                                        left = -1;
                                        requests.onCompleted();
                                    }
                                });
                            }

                            @Override
                            public void onNext(StreamingInputCallResponse response) {
                                counted.complete(response.getAggregatedPayloadSize());
                            }

                            @Override
                            public void onError(Throwable error) {
                                counted.completeExceptionally(error);
                            }

                            @Override
                            public void onCompleted() {}
                        });
        assertThat(counted.get(30, TimeUnit.SECONDS)).isEqualTo(500);
    }

    @Test
    void whoWaitsForTheEndOfAChannelHearsOfItsShutdown() throws Exception {
        GrpcChannel channel = serve(new Answering());
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread waiter = Thread.startVirtualThread(() -> {
            waiting.countDown();
            try {
                ended.complete(channel.awaitTermination(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                ended.completeExceptionally(e);
            }
        });
        waiting.await();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        channel.shutdown();
        assertThat(ended.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anErrorOfTheServiceIsUnknownAndEndsItsContext() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        GrpcChannel channel = serve(new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void emptyCall(Empty request, StreamObserver<Empty> responses) {
                Context.current().addListener(ended -> heard.complete("ended"), Runnable::run);
                throw new AssertionError("a secret");
            }
        });
        assertThatThrownBy(() -> TestServiceGrpc.newBlockingStub(channel).emptyCall(Empty.getDefaultInstance()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
                    assertThat(e.getStatus().getDescription()).doesNotContain("secret");
                });
        assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("ended");
    }

    @Test
    void whatAServiceThrowsBehindItsAnswerIsTooLate() {
        GrpcChannel channel = serve(new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void emptyCall(Empty request, StreamObserver<Empty> responses) {
                responses.onNext(Empty.getDefaultInstance());
                responses.onCompleted();
                throw new IllegalStateException("too late");
            }
        });
        assertThat(TestServiceGrpc.newBlockingStub(channel).emptyCall(Empty.getDefaultInstance()))
                .isEqualTo(Empty.getDefaultInstance());
    }

    @Test
    void allThreadsThatSendIntoACallComeBackWhenItEnds() throws Exception {
        int threads = 60;
        CountDownLatch back = new CountDownLatch(threads);
        AtomicInteger begun = new AtomicInteger();
        GrpcChannel channel = serve(new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void streamingOutputCall(
                    StreamingOutputCallRequest request, StreamObserver<StreamingOutputCallResponse> responses) {
                ((ServerCallStreamObserver<StreamingOutputCallResponse>) responses).setOnCancelHandler(() -> {});
                byte[] bytes = new byte[256 << 10];
                new java.util.Random(1).nextBytes(bytes); // or compression would make room
                StreamingOutputCallResponse large = StreamingOutputCallResponse.newBuilder()
                        .setPayload(io.grpc.testing.integration.Messages.Payload.newBuilder()
                                .setBody(com.google.protobuf.ByteString.copyFrom(bytes)))
                        .build();
                for (int i = 0; i < threads; i++) {
                    Thread.startVirtualThread(() -> {
                        begun.incrementAndGet();
                        for (int n = 0; n < 10; n++) {
                            responses.onNext(large);
                        }
                        back.countDown();
                    });
                }
            }
        });
        ClientCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
                channel.newCall(TestServiceGrpc.getStreamingOutputCallMethod(), io.grpc.CallOptions.DEFAULT);
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(StreamingOutputCallResponse response) {
                        first.complete(true);
                    }
                },
                new io.grpc.Metadata());
        call.request(1); // and no more, so that they must wait
        call.sendMessage(StreamingOutputCallRequest.getDefaultInstance());
        call.halfClose();
        assertThat(first.get(20, TimeUnit.SECONDS)).isTrue();
        while (begun.get() < threads) {
            Thread.sleep(10);
        }
        call.cancel("enough", null);
        assertThat(back.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aServiceThatSendsWhileItMayHearsOfRequestsAllTheSame() throws Exception {
        GrpcChannel channel = serve(new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public StreamObserver<StreamingOutputCallRequest> fullDuplexCall(
                    StreamObserver<StreamingOutputCallResponse> responses) {
                ServerCallStreamObserver<StreamingOutputCallResponse> call =
                        (ServerCallStreamObserver<StreamingOutputCallResponse>) responses;
                boolean[] stopped = {false};
                call.setOnReadyHandler(() -> {
                    while (call.isReady() && !stopped[0]) {
                        call.onNext(StreamingOutputCallResponse.getDefaultInstance());
                    }
                });
                return new StreamObserver<>() {
                    @Override
                    public void onNext(StreamingOutputCallRequest request) {
                        stopped[0] = true;
                        call.onCompleted();
                    }

                    @Override
                    public void onError(Throwable error) {}

                    @Override
                    public void onCompleted() {}
                };
            }
        });
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        TestServiceGrpc.newStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .fullDuplexCall(new ClientResponseObserver<StreamingOutputCallRequest, StreamingOutputCallResponse>() {
                    private @Nullable ClientCallStreamObserver<StreamingOutputCallRequest> requests;
                    private int count;

                    @Override
                    public void beforeStart(ClientCallStreamObserver<StreamingOutputCallRequest> sent) {
                        requests = sent;
                    }

                    @Override
                    public void onNext(StreamingOutputCallResponse response) {
                        if (++count == 100 && requests != null) {
                            requests.onNext(StreamingOutputCallRequest.getDefaultInstance());
                        }
                    }

                    @Override
                    public void onError(Throwable error) {
                        ended.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {
                        ended.complete(true);
                    }
                });
        assertThat(ended.get(40, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aServerThatNoticesTheDeadlineFirstChangesNoWords() {
        CallException told = new CallException(
                Code.DEADLINE_EXCEEDED,
                "the server's words",
                null,
                List.of(),
                new Metadata(),
                CallException.Origin.REMOTE,
                RetryAdvice.UNSTATED);
        assertThat(StatusBridge.toGrpc(told, Deadline.after(Duration.ZERO)).getDescription())
                .isEqualTo("ClientCall was cancelled at or after deadline. the server's words");
        assertThat(StatusBridge.toGrpc(told, Deadline.after(Duration.ofHours(1)))
                        .getDescription())
                .isEqualTo("the server's words");
        assertThat(StatusBridge.toGrpc(told, Deadline.NONE).getDescription()).isEqualTo("the server's words");
    }
}
