package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.http.Dispatch;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.testing.Fixture;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server's call knows how long it waited for a thread, on which load shedding relies. */
class WaitedTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private long waited(Dispatch dispatch) {
        AtomicLong waited = new AtomicLong(-1);
        RpcServer server = RpcServer.builder()
                .dispatch(dispatch)
                .service(EchoService.DEFINITION, new EchoService() {
                    @Override
                    public EchoResponse echo(EchoRequest request) {
                        waited.set(Call.current().waitedNanos());
                        return EchoResponse.getDefaultInstance();
                    }
                })
                .start();
        fixture.open(() -> server.shutdown(Duration.ZERO));
        Channel channel = fixture.open(
                Channel.builder("http://127.0.0.1:" + server.port()).build());
        EchoService.client(channel).echo(EchoRequest.getDefaultInstance());
        return waited.get();
    }

    @Test
    void onAVirtualThreadItIsTheTimeSinceItArrived() {
        assertThat(waited(Dispatch.VIRTUAL_THREAD))
                .isBetween(1L, Duration.ofSeconds(20).toNanos());
    }

    @Test
    void onTheEventLoopItIsNothing() {
        assertThat(waited(Dispatch.EVENT_LOOP)).isZero();
    }
}
