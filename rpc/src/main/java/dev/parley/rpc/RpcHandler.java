package dev.parley.rpc;

import build.buf.protovalidate.Validator;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TypeRegistry;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.IdempotencyStore;
import dev.parley.Interceptor;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.chain.Chain;
import dev.parley.chain.DefaultChains;
import dev.parley.chain.ServerPolicies;
import dev.parley.chain.ServerResilience;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.RequestTimeout;
import dev.parley.rest.OpenApiSource;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Serves services over HTTP: as gRPC, gRPC-Web, Connect and REST at the same time, told apart by path and content type. It is a
 * handler like any other, so it runs in {@link RpcServer}, in an HTTP server of one's own beside other routes (which
 * should then be given {@link #timeout}), or {@linkplain Channel#inProcess in process}.
 *
 * <p>Immutable and thread-safe.
 */
public final class RpcHandler implements Handler<HttpRequest, HttpResponse> {

    private static final Duration TIME_TO_START = Duration.ofMillis(5);
    private static final Duration TIME_TO_ANSWER = Duration.ofMillis(100);

    private final Map<String, Route<?, ?>> routes;
    private final RestRouter restRouter;
    private final RestDispatch rest;
    private final ProtocolTable protocols;
    private final Health health;
    private final @Nullable HealthPages healthPages;
    private final Optional<Duration> defaultTimeout;

    private RpcHandler(Builder builder) {
        this.routes = new HashMap<>(builder.routes());
        this.restRouter = builder.restRouter(routes);
        TypeRegistry types = JsonCodec.types(builder.files());
        this.protocols =
                new ProtocolTable(types, new ProtocolOptions(builder.compressAbove, builder.requireConnectVersion));
        this.rest = new RestDispatch(restRouter, JsonCodec.rest(types), builder.compressAbove);
        this.health = builder.health;
        this.healthPages = builder.healthChecks ? new HealthPages(health) : null;
        this.defaultTimeout = Optional.of(builder.defaultTimeout);
        // Last, so that a handler that cannot be built says nothing of health.
        builder.services.keySet().forEach(health::add);
    }

    /** Starts to describe a handler. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The methods that contracts bind to REST, for an OpenAPI document: {@code OpenApi.builder().add(handler.openApi())}.
     * A variable of several segments has a parameter for each; endpoints of gRPC and Connect are not part of it.
     */
    public OpenApiSource openApi() {
        return new ContractOpenApi(restRouter.all());
    }

    /**
     * What is told of the health of the services. Who serves this handler by other means than {@link RpcServer} calls
     * {@link Health#shutdown} when its shutdown begins.
     */
    public Health health() {
        return health;
    }

    @Override
    public HttpResponse handle(Call http, HttpRequest request) {
        Route<?, ?> route = routes.get(request.path());
        if (route == null) {
            return withoutRoute(http, request);
        }
        Metadata headers = request.headers();
        if (request.method().equals("POST")) {
            String contentType = headers.get("content-type").orElse("");
            Protocol protocol = protocols.of(contentType, headers);
            if (protocol == null || !protocol.carries(route.method().kind())) {
                return unsupported(route, contentType);
            }
            return http.peer().protocol().equals("http/1.1")
                            && protocol.needsHttp2(route.method().kind())
                    ? needsHttp2(route, contentType)
                    : ServerCall.answer(protocol, route, http, request);
        }
        if (request.method().equals("GET") && isGettable(route)) {
            return get(route, http, request);
        }
        String allowed = isGettable(route) ? "GET, POST" : "POST";
        HttpResponse answer = HttpResponse.text(405, route + " is called by " + allowed + ", not " + request.method());
        answer.headers().put("allow", allowed);
        return answer;
    }

    /**
     * The time that a request may take: what its header says ({@code grpc-timeout}, {@code connect-timeout-ms},
     * {@code x-request-timeout-ms}), otherwise the default for a unary method and none for a stream. To be given to an
     * HTTP server, which asks it for each request's head. Never throws: a malformed header is answered by
     * {@link #handle}.
     */
    public Optional<Duration> timeout(HttpRequest head) {
        Route<?, ?> route = routes.get(head.path());
        try {
            if (route == null) {
                Optional<Duration> asked = RequestTimeout.read(head.headers(), RequestTimeout.HEADER);
                return asked.isPresent() || rest.isStream(head) ? asked : defaultTimeout;
            }
            Protocol protocol =
                    protocols.of(head.headers().get("content-type").orElse("application/json"), head.headers());
            if (protocol != null) {
                Optional<Duration> asked = protocol.timeout(head.headers());
                if (asked.isPresent()) {
                    return asked.map(RpcHandler::withTimeToAnswer);
                }
            }
        } catch (CallException malformed) {
            return defaultTimeout;
        }
        return route.method().kind() == Method.Kind.UNARY ? defaultTimeout : Optional.empty();
    }

    /**
     * Less than this the engine could answer for want of a handler, in HTTP's form; {@link ServerCall} keeps the exact time and
     * has the protocol's.
     */
    private static Duration withTimeToAnswer(Duration asked) {
        return asked.compareTo(TIME_TO_START) < 0 ? asked.plus(TIME_TO_ANSWER) : asked;
    }

    private static boolean isGettable(Route<?, ?> route) {
        Method method = route.method().method();
        return method.kind() == Method.Kind.UNARY && method.idempotency() == Method.Idempotency.NO_SIDE_EFFECTS;
    }

    private HttpResponse get(Route<?, ?> route, Call http, HttpRequest request) {
        try {
            Protocol protocol =
                    protocols.ofGet(ConnectGet.parse(request.query(), false).encoding());
            return protocol == null ? unsupported(route, "") : ServerCall.answer(protocol, route, http, request);
        } catch (CallException malformed) {
            return ConnectUnaryProtocol.failure(null, malformed);
        }
    }

    private static HttpResponse unsupported(Route<?, ?> route, String contentType) {
        String types =
                route.method().kind() == Method.Kind.UNARY ? ProtocolTable.UNARY_TYPES : ProtocolTable.STREAM_TYPES;
        HttpResponse answer = HttpResponse.text(
                415, route + " is not called with content type \"" + contentType + "\", but with " + types);
        answer.headers().put("accept-post", types);
        return answer;
    }

    private static HttpResponse needsHttp2(Route<?, ?> route, String contentType) {
        return HttpResponse.text(
                505,
                route + " is called with content type \"" + contentType + "\" over HTTP/2 only, but this is HTTP/1.1");
    }

    private HttpResponse withoutRoute(Call http, HttpRequest request) {
        String contentType = request.headers().get("content-type").orElse("");
        String what = "no method at " + request.method() + ' ' + request.path();
        if (ProtocolTable.isGrpc(contentType) || ProtocolTable.isGrpcWeb(contentType)) {
            Protocol protocol = protocols.of(contentType, request.headers());
            return protocol == null
                    ? HttpResponse.text(415, "content type \"" + contentType + "\" is not supported")
                    : protocol.failed(null, new CallException(Code.UNIMPLEMENTED, what));
        }
        HttpResponse answer = rest.answer(http, request);
        if (answer != null) {
            return answer;
        }
        if (isConnect(request.headers(), contentType)) {
            HttpException error = new HttpException(404, Code.UNIMPLEMENTED, what);
            return ConnectUnaryProtocol.failure(null, error);
        }
        HttpResponse page = healthPages == null || rest.has(request.path()) ? null : healthPages.answer(request);
        return page == null ? rest.refuse(request, what) : page;
    }

    private static boolean isConnect(Metadata headers, String contentType) {
        return headers.contains(ConnectHeaders.VERSION)
                || contentType.startsWith("application/connect+")
                || contentType.equals("application/proto");
    }

    /** Describes a handler. What is not set has the default named at its method. Not thread-safe. */
    public static final class Builder {
        private final Map<String, Registration<?>> services = new LinkedHashMap<>();
        private List<Interceptor> interceptors = List.of();
        private @Nullable Chain chain;
        private Telemetry telemetry = Telemetry.off();
        private int maxMessageBytes = 4 << 20;
        private Duration defaultTimeout = Timeouts.DEFAULT_UNARY;
        private boolean reflection = true;
        private int compressAbove = Compression.DEFAULT_THRESHOLD;
        private boolean requireConnectVersion;
        private Health health = new Health();
        private boolean healthChecks = true;
        private boolean validation = true;
        private @Nullable Validator validator;
        private @Nullable IdempotencyStore idempotency;

        private Builder() {}

        private record Registration<S>(ServiceDefinition<S> definition, S implementation) {
            void addRoutes(Builder builder, Validation validation, Map<String, Route<?, ?>> routes) {
                Route.InFront inFront = builder.inFront();
                List<Interceptor> innermost = builder.innermost(definition);
                for (ServiceDefinition.Binding<S, ?, ?> binding : definition.bindings()) {
                    routes.put(
                            binding.method().path(),
                            Route.of(binding, implementation, inFront, validation, innermost, builder.maxMessageBytes));
                }
            }
        }

        /**
         * Serves {@code implementation}.
         *
         * @throws IllegalArgumentException if the service is served already
         */
        public <S> Builder service(ServiceDefinition<S> definition, S implementation) {
            String name = definition.descriptor().getFullName();
            if (services.putIfAbsent(name, new Registration<>(definition, implementation)) != null) {
                throw new IllegalArgumentException("service " + name + " is served twice");
            }
            return this;
        }

        /** What stands in front of every method, behind the {@link #chain}, the first outermost; none. */
        public Builder interceptors(List<? extends Interceptor> chain) {
            this.interceptors = List.copyOf(chain);
            return this;
        }

        /**
         * The policies that calls go through, in front of the {@link #interceptors}; {@link DefaultChains#server} with its
         * defaults, which shed load. {@link Chain#empty} is none. Probes of health do not go through them.
         */
        public Builder chain(Chain policies) {
            this.chain = policies;
            return this;
        }

        /** Spans and metrics of the default chain; none. A {@link #chain} of one's own brings its own. */
        public Builder telemetry(Telemetry records) {
            this.telemetry = records;
            return this;
        }

        /**
         * The most bytes of a request message, decompressed; 4 MiB. Over it: {@code RESOURCE_EXHAUSTED}.
         *
         * @throws IllegalArgumentException if not positive
         */
        public Builder maxMessageBytes(int bytes) {
            if (bytes <= 0) {
                throw new IllegalArgumentException("maxMessageBytes must be positive, but is " + bytes);
            }
            this.maxMessageBytes = bytes;
            return this;
        }

        /**
         * The time of a unary call whose caller gives none; 15 s. See {@link RpcHandler#timeout}.
         *
         * @throws IllegalArgumentException if not positive
         */
        public Builder defaultTimeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("defaultTimeout must be positive, but is " + timeout);
            }
            this.defaultTimeout = timeout;
            return this;
        }

        /**
         * From how many bytes on a message of an answer is compressed, if its client accepts that; {@link
         * Compression#DEFAULT_THRESHOLD}. {@link Integer#MAX_VALUE} for never.
         *
         * @throws IllegalArgumentException if not positive
         */
        public Builder compressAbove(int bytes) {
            if (bytes <= 0) {
                throw new IllegalArgumentException("compressAbove must be positive, but is " + bytes);
            }
            this.compressAbove = bytes;
            return this;
        }

        /**
         * Whether a Connect request must say so ({@code Connect-Protocol-Version: 1}, in a {@code GET} {@code connect=v1}),
         * which plain JSON from curl then has to, too; false. Without it: {@code INVALID_ARGUMENT}.
         */
        public Builder requireConnectVersion(boolean required) {
            this.requireConnectVersion = required;
            return this;
        }

        /**
         * Whether the server tells its services to tools such as grpcurl ({@code grpc.reflection.v1} and {@code
         * v1alpha}), behind the interceptors; true.
         */
        public Builder reflection(boolean on) {
            this.reflection = on;
            return this;
        }

        /**
         * What is told of the health of the services; a new one. All that is served is added to it as serving, unless it
         * says something of it already.
         */
        public Builder health(Health told) {
            this.health = told;
            return this;
        }

        /**
         * Whether health is told: by {@code grpc.health.v1}, and at {@code /healthz} and {@code /readyz} unless a REST route
         * has the path; true. Probes have no credentials, so Check, Watch and the two pages are answered in front of the
         * interceptors; List, which names what is served, behind them.
         */
        public Builder healthChecks(boolean on) {
            this.healthChecks = on;
            return this;
        }

        /**
         * Whether requests are checked by the rules of {@code buf.validate} in the contract; true, and without cost for
         * types that have none. A violation is answered with {@code INVALID_ARGUMENT} and {@code buf.validate.Violations},
         * behind the interceptors and in front of the implementation; in a stream, at the message that has it. Required fields ({@code google.api.field_behavior})
         * are checked either way.
         */
        public Builder validation(boolean on) {
            this.validation = on;
            return this;
        }

        /**
         * Who checks the rules of {@code buf.validate}, for instance with a configuration of one's own; protovalidate as it
         * comes. It is asked about types with rules only.
         */
        public Builder validator(Validator checks) {
            this.validator = checks;
            return this;
        }

        /**
         * Answers repeats of keyed calls from {@code store}, in every unary method that is not free of side effects anyway;
         * none. See {@link Idempotency}. It stands behind validation, so {@code interceptors} that authenticate come first.
         */
        public Builder idempotency(IdempotencyStore store) {
            this.idempotency = store;
            return this;
        }

        /**
         * The handler.
         *
         * @throws IllegalArgumentException if REST paths conflict, an annotation is wrong, or a rule of {@code
         *     buf.validate} cannot be compiled
         */
        public RpcHandler build() {
            return new RpcHandler(this);
        }

        private List<FileDescriptor> files() {
            List<FileDescriptor> files = new ArrayList<>();
            services.values()
                    .forEach(service ->
                            files.add(service.definition().descriptor().getFile()));
            return files;
        }

        private Route.InFront inFront() {
            Chain policies = chain;
            if (policies == null) {
                policies = DefaultChains.server(new ServerResilience("server", ServerPolicies.defaults()), telemetry);
                chain = policies; // one for all services
            }
            return new Route.InFront(policies, interceptors);
        }

        private List<Interceptor> innermost(ServiceDefinition<?> definition) {
            return idempotency == null ? List.of() : List.of(Idempotency.of(idempotency, List.of(definition)));
        }

        private Map<String, Route<?, ?>> routes() {
            Map<String, Route<?, ?>> routes = new HashMap<>();
            Validation validating = new Validation(validation, validator, files());
            List<ServiceDefinition<?>> served = new ArrayList<>();
            services.values().forEach(service -> {
                service.addRoutes(this, validating, routes);
                served.add(service.definition());
            });
            if (healthChecks && !services.containsKey(HealthService.NAME)) {
                addOwn(HealthService.DEFINITION, new HealthService(health), routes);
                served.add(HealthService.DEFINITION);
            }
            if (reflection) {
                Reflection.definitions().stream()
                        .filter(own -> !services.containsKey(own.descriptor().getFullName()))
                        .forEach(own -> addOwn(own, new Reflection(served), routes));
            }
            return routes;
        }

        private <S> void addOwn(ServiceDefinition<S> definition, S own, Map<String, Route<?, ?>> routes) {
            for (ServiceDefinition.Binding<S, ?, ?> binding : definition.bindings()) {
                Route.InFront inFront = HealthService.isForProbes(binding.method()) ? Route.InFront.NOTHING : inFront();
                routes.put(binding.method().path(), Route.of(binding, own, inFront, maxMessageBytes));
            }
        }

        private RestRouter restRouter(Map<String, Route<?, ?>> routes) {
            RestRouter router = new RestRouter();
            // In the order of their names, so that what is wrong is told the same each time.
            for (Route<?, ?> route : new TreeMap<>(routes).values()) {
                for (RestBinding binding : RestBinding.of(route)) {
                    Route<?, ?> same = routes.get(binding.template().toString());
                    if (same != null) {
                        throw new IllegalArgumentException(binding + " has the path of the RPC method " + same);
                    }
                    router.add(binding);
                }
            }
            return router;
        }
    }
}
