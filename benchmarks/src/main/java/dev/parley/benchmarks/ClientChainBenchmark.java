package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.EchoService;
import dev.parley.chain.Chain;
import dev.parley.rpc.Channel;
import dev.parley.rpc.ChannelBuilder;
import dev.parley.rpc.RpcHandler;
import dev.parley.rpc.RpcServer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A unary gRPC call through the default client chain, and with none, one after the other: over loopback and in the
 * process. The server is in the same JVM and has no chain, so time and bytes are those of both ends, and the difference is
 * the client's chain.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class ClientChainBenchmark {

    private final RpcServer server = RpcServer.builder()
            .service(EchoService.DEFINITION, new ParleyEcho())
            .chain(Chain.empty())
            .start();
    private final RpcHandler handler = RpcHandler.builder()
            .service(EchoService.DEFINITION, new ParleyEcho())
            .chain(Chain.empty())
            .build();
    private final Channel networkChannel = overNetwork().build();
    private final Channel bareNetworkChannel =
            overNetwork().chain(Chain.empty()).build();
    private final Channel processChannel = inProcess().build();
    private final Channel bareProcessChannel = inProcess().chain(Chain.empty()).build();
    private final EchoService.Client network = EchoService.client(networkChannel);
    private final EchoService.Client bareNetwork = EchoService.client(bareNetworkChannel);
    private final EchoService.Client process = EchoService.client(processChannel);
    private final EchoService.Client bareProcess = EchoService.client(bareProcessChannel);

    private ChannelBuilder overNetwork() {
        return Channel.builder("http://127.0.0.1:" + server.port());
    }

    private ChannelBuilder inProcess() {
        return Channel.builder("in-process").inProcess(handler);
    }

    @TearDown
    public void close() {
        networkChannel.close();
        bareNetworkChannel.close();
        processChannel.close();
        bareProcessChannel.close();
        server.close();
    }

    @Benchmark
    public EchoResponse networkChain() {
        return network.echo(Echo.SAMPLE);
    }

    @Benchmark
    public EchoResponse networkBare() {
        return bareNetwork.echo(Echo.SAMPLE);
    }

    @Benchmark
    public EchoResponse inProcessChain() {
        return process.echo(Echo.SAMPLE);
    }

    @Benchmark
    public EchoResponse inProcessBare() {
        return bareProcess.echo(Echo.SAMPLE);
    }
}
