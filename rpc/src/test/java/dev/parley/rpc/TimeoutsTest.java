package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Timer;
import dev.parley.http.HttpRequest;
import dev.parley.rpc.echo.EchoService;
import java.time.Duration;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeoutsTest {

    /** Time stands still, so that what is left is what was given. */
    private static final Timer FROZEN = new Timer() {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable task) {
            return () -> {};
        }
    };

    @ParameterizedTest
    @CsvSource({"1H,PT1H", "2M,PT2M", "3S,PT3S", "99999999m,PT27H46M39.999S", "5u,PT0.000005S", "7n,PT0.000000007S"})
    void grpcUnits(String header, Duration expected) {
        assertThat(Timeouts.grpc(Metadata.of("grpc-timeout", header))).contains(expected);
    }

    @Property
    void whatIsWrittenIsReadWithinAThousandth(@ForAll @LongRange(min = 0, max = 9_000_000_000_000_000L) long nanos) {
        Deadline deadline = Deadline.after(Duration.ofNanos(nanos), FROZEN);
        String header = Timeouts.grpc(deadline);
        assertThat(header.length()).isLessThanOrEqualTo(9);
        long read =
                Timeouts.grpc(Metadata.of("grpc-timeout", header)).orElseThrow().toNanos();
        assertThat(read).isBetween(nanos - nanos / 1000 - 1, nanos);
    }

    @Test
    void aRequestsTimeout() {
        RpcHandler handler = RpcHandler.builder()
                .service(EchoService.DEFINITION, new EchoService() {})
                .defaultTimeout(Duration.ofSeconds(9))
                .build();
        String echo = "/parley.test.v1.EchoService/Echo";
        String chat = "/parley.test.v1.EchoService/Chat";
        assertThat(timeout(handler, echo, "content-type", "application/grpc")).contains(Duration.ofSeconds(9));
        assertThat(timeout(handler, chat, "content-type", "application/grpc")).isEmpty();
        assertThat(timeout(handler, chat, "content-type", "application/grpc", "grpc-timeout", "1S"))
                .contains(Duration.ofSeconds(1));
        assertThat(timeout(handler, echo, "content-type", "application/grpc", "grpc-timeout", "soon"))
                .contains(Duration.ofSeconds(9));
        assertThat(timeout(handler, echo, "content-type", "application/json", "connect-timeout-ms", "250"))
                .contains(Duration.ofMillis(250));
        assertThat(timeout(handler, "/v1/x", "x-request-timeout-ms", "300")).contains(Duration.ofMillis(300));
    }

    private static Optional<Duration> timeout(RpcHandler handler, String path, String... headers) {
        HttpRequest head = HttpRequest.of("POST", "test", path);
        head.headers().addAll(Metadata.of(headers));
        return handler.timeout(head);
    }
}
