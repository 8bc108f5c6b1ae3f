package dev.parley.rpc;

import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Method;
import dev.parley.chain.Chain;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.Cluster;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.ServiceTarget;
import dev.parley.http.ClientLimits;
import dev.parley.http.ClientTls;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import dev.parley.http.ServiceAddress;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Describes a {@link Channel}. What is not set has the default named at its method. Not thread-safe. */
public final class ChannelBuilder {

    private final String target;
    private RpcProtocol protocol = RpcProtocol.GRPC;
    private Codec codec = Codec.PROTO;
    private List<Interceptor> interceptors = List.of();
    private @Nullable Chain chain;
    private ClusterPolicy balancing = ClusterPolicy.defaults();
    private Telemetry telemetry = Telemetry.off();
    private int maxMessageBytes = 4 << 20;
    private Duration defaultTimeout = Timeouts.DEFAULT_UNARY;
    private Duration streamIdleTimeout = Duration.ofMinutes(5);
    private Map<String, String> environment = System.getenv();
    private @Nullable Handler<HttpRequest, HttpResponse> transport;
    private @Nullable HttpClient client;
    private ClientTls tls = ClientTls.defaults();
    private @Nullable HttpVersion http;
    private Packing packing = Packing.NONE;
    private boolean acceptsCompressed = true;
    private int getMost;

    ChannelBuilder(String target) {
        this.target = target;
    }

    /** What is spoken; gRPC. */
    public ChannelBuilder protocol(RpcProtocol spoken) {
        this.protocol = spoken;
        return this;
    }

    /** How messages are written; {@link Codec#PROTO}. */
    public ChannelBuilder codec(Codec written) {
        this.codec = written;
        return this;
    }

    /** What stands in front of every call and of the {@link #chain}, the first outermost; none. */
    public ChannelBuilder interceptors(List<? extends Interceptor> chain) {
        this.interceptors = List.copyOf(chain);
        return this;
    }

    /**
     * The policies that calls go through, behind the {@link #interceptors}; {@link DefaultChains#client} with its defaults:
     * a breaker, a bulkhead and retries for each method. {@link Chain#empty} is none.
     */
    public ChannelBuilder chain(Chain policies) {
        this.chain = policies;
        return this;
    }

    /** Spans and metrics of the default chain; none. A {@link #chain} of one's own brings its own. */
    public ChannelBuilder telemetry(Telemetry records) {
        this.telemetry = records;
        return this;
    }

    /**
     * What sends the requests, in place of an HTTP client; the target's host is then no more than a name, and {@link
     * #http} has no effect. The channel does not close it.
     */
    public ChannelBuilder transport(Handler<HttpRequest, HttpResponse> sender) {
        this.transport = sender;
        return this;
    }

    /** As {@link #transport}: calls {@code handler} in this process. */
    public ChannelBuilder inProcess(RpcHandler handler) {
        this.acceptsCompressed = false; // nothing gets smaller on the way
        return transport(new InProcessTransport(handler, handler::timeout));
    }

    /** An HTTP client to share, which the channel does not close; one of its own. */
    public ChannelBuilder client(HttpClient shared) {
        this.client = shared;
        return this;
    }

    /** How TLS is spoken with an {@code https} target; {@link ClientTls#defaults()}. Not with a client that is shared. */
    public ChannelBuilder tls(ClientTls how) {
        this.tls = how;
        return this;
    }

    /**
     * The version of HTTP; HTTP/2 for gRPC, for Connect and gRPC-Web HTTP/1.1 (over TLS, what the server picks) but HTTP/2 where both
     * sides stream.
     */
    public ChannelBuilder http(HttpVersion version) {
        this.http = version;
        return this;
    }

    /**
     * The most bytes of a response message, decompressed; 4 MiB. Over it: {@code RESOURCE_EXHAUSTED}.
     *
     * @throws IllegalArgumentException if not positive
     */
    public ChannelBuilder maxMessageBytes(int bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("maxMessageBytes must be positive, but is " + bytes);
        }
        this.maxMessageBytes = bytes;
        return this;
    }

    /**
     * What request messages of {@link Compression#DEFAULT_THRESHOLD} bytes and more are compressed by; nothing. The server
     * must know it: one that does not answers {@code UNIMPLEMENTED}, but old servers on gRPC's C core take what they do not
     * know for uncompressed. Answers are accepted in all there are.
     */
    public ChannelBuilder compression(Compression how) {
        this.packing = new Packing(how, Compression.DEFAULT_THRESHOLD);
        return this;
    }

    /**
     * Calls unary methods without side effects ({@code idempotency_level = NO_SIDE_EFFECTS}) by {@code GET}, which caches
     * understand, if the target is not longer than this, and by {@code POST} if it is; 0, which is never. With Connect only.
     * Proxies and servers take 8,000 as a rule.
     *
     * @throws IllegalArgumentException if negative
     */
    public ChannelBuilder getUpTo(int targetBytes) {
        if (targetBytes < 0) {
            throw new IllegalArgumentException("getUpTo must not be negative, but is " + targetBytes);
        }
        this.getMost = targetBytes;
        return this;
    }

    /**
     * The time of a unary call that has no deadline of its own or its caller's; 15 s.
     *
     * @throws IllegalArgumentException if not positive
     */
    public ChannelBuilder defaultTimeout(Duration timeout) {
        this.defaultTimeout = positive("defaultTimeout", timeout);
        return this;
    }

    /**
     * How long the reader of a stream waits for the next message before the call is cancelled with {@code
     * DEADLINE_EXCEEDED}; 300 s.
     *
     * @throws IllegalArgumentException if not positive
     */
    public ChannelBuilder streamIdleTimeout(Duration timeout) {
        this.streamIdleTimeout = positive("streamIdleTimeout", timeout);
        return this;
    }

    /**
     * How calls are shared out among the endpoints of a target in a registry; {@link ClusterPolicy#defaults()}. A {@link #chain} of
     * one's own gets the balancer where it belongs ({@link DefaultChains#balanced}).
     */
    public ChannelBuilder balancing(ClusterPolicy policy) {
        this.balancing = policy;
        return this;
    }

    /** Where a name's URL is looked up; the process's environment. */
    public ChannelBuilder environment(Map<String, String> variables) {
        this.environment = Map.copyOf(variables);
        return this;
    }

    private static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
        return value;
    }

    /**
     * The channel. Nothing is connected yet.
     *
     * @throws IllegalArgumentException if the target is neither a URL, a registry's or a server's, nor a name with one in the environment; the message
     *     names the variable
     */
    public Channel build() {
        Handler<HttpRequest, HttpResponse> given = transport;
        if (given != null) {
            return new ClientChannel(settings(ServiceAddress.named(target), Optional.empty()), kind -> given, () -> {});
        }
        ServiceTarget found = ServiceTarget.of(target, environment);
        Optional<Cluster> endpoints = found.registry().map(uri -> Cluster.connect(uri, balancing));
        HttpClient shared = client;
        HttpClient used = shared == null ? HttpClient.create(ClientLimits.defaults(), tls) : shared;
        return new ClientChannel(
                settings(found.address(), endpoints), over(used, found.address().scheme()), () -> {
                    endpoints.ifPresent(Cluster::close);
                    if (shared == null) {
                        used.close();
                    }
                });
    }

    private ClientSettings settings(ServiceAddress address, Optional<Cluster> endpoints) {
        return new ClientSettings(
                address,
                protocol,
                codec,
                interceptors,
                policies(address, endpoints),
                maxMessageBytes,
                defaultTimeout,
                streamIdleTimeout,
                packing,
                acceptsCompressed,
                getMost);
    }

    private Chain policies(ServiceAddress address, Optional<Cluster> endpoints) {
        Chain given = chain;
        if (given != null) {
            return endpoints
                    .map(cluster -> DefaultChains.balanced(given, cluster))
                    .orElse(given);
        }
        String name = target.contains("://") ? address.authority() : target;
        return DefaultChains.client(new ClientResilience(name, ClientPolicies.defaults()), telemetry, endpoints);
    }

    private Function<Method.Kind, Handler<HttpRequest, HttpResponse>> over(HttpClient used, String scheme) {
        HttpVersion version = http;
        if (version != null) {
            Handler<HttpRequest, HttpResponse> sender = used.over(version);
            return kind -> sender;
        }
        Handler<HttpRequest, HttpResponse> http1 = scheme.equals("https") ? used : used.over(HttpVersion.HTTP_1_1);
        Handler<HttpRequest, HttpResponse> http2 = used.over(HttpVersion.HTTP_2);
        boolean mayUseHttp1 = protocol != RpcProtocol.GRPC;
        // In HTTP/1.1 a server may wait for the end of the request before it answers, so both sides cannot stream.
        return kind -> mayUseHttp1 && kind != Method.Kind.BIDI_STREAMING ? http1 : http2;
    }
}
