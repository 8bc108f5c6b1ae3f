package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.rpc.Health;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.echo.EchoService;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** grpc-java's health stub, and its channels that check the health of what they balance over. */
@Timeout(60)
class HealthPeersTest {

    private static final String ECHO = "parley.test.v1.EchoService";

    private final RpcServer server = RpcServer.builder()
            .service(EchoService.DEFINITION, new EchoService() {})
            .start();
    private final ManagedChannel channel = Grpc.newChannelBuilder(
                    "127.0.0.1:" + server.port(), InsecureChannelCredentials.create())
            .build();

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
    }

    private static HealthCheckRequest of(String service) {
        return HealthCheckRequest.newBuilder().setService(service).build();
    }

    @Test
    void theStub() {
        HealthGrpc.HealthBlockingStub stub = HealthGrpc.newBlockingStub(channel);
        assertThat(stub.check(of("")).getStatus()).isEqualTo(ServingStatus.SERVING);
        assertThatThrownBy(() -> stub.check(of("nope")))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }

    @Test
    void aWatcherHearsOfAShutdownBeforeItIsCutOff() throws Exception {
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        HealthGrpc.newStub(channel).watch(of(ECHO), new StreamObserver<HealthCheckResponse>() {
            @Override
            public void onNext(HealthCheckResponse value) {
                seen.add(value.getStatus());
            }

            @Override
            public void onError(Throwable error) {
                seen.add(Status.fromThrowable(error).getCode());
            }

            @Override
            public void onCompleted() {
                seen.add("completed");
            }
        });
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
        long start = System.nanoTime();
        boolean drained = server.shutdown(Duration.ofSeconds(20));
        assertThat(drained).isTrue();
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("a watcher does not hold up a shutdown")
                .isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void aChannelThatChecksHealthFollows() throws Exception {
        ManagedChannel checking = Grpc.newChannelBuilder(
                        "dns:///127.0.0.1:" + server.port(), InsecureChannelCredentials.create())
                .defaultServiceConfig(Map.of(
                        "loadBalancingConfig",
                        List.of(Map.of("round_robin", Map.of())),
                        "healthCheckConfig",
                        Map.of("serviceName", ECHO)))
                .build();
        try {
            server.health().set(ECHO, Health.Status.NOT_SERVING);
            checking.getState(true);
            await(checking, ConnectivityState.TRANSIENT_FAILURE);
            server.health().set(ECHO, Health.Status.SERVING);
            await(checking, ConnectivityState.READY);
            server.health().set(ECHO, Health.Status.NOT_SERVING);
            await(checking, ConnectivityState.TRANSIENT_FAILURE);
        } finally {
            checking.shutdownNow();
        }
    }

    private static void await(ManagedChannel channel, ConnectivityState wanted) throws Exception {
        CompletableFuture<ConnectivityState> reached = new CompletableFuture<>();
        follow(channel, wanted, reached);
        assertThat(reached.get(30, TimeUnit.SECONDS)).isEqualTo(wanted);
    }

    private static void follow(
            ManagedChannel channel, ConnectivityState wanted, CompletableFuture<ConnectivityState> reached) {
        ConnectivityState now = channel.getState(true);
        if (now == wanted) {
            reached.complete(now);
        } else {
            channel.notifyWhenStateChanged(now, () -> follow(channel, wanted, reached));
        }
    }
}
