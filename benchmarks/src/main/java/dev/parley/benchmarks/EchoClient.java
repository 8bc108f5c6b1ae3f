package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.EchoService;
import dev.parley.benchmarks.echo.EchoServiceGrpc;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A client that calls an echo server as fast as it can from a number of virtual threads, for as many seconds as each
 * line of its standard input says; for each line it prints the calls a second. It ends with its input. Arguments: {@code parley} or {@code grpc}, the port, the number of threads.
 *
 * <p>Either client gives each call a deadline of 15 s: Parley does so by default, and a gRPC client should.
 */
final class EchoClient {

    private static final int DEADLINE_SECONDS = 15;

    private EchoClient() {}

    /** One blocking call. */
    @FunctionalInterface
    interface EchoCall {
        EchoResponse echo(EchoRequest request);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("arguments: parley|grpc PORT THREADS");
        }
        int threads = Integer.parseInt(args[2]);
        String server = "127.0.0.1:" + args[1];
        switch (args[0]) {
            case "parley" -> {
                try (Channel channel = Channel.builder("http://" + server).build()) {
                    CallOptions options = CallOptions.defaults().withTimeout(Duration.ofSeconds(DEADLINE_SECONDS));
                    serve(EchoService.client(channel).with(options)::echo, threads);
                }
            }
            case "grpc" -> {
                ManagedChannel channel =
                        ManagedChannelBuilder.forTarget(server).usePlaintext().build();
                EchoServiceGrpc.EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(channel);
                serve(
                        request -> stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                                .echo(request),
                        threads);
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
            default -> throw new IllegalArgumentException("no client is called " + args[0]);
        }
    }

    private static void serve(EchoCall call, int threads) throws IOException, InterruptedException {
        Echo.check(Echo.SAMPLE, call.echo(Echo.SAMPLE));
        System.out.println("ready");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            Duration length = Duration.ofMillis(Math.round(Double.parseDouble(line) * 1000));
            double perSecond = ClosedLoop.run(threads, length, () -> Echo.check(Echo.SAMPLE, call.echo(Echo.SAMPLE)));
            System.out.println(String.format(Locale.ROOT, "%.0f", perSecond));
        }
    }
}
