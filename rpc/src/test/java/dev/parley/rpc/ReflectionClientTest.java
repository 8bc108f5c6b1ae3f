package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.library.LibraryService;
import dev.parley.rpc.reflection.FileDescriptorResponse;
import dev.parley.rpc.reflection.ServerReflectionRequest;
import dev.parley.rpc.reflection.ServerReflectionResponse;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ReflectionClientTest {

    private static final CallOptions OPTIONS = CallOptions.defaults().withTimeout(Duration.ofSeconds(20));

    private static Channel to(int port) {
        return Channel.builder("http://127.0.0.1:" + port).build();
    }

    @ParameterizedTest
    @EnumSource(names = {"GRPC", "CONNECT"})
    void learnsFromAParleyServerByEachProtocolThatCarriesIt(RpcProtocol protocol) {
        try (RpcServer server = RpcServer.builder()
                        .service(EchoService.DEFINITION, new EchoService() {})
                        .service(LibraryService.DEFINITION, new LibraryService() {})
                        .start();
                Channel channel = Channel.builder("http://127.0.0.1:" + server.port())
                        .protocol(protocol)
                        .build()) {
            ReflectionClient client = new ReflectionClient(channel, OPTIONS);
            assertThat(client.services()).contains("parley.test.v1.EchoService", "parley.test.v1.LibraryService");
            Schema library = client.schema("parley.test.v1.LibraryService");
            assertThat(library.method("parley.test.v1.LibraryService/GetBook")
                            .requestPrototype()
                            .getDescriptorForType())
                    .extracting(type -> type.getFullName())
                    .isEqualTo("parley.test.v1.GetBookRequest");
            assertThat(client.schema().services())
                    .contains("parley.test.v1.EchoService", "parley.test.v1.LibraryService");
        }
    }

    @Test
    void whatWasLearntIsKept() {
        AtomicInteger streams = new AtomicInteger();
        Interceptor counting = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                streams.incrementAndGet();
                return next.handle(call, request);
            }
        };
        RpcHandler handler = RpcHandler.builder()
                .interceptors(java.util.List.of(counting))
                .service(EchoService.DEFINITION, new EchoService() {})
                .build();
        ReflectionClient client = new ReflectionClient(Channel.inProcess(handler), OPTIONS);
        Schema first = client.schema("parley.test.v1.EchoService");
        assertThat(client.schema("parley.test.v1.EchoService")).isSameAs(first);
        assertThat(streams).hasValue(1);
    }

    private static void withGrpcJava(BindableService reflection, java.util.function.Consumer<Channel> test)
            throws Exception {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(new HealthStatusManager().getHealthService())
                .addService(reflection)
                .build()
                .start();
        try (Channel channel = to(server.getPort())) {
            test.accept(channel);
        } finally {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static void checkHealth(Channel channel) {
        ReflectionClient client = new ReflectionClient(channel, OPTIONS);
        Schema schema = client.schema("grpc.health.v1.Health");
        RpcMethod<?, ?> check = schema.method("grpc.health.v1.Health/Check");
        MessageJson json = MessageJson.of(schema);
        assertThat(new DynamicClient(channel)
                        .call(check, OPTIONS, Messages.of(json.parse(check.requestPrototype(), "{}")))
                        .map(json::print)
                        .toList(2))
                .containsExactly("{\"status\":\"SERVING\"}");
        assertThat(client.services()).contains("grpc.health.v1.Health");
    }

    @Test
    void learnsFromGrpcJavaByVersion1() throws Exception {
        withGrpcJava(ProtoReflectionServiceV1.newInstance(), ReflectionClientTest::checkHealth);
    }

    @Test
    @SuppressWarnings("deprecation") // what older servers have
    void learnsFromGrpcJavaByVersion1Alpha() throws Exception {
        withGrpcJava(ProtoReflectionService.newInstance(), ReflectionClientTest::checkHealth);
    }

    @Test
    void aServerWithoutReflectionIsToldWithTheWayOut() {
        try (RpcServer server = RpcServer.builder()
                        .reflection(false)
                        .service(EchoService.DEFINITION, new EchoService() {})
                        .start();
                Channel channel = to(server.port())) {
            ReflectionClient client = new ReflectionClient(channel, OPTIONS);
            CallException error = catchThrowableOfType(CallException.class, client::services);
            assertThat(error.code()).isEqualTo(Code.UNIMPLEMENTED);
            assertThat(error.message()).contains("no reflection", "v1alpha", "descriptor set");
        }
    }

    @Test
    void anUnknownServiceIsToldWithThoseThatAreNear() {
        ReflectionClient client = new ReflectionClient(
                Channel.inProcess(RpcHandler.builder()
                        .service(EchoService.DEFINITION, new EchoService() {})
                        .build()),
                OPTIONS);
        assertThatThrownBy(() -> client.schema("parley.test.v1.EkoService"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("did you mean parley.test.v1.EchoService?");
        assertThatThrownBy(() -> client.schema("zzz"))
                .hasMessageContainingAll("knows no zzz", "its services are", "parley.test.v1.EchoService");
    }

    /** A server whose reflection answers each question by {@code answer}. */
    private static ReflectionClient against(Answer answer) {
        ServiceDefinition<DynamicService> reflection = ServiceDefinition.dynamic(
                ReflectionVersion.V1.info().descriptor().getService());
        RpcHandler handler = RpcHandler.builder()
                .reflection(false)
                .service(
                        reflection,
                        (method, requests) -> requests.map(request -> {
                            try {
                                return answer.to(ServerReflectionRequest.parseFrom(request.toByteString()));
                            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                                throw new AssertionError(e);
                            }
                        }))
                .build();
        return new ReflectionClient(Channel.inProcess(handler), OPTIONS);
    }

    private interface Answer {
        ServerReflectionResponse to(ServerReflectionRequest request);
    }

    private static ServerReflectionResponse told(FileDescriptorProto file) {
        return ServerReflectionResponse.newBuilder()
                .setFileDescriptorResponse(
                        FileDescriptorResponse.newBuilder().addFileDescriptorProto(file.toByteString()))
                .build();
    }

    @Test
    void aServerThatNeverStopsTellingFilesIsStopped() {
        AtomicInteger next = new AtomicInteger();
        ReflectionClient client = against(request -> {
            int number = next.getAndIncrement();
            return told(FileDescriptorProto.newBuilder()
                    .setName(number + ".proto")
                    .addDependency((number + 1) + ".proto")
                    .build());
        });
        CallException error = catchThrowableOfType(CallException.class, () -> client.schema("a.B"));
        assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(next).hasValue(ReflectionClient.MOST_FILES + 1);
    }

    @Test
    void aServerThatTellsTooMuchIsStopped() {
        AtomicInteger next = new AtomicInteger();
        ReflectionClient client = against(request -> {
            int number = next.getAndIncrement();
            return told(FileDescriptorProto.newBuilder()
                    .setName(number + ".proto")
                    .setPackage("p".repeat(3 << 20))
                    .addDependency((number + 1) + ".proto")
                    .build());
        });
        CallException error = catchThrowableOfType(CallException.class, () -> client.schema("a.B"));
        assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(error.message()).contains("33554432 bytes");
    }

    @Test
    void nonsenseIsAnErrorOfTheServer() {
        for (Answer nonsense : java.util.List.<Answer>of(
                request -> ServerReflectionResponse.getDefaultInstance(),
                request -> ServerReflectionResponse.newBuilder()
                        .setFileDescriptorResponse(FileDescriptorResponse.newBuilder()
                                .addFileDescriptorProto(com.google.protobuf.ByteString.copyFromUtf8("nonsense")))
                        .build(),
                request -> told(FileDescriptorProto.newBuilder()
                        .setName("a.proto")
                        .addDependency("a.proto")
                        .build()),
                request -> told(FileDescriptorProto.newBuilder()
                        .setName("a.proto")
                        .addDependency("b.proto")
                        .build()))) {
            ReflectionClient client = against(nonsense);
            CallException error = catchThrowableOfType(CallException.class, () -> client.schema("a.B"));
            assertThat(error.code()).isEqualTo(Code.INTERNAL);
        }
    }
}
