package dev.parley.rpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Sink;
import dev.parley.rpc.health.HealthCheckRequest;
import dev.parley.rpc.health.HealthCheckResponse;
import dev.parley.rpc.health.HealthCheckResponse.ServingStatus;
import dev.parley.rpc.health.HealthListRequest;
import dev.parley.rpc.health.HealthListResponse;
import dev.parley.rpc.health.HealthProto;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code grpc.health.v1} over a {@link Health}.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">the protocol</a>
 */
final class HealthService {

    /** A status that stays is told again, so that neither side takes the stream for idle (300 s by default). */
    static final long REPEAT_SECONDS = 60;

    private static final int LONGEST_NAME = 1_000;
    private static final int MOST_LISTED = 10_000;

    private static final ServiceDescriptor SERVICE = HealthProto.getDescriptor().findServiceByName("Health");

    static final String NAME = SERVICE.getFullName();

    static final RpcMethod<HealthCheckRequest, HealthCheckResponse> CHECK = RpcMethod.unary(
            SERVICE.findMethodByName("Check"),
            HealthCheckRequest.getDefaultInstance(),
            HealthCheckResponse.getDefaultInstance());

    static final RpcMethod<HealthListRequest, HealthListResponse> LIST = RpcMethod.unary(
            SERVICE.findMethodByName("List"),
            HealthListRequest.getDefaultInstance(),
            HealthListResponse.getDefaultInstance());

    static final RpcMethod<HealthCheckRequest, Messages<HealthCheckResponse>> WATCH = RpcMethod.serverStreaming(
            SERVICE.findMethodByName("Watch"),
            HealthCheckRequest.getDefaultInstance(),
            HealthCheckResponse.getDefaultInstance());

    static final ServiceDefinition<HealthService> DEFINITION = ServiceDefinition.<HealthService>builder(SERVICE)
            .method(CHECK, HealthService::check)
            .method(LIST, HealthService::list)
            .method(WATCH, HealthService::watch)
            .build();

    private final Health health;

    HealthService(Health health) {
        this.health = health;
    }

    /** Whether a method is one that probes call, which have no credentials. */
    static boolean isForProbes(RpcMethod<?, ?> method) {
        return method == CHECK || method == WATCH;
    }

    private HealthCheckResponse check(HealthCheckRequest request) {
        String service = name(request);
        return health.status(service)
                .map(status -> response(wire(status)))
                .orElseThrow(() -> new CallException(Code.NOT_FOUND, "no service is called \"" + service + '"'));
    }

    private HealthListResponse list(HealthListRequest request) {
        HealthListResponse.Builder list = HealthListResponse.newBuilder();
        health.statuses().forEach((name, status) -> {
            if (list.getStatusesCount() == MOST_LISTED) {
                throw new CallException(
                        Code.RESOURCE_EXHAUSTED, "more than " + MOST_LISTED + " services are known; call Check");
            }
            list.putStatuses(name, response(wire(status)));
        });
        return list.build();
    }

    private Messages<HealthCheckResponse> watch(HealthCheckRequest request) {
        String service = name(request);
        return Messages.produce(sink -> {
            if (health.state().shutDown()) {
                // Without a message before it, so that a client waits before it tries again.
                throw shuttingDown();
            }
            health.watcherComes();
            try {
                follow(service, sink);
            } finally {
                health.watcherGoes();
            }
        });
    }

    private void follow(String service, Sink<? super HealthCheckResponse> sink) throws InterruptedException {
        while (true) {
            Health.State state = health.state();
            ServingStatus told = wire(state.of(service));
            sink.send(response(told));
            while (wire(state.of(service)) == told && !state.shutDown()) {
                if (!state.changed().await(REPEAT_SECONDS, TimeUnit.SECONDS)) {
                    break;
                }
                state = health.state();
            }
            if (state.shutDown()) {
                ServingStatus last = wire(state.of(service));
                if (last != told) {
                    sink.send(response(last));
                }
                throw shuttingDown();
            }
        }
    }

    private static CallException shuttingDown() {
        return new CallException(Code.UNAVAILABLE, "the server is shutting down");
    }

    private static String name(HealthCheckRequest request) {
        String service = request.getService();
        if (service.length() > LONGEST_NAME) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "service has " + service.length() + " characters, over the limit of " + LONGEST_NAME);
        }
        return service;
    }

    private static ServingStatus wire(Optional<Health.Status> status) {
        return status.map(HealthService::wire).orElse(ServingStatus.SERVICE_UNKNOWN);
    }

    private static ServingStatus wire(Health.@Nullable Status status) {
        return switch (status) {
            case SERVING -> ServingStatus.SERVING;
            case NOT_SERVING -> ServingStatus.NOT_SERVING;
            case null -> ServingStatus.SERVICE_UNKNOWN;
        };
    }

    private static HealthCheckResponse response(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
