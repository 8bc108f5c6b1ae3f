package dev.parley.grpcjava;

import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.RpcServer;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.TestServiceImpl;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** gRPC's interop cases: grpc-java's client on our server, its stubs over our client, its service on our server. */
class InteropTest {

    private static final int MOST = 16 << 20; // the very large cases have 10 MB

    private static final ScheduledExecutorService EXECUTOR = Executors.newScheduledThreadPool(2);

    private static RpcServer ours;
    private static RpcServer mounted;
    private static Server theirs;

    @BeforeAll
    static void start() throws Exception {
        ours = RpcServer.builder()
                .maxMessageBytes(MOST)
                .service(NativeTestService.DEFINITION, new NativeTestService())
                .start();
        GrpcService service = GrpcService.of(
                ServerInterceptors.intercept(new TestServiceImpl(EXECUTOR), TestServiceImpl.interceptors()));
        mounted = RpcServer.builder()
                .maxMessageBytes(MOST)
                .service(service.definition(), service)
                .start();
        theirs = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .maxInboundMessageSize(MOST)
                .addService(ServerInterceptors.intercept(new TestServiceImpl(EXECUTOR), TestServiceImpl.interceptors()))
                .build()
                .start();
    }

    @AfterAll
    static void stop() {
        ours.close();
        mounted.close();
        theirs.shutdownNow();
        EXECUTOR.shutdownNow();
    }

    private static Supplier<ManagedChannel> grpcJava(int port) {
        return () -> NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .maxInboundMessageSize(MOST)
                .build();
    }

    private static Supplier<ManagedChannel> parley(int port, RpcProtocol protocol) {
        return () -> GrpcChannel.over(Channel.builder("http://127.0.0.1:" + port)
                .protocol(protocol)
                .maxMessageBytes(MOST)
                .build());
    }

    @TestFactory
    List<DynamicTest> clientOfGrpcJavaOnOurService() {
        return InteropCases.tests(grpcJava(ours.port()), Set.of());
    }

    @TestFactory
    List<DynamicTest> clientOfGrpcJavaOnItsServiceMountedHere() {
        return InteropCases.tests(
                grpcJava(mounted.port()), Set.of("client_compressed_unary", "client_compressed_streaming"));
    }

    @TestFactory
    List<DynamicTest> ourClientOnAServerOfGrpcJava() {
        return InteropCases.tests(
                parley(theirs.getPort(), RpcProtocol.GRPC),
                Set.of("client_compressed_unary", "client_compressed_streaming"));
    }

    @TestFactory
    List<DynamicTest> ourClientOnOurService() {
        return InteropCases.tests(parley(ours.port(), RpcProtocol.GRPC), Set.of());
    }

    @TestFactory
    List<DynamicTest> ourClientOnOurServiceByGrpcWeb() {
        return InteropCases.tests(parley(ours.port(), RpcProtocol.GRPC_WEB), Set.of());
    }

    @TestFactory
    List<DynamicTest> ourClientOnOurServiceByGrpcWebText() {
        return InteropCases.tests(parley(ours.port(), RpcProtocol.GRPC_WEB_TEXT), Set.of());
    }

    @TestFactory
    List<DynamicTest> ourClientOnOurServiceByConnect() {
        return InteropCases.tests(parley(ours.port(), RpcProtocol.CONNECT), Set.of());
    }
}
