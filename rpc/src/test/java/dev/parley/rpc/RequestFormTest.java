package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.chain.Chain;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoService;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client sends: GET or POST, its headers, and again what was not looked at. */
class RequestFormTest {

    private final RpcServer server = RpcServer.builder()
            .service(EchoService.DEFINITION, new EchoImplementation())
            .start();
    private final HttpClient http = HttpClient.create();
    private final List<HttpRequest> sent = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private CallException.Origin refusedBy = CallException.Origin.REMOTE;

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    private ChannelBuilder channel(RpcProtocol protocol) {
        Handler<HttpRequest, HttpResponse> sender = http.over(HttpVersion.HTTP_2);
        return Channel.builder("http://127.0.0.1:" + server.port())
                .protocol(protocol)
                .chain(Chain.empty())
                .transport((call, request) -> {
                    sent.add(request);
                    if (refusals.getAndDecrement() > 0) {
                        throw new CallException(
                                Code.UNAVAILABLE,
                                "refused",
                                null,
                                List.of(),
                                new Metadata(),
                                refusedBy,
                                RetryAdvice.NEVER_LEFT);
                    }
                    return sender.handle(call, request);
                });
    }

    private static EchoRequest text(String text) {
        return EchoRequest.newBuilder().setText(text).build();
    }

    @Test
    void safeCallsGoByGetWhereTheyFit() {
        for (Codec codec : Codec.values()) {
            EchoService client = EchoService.client(
                    channel(RpcProtocol.CONNECT).codec(codec).getUpTo(300).build());
            assertThat(client.echo(text("h\u00fc + / %&=")).getText()).isEqualTo("h\u00fc + / %&=");
            HttpRequest get = sent.getLast();
            assertThat(get.method()).isEqualTo("GET");
            assertThat(get.query()).startsWith("connect=v1&").contains("&encoding=" + codec.suffix() + "&message=");
            assertThat(get.headers().names()).doesNotContain("content-type", "connect-protocol-version");
            assertThat(client.echo(text("x".repeat(300))).getText()).hasSize(300);
            assertThat(sent.getLast().method()).isEqualTo("POST");
            assertThat(client.join(Messages.of(text("a"))).getText()).isEqualTo("a");
            assertThat(sent.getLast().method()).isEqualTo("POST");
        }
    }

    @Test
    void compressionMakesAGetFit() {
        EchoService client = EchoService.client(channel(RpcProtocol.CONNECT)
                .getUpTo(500)
                .compression(Compression.GZIP)
                .build());
        assertThat(client.echo(text("x".repeat(5000))).getText()).hasSize(5000);
        assertThat(sent.getLast().query()).contains("compression=gzip");
    }

    @Test
    void anErrorOfAGetIsThatOfAPost() {
        EchoService client =
                EchoService.client(channel(RpcProtocol.CONNECT).getUpTo(1000).build());
        assertThatThrownBy(() ->
                        client.echo(EchoRequest.newBuilder().setFailWith(5).build()))
                .isInstanceOfSatisfying(CallException.class, error -> {
                    assertThat(error.code()).isEqualTo(Code.NOT_FOUND);
                    assertThat(error.details()).hasSize(1);
                });
    }

    @Test
    void userAgents() {
        for (RpcProtocol protocol : EnumSet.complementOf(EnumSet.of(RpcProtocol.REST))) { // see RestClientTest
            EchoService.Client client = EchoService.client(channel(protocol).build());
            client.echo(text("a"));
            List<String> own = sent.getLast().headers().getAll("user-agent");
            assertThat(own).singleElement().asString().matches("(grpc|grpc-web|connect)-java-parley/[0-9.]+");
            client.with(CallOptions.defaults().withHeader("user-agent", "shop/2"))
                    .echo(text("a"));
            assertThat(sent.getLast().headers().getAll("user-agent")).containsExactly("shop/2 " + own.getFirst());
        }
    }

    @Test
    void whatTheServerDidNotLookAtIsSentOnceMore() {
        for (RpcProtocol protocol : EnumSet.complementOf(EnumSet.of(RpcProtocol.REST))) { // see RestClientTest
            EchoService client = EchoService.client(channel(protocol).build());
            refusals.set(1);
            assertThat(client.echo(text("a")).getText()).isEqualTo("a");
            refusals.set(1);
            try (Messages<?> answers =
                    client.repeat(EchoRequest.newBuilder().setCount(2).build())) {
                assertThat(answers).hasSize(2);
            }
            sent.clear();
            refusals.set(5);
            assertThatThrownBy(() -> client.echo(text("a")))
                    .isInstanceOfSatisfying(
                            CallException.class,
                            error -> assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT));
            assertThat(sent).hasSize(2);
        }
    }

    @Test
    void aStreamOfRequestsAndWhatWasNotConnectedAreNotSentAgain() {
        EchoService client = EchoService.client(channel(RpcProtocol.GRPC).build());
        refusals.set(1);
        assertThatThrownBy(() -> client.join(Messages.of(text("a"))))
                .isInstanceOfSatisfying(
                        CallException.class,
                        error -> assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT));
        refusedBy = CallException.Origin.LOCAL;
        refusals.set(1);
        assertThatThrownBy(() -> client.echo(text("a"))).isInstanceOf(CallException.class);
        assertThat(sent).hasSize(2);
    }
}
