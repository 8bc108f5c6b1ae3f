package dev.parley.benchmarks;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** grpc-java's own round_robin, above connections that are always ready. */
final class GrpcPicks implements AutoCloseable {

    private final SynchronizationContext context = new SynchronizationContext((thread, thrown) -> {
        throw new IllegalStateException("grpc-java's balancer failed", thrown);
    });
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LoadBalancer balancer;
    private final PickSubchannelArgs arguments = new Arguments();
    private volatile @Nullable SubchannelPicker picker;

    private GrpcPicks(String policy) {
        var provider = LoadBalancerRegistry.getDefaultRegistry().getProvider(policy);
        if (provider == null) {
            throw new IllegalStateException("grpc-java has no balancer " + policy + " here");
        }
        balancer = provider.newLoadBalancer(new Helper());
    }

    static GrpcPicks roundRobin(int endpoints) throws InterruptedException {
        GrpcPicks picks = new GrpcPicks("round_robin");
        List<EquivalentAddressGroup> addresses = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            addresses.add(new EquivalentAddressGroup(InetSocketAddress.createUnresolved("endpoint-" + i, 7001)));
        }
        picks.context.execute(() -> {
            var _ = picks.balancer.acceptResolvedAddresses(
                    ResolvedAddresses.newBuilder().setAddresses(addresses).build());
        });
        picks.awaitAll(endpoints);
        return picks;
    }

    /** Until so many connections are picked. */
    private void awaitAll(int endpoints) throws InterruptedException {
        for (int tries = 0; tries < 1_000; tries++) {
            Set<Subchannel> seen = new HashSet<>();
            for (int i = 0; i < 2 * endpoints; i++) {
                Subchannel picked = picker == null ? null : pick().getSubchannel();
                if (picked != null) {
                    seen.add(picked);
                }
            }
            if (seen.size() == endpoints) {
                return;
            }
            Thread.sleep(10);
        }
        throw new IllegalStateException("grpc-java's balancer does not pick all " + endpoints);
    }

    PickResult pick() {
        SubchannelPicker now = picker;
        if (now == null) {
            throw new IllegalStateException("grpc-java's balancer has no picker");
        }
        return now.pickSubchannel(arguments);
    }

    @Override
    public void close() {
        context.execute(balancer::shutdown);
        timer.shutdownNow();
    }

    private final class Helper extends LoadBalancer.Helper {
        @Override
        public Subchannel createSubchannel(LoadBalancer.CreateSubchannelArgs args) {
            return new Ready(args);
        }

        @Override
        public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void updateBalancingState(ConnectivityState state, SubchannelPicker latest) {
            if (state == ConnectivityState.READY) {
                picker = latest;
            }
        }

        @Override
        public String getAuthority() {
            return "bench";
        }

        @Override
        public SynchronizationContext getSynchronizationContext() {
            return context;
        }

        @Override
        public ScheduledExecutorService getScheduledExecutorService() {
            return timer;
        }
    }

    /** Connected as soon as that is asked for. */
    private final class Ready extends Subchannel {
        private final LoadBalancer.CreateSubchannelArgs args;
        private @Nullable SubchannelStateListener listener;

        Ready(LoadBalancer.CreateSubchannelArgs args) {
            this.args = args;
        }

        @Override
        public void start(SubchannelStateListener told) {
            listener = told;
        }

        @Override
        public void requestConnection() {
            context.execute(() -> {
                if (listener != null) {
                    listener.onSubchannelState(
                            ConnectivityStateInfo.forNonError(ConnectivityState.CONNECTING));
                    listener.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.READY));
                }
            });
        }

        @Override
        public void shutdown() {}

        @Override
        public List<EquivalentAddressGroup> getAllAddresses() {
            return args.getAddresses();
        }

        @Override
        public Attributes getAttributes() {
            return args.getAttributes();
        }
    }

    private static final class Arguments extends PickSubchannelArgs {
        private final Metadata headers = new Metadata();

        @Override
        public CallOptions getCallOptions() {
            return CallOptions.DEFAULT;
        }

        @Override
        public Metadata getHeaders() {
            return headers;
        }

        @Override
        public MethodDescriptor<?, ?> getMethodDescriptor() {
            throw new UnsupportedOperationException("the pick is the same for all methods");
        }
    }
}
