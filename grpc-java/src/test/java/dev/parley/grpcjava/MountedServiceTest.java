package dev.parley.grpcjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcMethod;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.RpcServer;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A service written for grpc-java, mounted here: what it may rely on. */
class MountedServiceTest {

    private static RpcServer serve(BindableService service) {
        GrpcService mounted = GrpcService.of(service);
        return RpcServer.builder().service(mounted.definition(), mounted).start();
    }

    private static Channel channel(RpcServer server, RpcProtocol protocol) {
        return Channel.builder("http://127.0.0.1:" + server.port())
                .protocol(protocol)
                .build();
    }

    @SuppressWarnings("unchecked") // the types of the generated method
    private static RpcMethod<SimpleRequest, SimpleResponse> unary() {
        return (RpcMethod<SimpleRequest, SimpleResponse>) MethodBridge.of(TestServiceGrpc.getUnaryCallMethod());
    }

    @Test
    void isServedAsConnectTooWhichItsAuthorNeverHeardOf() throws Exception {
        BindableService service = new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void unaryCall(SimpleRequest request, StreamObserver<SimpleResponse> responses) {
                responses.onNext(SimpleResponse.newBuilder().setUsername("ada").build());
                responses.onCompleted();
            }
        };
        try (RpcServer server = serve(service)) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port()
                                            + "/grpc.testing.TestService/UnaryCall"))
                                    .header("content-type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"username\":\"ada\"}");
        }
    }

    @Test
    void answersFromAnotherThreadLater() {
        BindableService service = new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void unaryCall(SimpleRequest request, StreamObserver<SimpleResponse> responses) {
                Thread.startVirtualThread(() -> {
                    responses.onNext(
                            SimpleResponse.newBuilder().setUsername("later").build());
                    responses.onCompleted();
                });
            }
        };
        try (RpcServer server = serve(service);
                Channel channel = channel(server, RpcProtocol.CONNECT)) {
            assertThat(channel.call(unary(), CallOptions.defaults(), SimpleRequest.getDefaultInstance())
                            .getUsername())
                    .isEqualTo("later");
        }
    }

    @Test
    void seesDeadlineAddressAndMetadataThroughItsOwnApi() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        ServerInterceptor interceptor = new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                seen.add(String.valueOf(headers.get(Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER))));
                seen.add(String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
                return next.startCall(call, headers);
            }
        };
        BindableService service = new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void unaryCall(SimpleRequest request, StreamObserver<SimpleResponse> responses) {
                seen.add(String.valueOf(Context.current().getDeadline().timeRemaining(TimeUnit.SECONDS)));
                responses.onNext(SimpleResponse.getDefaultInstance());
                responses.onCompleted();
            }
        };
        GrpcService mounted = GrpcService.of(ServerInterceptors.intercept(service, interceptor));
        try (RpcServer server = RpcServer.builder()
                        .service(mounted.definition(), mounted)
                        .start();
                Channel channel = channel(server, RpcProtocol.GRPC)) {
            channel.call(
                    unary(),
                    CallOptions.defaults().withTimeout(Duration.ofSeconds(100)).withHeader("x-tenant", "blue"),
                    SimpleRequest.getDefaultInstance());
        }
        assertThat(seen.poll()).isEqualTo("blue");
        assertThat(seen.poll()).startsWith("/127.0.0.1:");
        assertThat(Integer.parseInt(seen.poll())).isBetween(60, 100);
    }

    @Test
    void hearsOfACancelledCall() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<String> cancelled = new CompletableFuture<>();
        CompletableFuture<Throwable> context = new CompletableFuture<>();
        BindableService service = new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void unaryCall(SimpleRequest request, StreamObserver<SimpleResponse> responses) {
                ServerCallStreamObserver<SimpleResponse> call = (ServerCallStreamObserver<SimpleResponse>) responses;
                call.setOnCancelHandler(() -> cancelled.complete("cancelled: " + call.isCancelled()));
                Context.current().addListener(ended -> context.complete(ended.cancellationCause()), Runnable::run);
                begun.countDown();
            }
        };
        try (RpcServer server = serve(service);
                Channel channel = channel(server, RpcProtocol.GRPC)) {
            assertThatThrownBy(() -> channel.call(
                            unary(),
                            CallOptions.defaults().withTimeout(Duration.ofSeconds(1)),
                            SimpleRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
            assertThat(begun.getCount()).isZero();
            assertThat(cancelled.get(10, TimeUnit.SECONDS)).isEqualTo("cancelled: true");
            assertThat(context.get(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void waitsForAClientThatDoesNotRead() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        BindableService service = new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void streamingOutputCall(
                    StreamingOutputCallRequest request, StreamObserver<StreamingOutputCallResponse> responses) {
                byte[] bytes = new byte[64 << 10];
                new java.util.Random(1).nextBytes(bytes); // zeros would be compressed to nothing
                StreamingOutputCallResponse large = StreamingOutputCallResponse.newBuilder()
                        .setPayload(io.grpc.testing.integration.Messages.Payload.newBuilder()
                                .setBody(com.google.protobuf.ByteString.copyFrom(bytes)))
                        .build();
                for (int i = 0; i < 1000; i++) { // 64 MB, without asking isReady
                    responses.onNext(large);
                    sent.incrementAndGet();
                }
                responses.onCompleted();
            }
        };
        try (RpcServer server = serve(service);
                Channel channel = channel(server, RpcProtocol.GRPC)) {
            @SuppressWarnings("unchecked") // the types of the generated method
            RpcMethod<StreamingOutputCallRequest, dev.parley.Messages<StreamingOutputCallResponse>> method =
                    (RpcMethod<StreamingOutputCallRequest, dev.parley.Messages<StreamingOutputCallResponse>>)
                            MethodBridge.of(TestServiceGrpc.getStreamingOutputCallMethod());
            try (dev.parley.Messages<StreamingOutputCallResponse> responses =
                    channel.call(method, CallOptions.defaults(), StreamingOutputCallRequest.getDefaultInstance())) {
                assertThat(responses.receive()).isNotNull();
                int before;
                do { // until it stands still
                    before = sent.get();
                    Thread.sleep(200);
                } while (sent.get() > before);
                assertThat(sent).hasValueLessThan(100);
                int read = 1;
                while (responses.receive() != null) {
                    read++;
                }
                assertThat(read).isEqualTo(1000);
            }
        }
    }

    @Test
    void whatItThrowsIsUnknownAndSaysNothing() {
        BindableService service = new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void emptyCall(Empty request, StreamObserver<Empty> responses) {
                throw new IllegalStateException("a secret");
            }

            @Override
            public void unaryCall(SimpleRequest request, StreamObserver<SimpleResponse> responses) {
                Metadata trailers = new Metadata();
                trailers.put(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER), "because");
                responses.onError(
                        Status.NOT_FOUND.withDescription("no such thing").asRuntimeException(trailers));
            }
        };
        try (RpcServer server = serve(service);
                Channel channel = channel(server, RpcProtocol.GRPC)) {
            @SuppressWarnings("unchecked") // the types of the generated method
            RpcMethod<Empty, Empty> empty =
                    (RpcMethod<Empty, Empty>) MethodBridge.of(TestServiceGrpc.getEmptyCallMethod());
            assertThatThrownBy(() -> channel.call(empty, CallOptions.defaults(), Empty.getDefaultInstance()))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.UNKNOWN);
                        assertThat(e.message()).isEqualTo("Application error processing RPC");
                    });
            assertThatThrownBy(() -> channel.call(unary(), CallOptions.defaults(), SimpleRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.NOT_FOUND);
                        assertThat(e.message()).isEqualTo("no such thing");
                        assertThat(e.metadata().get("x-why")).contains("because");
                    });
        }
    }

    @Test
    void noResponseAndTwoResponsesAreFaultsOfTheService() {
        BindableService service = new TestServiceGrpc.TestServiceImplBase() {
            @Override
            public void unaryCall(SimpleRequest request, StreamObserver<SimpleResponse> responses) {
                for (int i = 0; i < request.getResponseSize(); i++) {
                    responses.onNext(SimpleResponse.getDefaultInstance());
                }
                responses.onCompleted();
            }
        };
        try (RpcServer server = serve(service);
                Channel channel = channel(server, RpcProtocol.GRPC)) {
            for (int count : new int[] {0, 2}) {
                assertThatThrownBy(() -> channel.call(
                                unary(),
                                CallOptions.defaults(),
                                SimpleRequest.newBuilder()
                                        .setResponseSize(count)
                                        .build()))
                        .as("%d responses", count)
                        .isInstanceOfSatisfying(
                                CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INTERNAL));
            }
        }
    }
}
