package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoService;
import dev.parley.benchmarks.echo.StreamService;
import dev.parley.http.Dispatch;
import dev.parley.rpc.RpcServer;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/**
 * One server of echoes and streams on a free port of 127.0.0.1, which it prints; runs until it is killed, and says on
 * request what its memory holds. The argument says which: {@code parley-loop}, {@code parley-virtual}, {@code grpc-direct}
 * or {@code grpc-virtual}.
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
        if (kind.startsWith("grpc")) {
            MemoryReport.onRequest(PlatformDependent::usedDirectMemory);
        } else {
            MemoryReport.onRequest();
        }
    }

    private static int parley(Dispatch dispatch) {
        return RpcServer.builder()
                .dispatch(dispatch)
                .service(EchoService.DEFINITION, new ParleyEcho())
                .service(StreamService.DEFINITION, new ParleyStreams())
                .start()
                .port();
    }

    private static NettyServerBuilder local() {
        return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0));
    }

    private static int grpc(NettyServerBuilder builder) throws IOException {
        Server server = builder.addService(new GrpcEcho())
                .addService(new GrpcStreams())
                .build()
                .start();
        return server.getPort();
    }
}
