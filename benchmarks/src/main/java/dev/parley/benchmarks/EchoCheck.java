package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Before the load: writes the body of a gRPC request to the file that is the first argument, and calls the server on
 * each port that follows with grpc-java's client. Fails unless every answer is right, with {@code grpc-status} 0.
 */
final class EchoCheck {

    private static final List<EchoRequest> REQUESTS = List.of(
            Echo.SAMPLE,
            EchoRequest.getDefaultInstance(),
            EchoRequest.newBuilder().setId(-1).setText("é".repeat(20_000)).build());

    private EchoCheck() {}

    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            throw new IllegalArgumentException("arguments: FILE PORT...");
        }
        byte[] message = Echo.SAMPLE.toByteArray();
        ByteBuffer frame = ByteBuffer.allocate(5 + message.length)
                .put((byte) 0) // not compressed
                .putInt(message.length)
                .put(message);
        Files.write(Path.of(args[0]), frame.array());
        for (String port : List.of(args).subList(1, args.length)) {
            check("127.0.0.1:" + port);
        }
    }

    private static void check(String target) throws InterruptedException {
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(target).usePlaintext().build();
        try {
            EchoServiceGrpc.EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(channel);
            for (EchoRequest request : REQUESTS) {
                Echo.check(request, stub.withDeadlineAfter(10, TimeUnit.SECONDS).echo(request));
            }
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }
}
