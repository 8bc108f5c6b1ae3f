package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.talk.TalkService;
import dev.parley.http.ClientAuth;
import dev.parley.http.ServerTls;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import dev.parley.rpc.RpcServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code parley call} with TLS, without, and with the wrong one. */
@Timeout(60)
class TlsTest {

    private static final String SAY = "parley.cli.test.v1.TalkService/Say";

    private final X509Bundle authority;
    private final X509Bundle client;
    private final TlsIdentity identity;

    TlsTest() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle server = new CertificateBuilder()
                .ecp256()
                .subject("CN=server")
                .addSanDnsName("talk.example")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
        client = new CertificateBuilder().ecp256().subject("CN=client").buildIssuedBy(authority);
        identity = TlsIdentity.of(server.getKeyPair().getPrivate(), server.getCertificatePath());
    }

    private RpcServer start(ClientAuth auth) {
        return RpcServer.builder()
                .tls(ServerTls.of(identity).withClientAuth(auth, TlsTrust.of(authority.getCertificate())))
                .service(TalkService.DEFINITION, new Talk())
                .start();
    }

    private static void fails(Parley.Result result, String... words) {
        assertThat(result.status()).isEqualTo(78);
        assertThat(result.err().lines()).singleElement().asString().contains(words);
    }

    @Test
    void trustIdentityAndNameCanBeGiven() throws Exception {
        try (RpcServer server = start(ClientAuth.REQUIRED)) {
            String url = "https://127.0.0.1:" + server.port();
            String trust = authority.toTempRootCertPem().toString();
            String[] shown = {
                "--cert",
                client.toTempCertChainPem().toString(),
                "--key",
                client.toTempPrivateKeyPem().toString()
            };
            for (String protocol : new String[] {"grpc", "connect", "rest"}) {
                assertThat(Parley.run(
                                "call",
                                "--cacert",
                                trust,
                                shown[0],
                                shown[1],
                                shown[2],
                                shown[3],
                                "--protocol",
                                protocol,
                                "--authority",
                                "talk.example",
                                url,
                                SAY,
                                "{\"text\": \"a\"}"))
                        .isEqualTo(new Parley.Result(0, "{\"text\":\"a\"}\n", ""));
            }
            fails(Parley.run("call", "--cacert", trust, url, SAY), "UNAVAILABLE");
        }
    }

    @Test
    void aStrangersCertificateIsToldWithTheWayOut() throws Exception {
        try (RpcServer server = start(ClientAuth.OPTIONAL)) {
            String url = "https://127.0.0.1:" + server.port();
            fails(Parley.run("call", url, SAY), "the TLS handshake failed", "--cacert FILE");
            fails(
                    Parley.run(
                            "call",
                            "--cacert",
                            authority.toTempRootCertPem().toString(),
                            "--authority",
                            "other.example",
                            url,
                            SAY),
                    "the TLS handshake failed",
                    "--authority HOST");
        }
    }

    @Test
    void tlsToAPlainPortIsTold() {
        try (RpcServer plain =
                RpcServer.builder().service(TalkService.DEFINITION, new Talk()).start()) {
            fails(Parley.run("call", "https://127.0.0.1:" + plain.port(), SAY), "TLS handshake", "say http://");
        }
    }

    @Test
    void plainToATlsPortIsTold() {
        try (RpcServer server = start(ClientAuth.OPTIONAL)) {
            fails(Parley.run("call", "http://127.0.0.1:" + server.port(), SAY), "UNAVAILABLE", "https://");
        }
    }
}
