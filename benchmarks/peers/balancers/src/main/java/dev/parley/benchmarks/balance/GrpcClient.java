package dev.parley.benchmarks.balance;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoServiceGrpc;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** grpc-java with one of its own balancers. */
final class GrpcClient implements Client {

    private final ManagedChannel channel;
    private final EchoServiceGrpc.EchoServiceBlockingStub stub;
    private final EchoRequest request;

    GrpcClient(List<Integer> ports, String balancer, Map<String, ?> config, EchoRequest request)
            throws UnknownHostException {
        this.request = request;
        List<EquivalentAddressGroup> addresses = new ArrayList<>();
        InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        ports.forEach(port -> addresses.add(new EquivalentAddressGroup(new InetSocketAddress(here, port))));
        String scheme = "list-" + balancer.replace('_', '-');
        NameResolverRegistry.getDefaultRegistry().register(new ListProvider(scheme, addresses));
        this.channel = NettyChannelBuilder.forTarget(scheme + ":///servers")
                .usePlaintext()
                .defaultServiceConfig(Map.of("loadBalancingConfig", List.of(Map.of(balancer, config))))
                .build();
        this.stub = EchoServiceGrpc.newBlockingStub(channel);
    }

    @Override
    public void run(Duration left) {
        try {
            var _ = stub.withDeadlineAfter(Math.max(1, left.toNanos()), TimeUnit.NANOSECONDS)
                    .echo(request);
        } catch (StatusRuntimeException e) {
            throw new CallException(
                    Code.ofNumber(e.getStatus().getCode().value()).orElse(Code.UNKNOWN),
                    e.getStatus().toString(),
                    e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** Resolves to a list. */
    private static final class ListProvider extends NameResolverProvider {
        private final String scheme;
        private final List<EquivalentAddressGroup> addresses;

        ListProvider(String scheme, List<EquivalentAddressGroup> addresses) {
            this.scheme = scheme;
            this.addresses = addresses;
        }

        @Override
        public String getDefaultScheme() {
            return scheme;
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 0;
        }

        @Override
        public NameResolver newNameResolver(URI target, NameResolver.Args args) {
            return new NameResolver() {
                @Override
                public String getServiceAuthority() {
                    return "servers";
                }

                @Override
                public void start(Listener2 listener) {
                    listener.onResult(ResolutionResult.newBuilder()
                            .setAddressesOrError(StatusOr.fromValue(addresses))
                            .setAttributes(Attributes.EMPTY)
                            .build());
                }

                @Override
                public void shutdown() {}
            };
        }
    }
}
