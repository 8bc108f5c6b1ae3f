package dev.parley.benchmarks.balance;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoService;
import dev.parley.chain.Chain;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.LoadBalancer;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Parley, with a balancer only: no endpoint is ejected, nothing is tried again. */
final class ParleyClient implements Client {

    private final Channel channel;
    private final EchoService.Client client;
    private final EchoRequest request;

    ParleyClient(List<Integer> ports, LoadBalancer.Factory balancer, EchoRequest request) {
        this.request = request;
        this.channel = Channel.builder(
                        ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",", "static:", "")))
                .balancing(ClusterPolicy.defaults().withBalancer(balancer).withoutOutliers())
                .chain(Chain.empty())
                .build();
        this.client = EchoService.client(channel);
    }

    @Override
    public void run(Duration left) {
        client.with(CallOptions.defaults().withTimeout(left.isPositive() ? left : Duration.ofNanos(1)))
                .echo(request);
    }

    @Override
    public void close() {
        channel.close();
    }
}
