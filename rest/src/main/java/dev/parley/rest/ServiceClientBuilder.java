package dev.parley.rest;

import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Metadata;
import dev.parley.chain.Chain;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.Cluster;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.ServiceTarget;
import dev.parley.http.ClientLimits;
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
import org.jspecify.annotations.Nullable;

/** Describes a {@link ServiceClient}. What is not set has the default named at its method. Not thread-safe. */
public final class ServiceClientBuilder {

    private final String name;
    private final @Nullable String url;
    private @Nullable String defaultUrl;
    private Json json = Json.standard();
    private final Metadata headers = Metadata.of("accept", "application/json, application/problem+json");
    private @Nullable Duration timeout;
    private String envelope = "";
    private int maxResponseBytes = 10 << 20;
    private List<Interceptor> interceptors = List.of();
    private @Nullable Chain policies;
    private ClusterPolicy balancing = ClusterPolicy.defaults();
    private Telemetry telemetry = Telemetry.off();
    private ClientLimits limits = ClientLimits.defaults();
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private Map<String, String> environment = System.getenv();
    private @Nullable HttpClient client;
    private @Nullable Handler<HttpRequest, HttpResponse> transport;

    ServiceClientBuilder(String name, @Nullable String url) {
        if (!name.matches("[A-Za-z][A-Za-z0-9._-]*")) {
            // A URL that was put here by mistake may hold a password.
            throw new IllegalArgumentException("name must be a letter, then letters, digits, '.', '_', '-', but is \""
                    + name.replaceFirst(".*@", "...@") + '"');
        }
        this.name = name;
        this.url = url;
    }

    /** The URL of a {@linkplain ServiceClient#named named} service that the environment does not know; none. */
    public ServiceClientBuilder defaultUrl(String otherwise) {
        this.defaultUrl = otherwise;
        return this;
    }

    /**
     * How calls are shared out among the endpoints of a service in a registry; {@link ClusterPolicy#defaults()}. A {@link
     * #chain} of one's own gets the balancer where it belongs ({@link DefaultChains#balanced}).
     */
    public ServiceClientBuilder balancing(ClusterPolicy policy) {
        this.balancing = policy;
        return this;
    }

    /** Where a name's URL is looked up; the process's environment. */
    public ServiceClientBuilder environment(Map<String, String> variables) {
        this.environment = Map.copyOf(variables);
        return this;
    }

    /** How JSON is read and written; {@link Json#standard()}. */
    public ServiceClientBuilder json(Json mapping) {
        this.json = mapping;
        return this;
    }

    /**
     * Sends this header with every request, in place of the one before; {@code accept} asks for JSON unless set.
     *
     * @throws IllegalArgumentException if the name or value is no header's, or the client sets the header itself
     */
    public ServiceClientBuilder header(String header, String value) {
        headers.put(ServiceRequest.checked(header), value);
        return this;
    }

    /**
     * The time of each call, that of its caller if that is less; the caller's, or 15 s if it has none.
     *
     * @throws IllegalArgumentException if not positive
     */
    public ServiceClientBuilder timeout(Duration perCall) {
        this.timeout = ServiceRequest.positive("timeout", perCall);
        return this;
    }

    /** The member of every answer that holds what is asked for, such as {@code data}; none. */
    public ServiceClientBuilder envelope(String member) {
        this.envelope = member;
        return this;
    }

    /**
     * The most bytes of an answer; 10 MiB. Over it: RESOURCE_EXHAUSTED.
     *
     * @throws IllegalArgumentException if not positive
     */
    public ServiceClientBuilder maxResponseBytes(int bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("maxResponseBytes must be positive, but is " + bytes);
        }
        this.maxResponseBytes = bytes;
        return this;
    }

    /**
     * What stands in front of every call and of the {@link #chain}, the first outermost; none. A request behind them has its whole body at hand and
     * may be sent again; an answer has been read whole, and one that is no success has become an exception. Headers are
     * added to {@link dev.parley.Call#requestHeaders()}.
     */
    public ServiceClientBuilder interceptors(List<? extends Interceptor> chain) {
        this.interceptors = List.copyOf(chain);
        return this;
    }

    /**
     * The policies that calls go through, behind the {@link #interceptors}; {@link DefaultChains#httpClient} with its defaults: a
     * breaker, a bulkhead and retries for each method. {@link Chain#empty} is none. A method is the service's name and, for
     * instance, {@code GET /products/{id}}: each template has a state of its own, the first 1,000 of them.
     */
    public ServiceClientBuilder chain(Chain chain) {
        this.policies = chain;
        return this;
    }

    /** A span and metrics for each request that is sent, and what the policies of the default chain do; none. */
    public ServiceClientBuilder telemetry(Telemetry records) {
        this.telemetry = records;
        return this;
    }

    /** The limits of the client's own HTTP client; {@link ClientLimits#defaults()}. */
    public ServiceClientBuilder limits(ClientLimits values) {
        this.limits = values;
        return this;
    }

    /** An HTTP client to share, which this one does not close; one of its own. */
    public ServiceClientBuilder client(HttpClient shared) {
        this.client = shared;
        return this;
    }

    /** The version of HTTP; HTTP/1.1. */
    public ServiceClientBuilder http(HttpVersion spoken) {
        this.version = spoken;
        return this;
    }

    /**
     * What sends the requests, in place of an HTTP client, which {@link #client}, {@link #limits} and {@link #http} then
     * have no effect on. The client does not close it.
     */
    public ServiceClientBuilder transport(Handler<HttpRequest, HttpResponse> sender) {
        this.transport = sender;
        return this;
    }

    /**
     * The client. Nothing is connected yet.
     *
     * @throws IllegalArgumentException if the URL is none, or the environment has none; the message names the variable
     */
    public ServiceClient build() {
        Handler<HttpRequest, HttpResponse> given = transport;
        if (given != null) {
            // A registry's name is no more than a name then.
            return new ServiceClient(settings(target().address(), Optional.empty()), seen(given), () -> {});
        }
        ServiceTarget found = target();
        Optional<Cluster> endpoints = found.registry().map(uri -> Cluster.connect(uri, balancing));
        HttpClient shared = client;
        HttpClient used = shared == null ? HttpClient.create(limits) : shared;
        return new ServiceClient(settings(found.address(), endpoints), seen(used.over(version)), () -> {
            endpoints.ifPresent(Cluster::close);
            if (shared == null) {
                used.close();
            }
        });
    }

    private ServiceSettings settings(ServiceAddress address, Optional<Cluster> endpoints) {
        return new ServiceSettings(
                name,
                address,
                json,
                new Metadata(headers),
                timeout,
                envelope,
                maxResponseBytes,
                interceptors,
                policies(endpoints));
    }

    private Handler<HttpRequest, HttpResponse> seen(Handler<HttpRequest, HttpResponse> sender) {
        return telemetry.httpClient().before(sender);
    }

    private Chain policies(Optional<Cluster> endpoints) {
        Chain given = policies;
        if (given != null) {
            return endpoints
                    .map(cluster -> DefaultChains.balanced(given, cluster))
                    .orElse(given);
        }
        return DefaultChains.httpClient(new ClientResilience(name, ClientPolicies.defaults()), telemetry, endpoints);
    }

    private ServiceTarget target() {
        if (url != null) {
            return ServiceTarget.url(url);
        }
        String service = name.endsWith("-service") ? name : name + "-service";
        String otherwise = defaultUrl;
        String known = environment.get(ServiceAddress.variable(service));
        return otherwise != null && (known == null || known.isBlank())
                ? ServiceTarget.url(otherwise)
                : ServiceTarget.of(service, environment);
    }
}
