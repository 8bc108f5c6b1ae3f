package dev.parley.cli;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Method;
import dev.parley.chain.Chain;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.Cluster;
import dev.parley.discovery.ServiceTarget;
import dev.parley.http.ClientLimits;
import dev.parley.http.HostResolver;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import dev.parley.http.ServiceAddress;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.Codec;
import dev.parley.rpc.Compression;
import dev.parley.rpc.ReflectionClient;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.Schema;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server as the options say it is reached, and what it is asked about its contract. */
final class Connection implements AutoCloseable {

    /** Whoever looks at a stream ends it, not its silence. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    /** More than a service has for another: nobody waits behind a person. */
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private static final Duration REFLECTION_TIMEOUT = Duration.ofSeconds(15);
    private static final int MOST_MESSAGE_BYTES = 64 << 20;

    private final ConnectionOptions options;
    private final ServiceAddress address;
    private final Optional<Cluster> cluster;
    private final HttpClient client;
    private final Trace trace;

    Connection(String url, ConnectionOptions options, Trace trace) {
        ServiceTarget target = ConnectionOptions.target(url);
        ServiceAddress reached = target.address();
        this.cluster = target.registry().map(ConnectionOptions::cluster);
        this.options = options;
        this.trace = trace;
        ClientLimits defaults = ClientLimits.defaults();
        ClientLimits limits = defaults.withReadTimeout(PATIENCE).withTimeouts(CONNECT, defaults.idleTimeout());
        String name = options.authority;
        if (name == null) {
            this.address = reached;
            this.client = HttpClient.create(limits, options.tls());
        } else {
            String host = hostOf(reached.authority());
            HostResolver system = HostResolver.system();
            this.address = new ServiceAddress(
                    reached.scheme(), name + reached.authority().substring(host.length()), reached.prefix());
            this.client = HttpClient.create(limits, options.tls(), asked -> system.resolve(host));
        }
    }

    private static String hostOf(String authority) {
        int colon = authority.indexOf(':', Math.max(0, authority.lastIndexOf(']')));
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    /** A channel for calls of {@code kind}. */
    Channel channel(Method.Kind kind) {
        HttpVersion version = options.http();
        if (version == HttpVersion.HTTP_1_1 && options.protocol == RpcProtocol.GRPC) {
            throw new CommandException(
                    ExitCode.USAGE, "--http 1.1: gRPC needs HTTP/2; --protocol connect works with both");
        }
        if (version == HttpVersion.HTTP_1_1 && kind == Method.Kind.BIDI_STREAMING) {
            throw new CommandException(ExitCode.USAGE, "--http 1.1: a method that streams both ways needs HTTP/2");
        }
        return channel(options.protocol, options.codec(), version == null ? usual(kind) : version, trace);
    }

    /** As {@link dev.parley.rpc.ChannelBuilder#http} has it; none: what the server picks. */
    private @Nullable HttpVersion usual(Method.Kind kind) {
        if (options.protocol == RpcProtocol.GRPC || kind == Method.Kind.BIDI_STREAMING) {
            return HttpVersion.HTTP_2;
        }
        return address.scheme().equals("https") ? null : HttpVersion.HTTP_1_1;
    }

    private Channel channel(RpcProtocol protocol, Codec codec, @Nullable HttpVersion version, Trace traced) {
        Handler<HttpRequest, HttpResponse> transport = version == null ? client : client.over(version);
        return Channel.builder(address.scheme() + "://" + address.authority() + address.prefix())
                .protocol(protocol)
                .codec(codec)
                .transport(traced.around(transport, Protocols.name(protocol), version))
                .maxMessageBytes(MOST_MESSAGE_BYTES)
                .streamIdleTimeout(PATIENCE)
                .chain(policies())
                .build();
    }

    /** A call is one call: what the server says of it is what is wanted. To explain it, it is made as a service makes it. */
    private Chain policies() {
        if (options.explain) {
            ClientResilience client = new ClientResilience(address.authority(), ClientPolicies.defaults());
            return DefaultChains.client(client, Telemetry.off(), cluster);
        }
        return cluster.map(endpoints -> DefaultChains.balanced(Chain.empty(), endpoints))
                .orElse(Chain.empty());
    }

    /** The headers and the time of a call. */
    CallOptions callOptions() {
        CallOptions call = CallOptions.defaults().withHeaders(Headers.parse(options.headers));
        Compression compression = options.compression();
        if (compression != null) {
            call = call.withCompression(compression);
        }
        Duration timeout = options.timeout;
        return timeout == null ? call : call.withTimeout(timeout);
    }

    /** Asks the server's reflection, always over HTTP/2 because it streams both ways. */
    ReflectionClient reflection() {
        RpcProtocol spoken = options.protocol == RpcProtocol.CONNECT ? RpcProtocol.CONNECT : RpcProtocol.GRPC;
        CallOptions call = callOptions();
        return new ReflectionClient(
                channel(spoken, Codec.PROTO, HttpVersion.HTTP_2, Trace.silent()),
                options.timeout == null ? call.withTimeout(REFLECTION_TIMEOUT) : call);
    }

    /** The schema of {@code symbol} from the file or the server, or of everything there is. */
    Schema schema(@Nullable String symbol) {
        long start = System.nanoTime();
        if (options.hasSchema()) {
            Schema schema = options.schemaOfFile();
            trace.schema("the file", start);
            return schema;
        }
        try {
            ReflectionClient reflection = reflection();
            Schema schema = symbol == null ? reflection.schema() : reflection.schema(symbol);
            trace.schema("reflection", start);
            return schema;
        } catch (CallException e) {
            throw noContract(e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    static RuntimeException noContract(CallException error) {
        if (error.code() == Code.UNIMPLEMENTED) {
            return new CommandException(
                    ExitCode.NO_CONTRACT,
                    "the server has no reflection, so its contract is not known: give it with --schema FILE, a"
                            + " descriptor set made by protoc --include_imports --descriptor_set_out=FILE",
                    error);
        }
        return new CommandException(
                ExitCode.of(error.code()),
                error.code() + ": " + error.message() + Hints.of(error)
                        + " (when asked for its contract by reflection; --schema FILE does without)",
                error);
    }

    @Override
    public void close() {
        cluster.ifPresent(Cluster::close);
        client.close();
        // Asks the event loops, so what was to be sent at the close is behind it.
        client.openConnections();
    }
}
