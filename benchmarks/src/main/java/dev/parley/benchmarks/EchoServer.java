package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoService;
import dev.parley.http.Dispatch;
import dev.parley.rpc.RpcServer;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * One echo server on a free port of 127.0.0.1, which it prints; runs until it is killed. The argument says which:
 * {@code parley-loop}, {@code parley-virtual}, {@code grpc-direct} or {@code grpc-virtual}.
 */
final class EchoServer {

    private EchoServer() {}

    public static void main(String[] args) throws Exception {
        String kind = args.length == 1 ? args[0] : "none";
        int port = switch (kind) {
            case "parley-loop" -> parley(Dispatch.EVENT_LOOP);
            case "parley-virtual" -> parley(Dispatch.VIRTUAL_THREAD);
            case "grpc-direct" -> grpc(local().directExecutor());
            case "grpc-virtual" -> grpc(local().executor(Executors.newVirtualThreadPerTaskExecutor()));
            default -> throw new IllegalArgumentException("no echo server is called " + kind);
        };
        System.out.println("listening " + port);
        new CountDownLatch(1).await();
    }

    private static int parley(Dispatch dispatch) {
        return RpcServer.builder()
                .dispatch(dispatch)
                .service(EchoService.DEFINITION, new ParleyEcho())
                .start()
                .port();
    }

    private static NettyServerBuilder local() {
        return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0));
    }

    private static int grpc(NettyServerBuilder builder) throws IOException {
        Server server = builder.addService(new GrpcEcho()).build().start();
        return server.getPort();
    }
}
