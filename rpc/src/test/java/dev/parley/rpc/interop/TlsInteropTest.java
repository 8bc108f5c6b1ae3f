package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.http.ClientAuth;
import dev.parley.http.ClientTls;
import dev.parley.http.ServerTls;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.interop.v1.Answer;
import dev.parley.rpc.interop.v1.Ask;
import dev.parley.rpc.interop.v1.InteropService;
import dev.parley.rpc.interop.v1.InteropServiceGrpc;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RPC over TLS: with ourselves and with grpc-java as client and as server, with client certificates too. */
@Timeout(30)
class TlsInteropTest {

    private X509Bundle authority;
    private X509Bundle server;
    private X509Bundle client;

    @BeforeEach
    void certify() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        server = new CertificateBuilder()
                .ecp256()
                .subject("CN=server")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
        client = new CertificateBuilder().ecp256().subject("CN=client").buildIssuedBy(authority);
    }

    private static TlsIdentity identity(X509Bundle bundle) {
        return TlsIdentity.of(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath());
    }

    private ServerTls serverTls() {
        return ServerTls.of(identity(server))
                .withClientAuth(ClientAuth.OPTIONAL, TlsTrust.of(authority.getCertificate()));
    }

    private ClientTls clientTls() {
        return ClientTls.defaults().withTrust(TlsTrust.of(authority.getCertificate()));
    }

    private static Ask ask(String text) {
        return Ask.newBuilder().setText(text).build();
    }

    @ParameterizedTest
    @EnumSource
    void ourClientToOurServer(RpcProtocol protocol) {
        try (RpcServer serving = RpcServer.builder()
                        .tls(serverTls())
                        .service(InteropService.DEFINITION, new ParleyInterop())
                        .start();
                Channel channel = Channel.builder("https://127.0.0.1:" + serving.port())
                        .protocol(protocol)
                        .tls(clientTls().withIdentity(identity(client)))
                        .build();
                Channel stranger = Channel.builder("https://127.0.0.1:" + serving.port())
                        .protocol(protocol)
                        .build()) {
            assertThat(InteropService.client(channel).unary(ask("hello")).getText())
                    .isEqualTo("hello");
            CallException refused = Assertions.catchThrowableOfType(
                    CallException.class, () -> InteropService.client(stranger).unary(ask("hello")));
            assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
        }
    }

    @Test
    void grpcJavasClientToOurServer() throws Exception {
        try (RpcServer serving = RpcServer.builder()
                .tls(serverTls())
                .service(InteropService.DEFINITION, new ParleyInterop())
                .start()) {
            ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                            "127.0.0.1",
                            serving.port(),
                            TlsChannelCredentials.newBuilder()
                                    .trustManager(authority.toTempRootCertPem())
                                    .keyManager(client.toTempCertChainPem(), client.toTempPrivateKeyPem())
                                    .build())
                    .build();
            try {
                assertThat(InteropServiceGrpc.newBlockingStub(channel)
                                .unary(ask("hello"))
                                .getText())
                        .isEqualTo("hello");
            } finally {
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void ourClientToGrpcJavasServer() throws Exception {
        Server serving = Grpc.newServerBuilderForPort(
                        0,
                        TlsServerCredentials.newBuilder()
                                .keyManager(server.toTempCertChainPem(), server.toTempPrivateKeyPem())
                                .trustManager(authority.toTempRootCertPem())
                                .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                                .build())
                .addService(new InteropServiceGrpc.InteropServiceImplBase() {
                    @Override
                    public void unary(Ask request, StreamObserver<Answer> answers) {
                        answers.onNext(
                                Answer.newBuilder().setText(request.getText()).build());
                        answers.onCompleted();
                    }
                })
                .build()
                .start();
        try (Channel channel = Channel.builder("https://127.0.0.1:" + serving.getPort())
                .tls(clientTls().withIdentity(identity(client)))
                .build()) {
            assertThat(InteropService.client(channel).unary(ask("hello")).getText())
                    .isEqualTo("hello");
        } finally {
            serving.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }
}
