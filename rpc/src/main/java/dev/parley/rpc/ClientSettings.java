package dev.parley.rpc;

import dev.parley.Interceptor;
import dev.parley.chain.Chain;
import dev.parley.http.ServiceAddress;
import java.time.Duration;
import java.util.List;

/** What a channel was told; see {@link ChannelBuilder}. */
record ClientSettings(
        ServiceAddress address,
        RpcProtocol protocol,
        Codec codec,
        List<Interceptor> interceptors,
        Chain chain,
        int maxMessageBytes,
        Duration defaultTimeout,
        Duration streamIdleTimeout,
        Packing packing,
        boolean acceptsCompressed,
        int getMost) {}
