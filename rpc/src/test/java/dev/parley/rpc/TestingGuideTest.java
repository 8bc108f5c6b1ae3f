package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.testing.Direction;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.Fixture;
import dev.parley.testing.ServerProcess;
import dev.parley.testing.Snippet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The code of {@code docs/guide/testing.md}; the last test holds the two together. */
class TestingGuideTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static EchoRequest text(String text) {
        return EchoRequest.newBuilder().setText(text).build();
    }

    @Test
    void anEmptyTextIsAnswered() {
        RpcHandler service = RpcHandler.builder()
                .service(EchoService.DEFINITION, new EchoService() {
                    @Override
                    public EchoResponse echo(EchoRequest request) {
                        return EchoResponse.newBuilder()
                                .setText(request.getText())
                                .build();
                    }
                })
                .build();
        EchoService.Client client = EchoService.client(fixture.open(Channel.inProcess(service)));

        assertThat(client.echo(text("")).getText()).isEmpty();
    }

    @Test
    void anAnswerThatIsLostIsUnavailable() throws Exception {
        RpcServer server = fixture.open(RpcServer.builder()
                .service(EchoService.DEFINITION, new EchoImplementation())
                .start());
        FaultProxy network = fixture.proxy(server.port());
        EchoService.Client client = EchoService.client(
                fixture.open(Channel.builder("http://" + network.authority()).build()));
        assertThat(client.echo(text("fine")).getText()).isEqualTo("fine");

        network.inject(Direction.DOWNSTREAM, new Fault.Reset(1));

        CallException error = catchThrowableOfType(CallException.class, () -> client.echo(text("lost")));
        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
        network.heal();
        assertThat(client.echo(text("fine again")).getText()).isEqualTo("fine again");
    }

    @Test
    void aDeadlinePasses() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(15), fixture.timer());
        CallScope call = CallScope.builder(Method.unary("test", "Call"))
                .deadline(deadline)
                .build();

        fixture.timer().advance(Duration.ofSeconds(14));
        assertThat(call.deadline().isExpired()).isFalse();
        fixture.timer().advance(Duration.ofSeconds(1));
        assertThat(call.deadline().isExpired()).isTrue();
    }

    @Test
    void aCallThatBlocksIsCancelledWithItsConnection() throws Exception {
        EchoImplementation service = new EchoImplementation();
        RpcServer server =
                RpcServer.builder().service(EchoService.DEFINITION, service).start();
        fixture.open(() -> server.shutdown(Duration.ZERO));
        FaultProxy network = fixture.proxy(server.port());
        EchoService.Client client = EchoService.client(
                fixture.open(Channel.builder("http://" + network.authority()).build()));

        fixture.start(() -> client.echo(text(EchoImplementation.BLOCK)));
        assertThat(service.started.await(10, TimeUnit.SECONDS)).isTrue();
        network.resetConnections();

        Outcome seen = service.ends.poll(10, TimeUnit.SECONDS);
        assertThat(seen.code()).contains(Code.CANCELLED);
    }

    @Test
    void aServerThatIsKilledIsStartedAgain() throws Exception {
        ServerProcess etcd = fixture.open(ServerProcess.builder("etcd")
                .debianPackage("etcd-server")
                .ports("client", "peer")
                .arguments(place -> List.of(
                        "--data-dir=data",
                        "--listen-client-urls=http://" + place.authority("client"),
                        "--advertise-client-urls=http://" + place.authority("client"),
                        "--listen-peer-urls=http://" + place.authority("peer")))
                .start());

        etcd.kill();
        etcd.restart();

        assertThat(etcd.isRunning()).isTrue();
    }

    @Test
    void theGuidesExamplesCompile() throws IOException {
        String around = """
                import dev.parley.discovery.*;
                class Example {
                    void run() throws Exception {
                        $snippet
                    }
                }
                """;
        for (Snippet snippet : Snippet.in(Path.of("../docs/guide/registries.md"))) {
            assertThat(snippet.errors(around)).isEmpty();
        }
    }

    static Stream<Snippet> snippets() throws IOException {
        return Snippet.in(Path.of("../docs/guide/testing.md")).stream()
                .filter(snippet ->
                        !snippet.code().contains("BrokerServerSuite")); // that one is compiled by the shop's tests
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void theGuideShowsThisCode(Snippet snippet) throws IOException {
        Path here = Path.of("src/test/java/dev/parley/rpc/TestingGuideTest.java");
        String code = Files.readString(here);
        List<String> lines = snippet.code()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        List<String> own =
                code.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        assertThat(Collections.indexOfSubList(own, lines))
                .as("where the code is")
                .isNotNegative();
    }
}
