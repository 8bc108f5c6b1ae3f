package dev.parley.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.http.ClientAuth;
import dev.parley.http.ServerTls;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code parleys://}: whom the client trusts, whom the server lets in, and what is said if it does not fit. */
class BrokerTlsTest {

    private static final Topic<String> TOPIC = Topic.text("greetings");

    @RegisterExtension
    private final Fixture fixture = new Fixture();

    @TempDir
    private Path folder;

    private X509Bundle authority;
    private TlsIdentity identity;

    @BeforeEach
    void certificates() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM());
        identity = write(
                "server",
                new CertificateBuilder()
                        .ecp256()
                        .subject("CN=server")
                        .addSanIpAddress("127.0.0.1")
                        .buildIssuedBy(authority));
    }

    private TlsIdentity write(String name, X509Bundle bundle) throws Exception {
        Path chain = folder.resolve(name + ".pem");
        Path key = folder.resolve(name + "-key.pem");
        Files.writeString(chain, bundle.getCertificatePathPEM());
        Files.writeString(key, bundle.getPrivateKeyPEM());
        return TlsIdentity.pem(chain, key);
    }

    private String uri(BrokerServer server, String options) {
        return server.scheme() + "://127.0.0.1:" + server.port() + options.replace("DIR", folder.toString());
    }

    private MessageBroker connect(String uri) {
        return fixture.open(
                MessageBroker.connect(uri, BrokerOptions.defaults().withPublishTimeout(Duration.ofSeconds(10))));
    }

    private BrokerServer start(ServerTls tls) {
        return fixture.open(BrokerServer.builder().tls(tls).start());
    }

    private void goesRound(MessageBroker broker) throws Exception {
        BlockingQueue<String> seen = new ArrayBlockingQueue<>(10);
        broker.subscribe(TOPIC, "screen", (call, delivery) -> {
            seen.add(delivery.payload());
            return Disposition.ack();
        });
        broker.publish(TOPIC, "hello");
        assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo("hello");
    }

    @Test
    void messagesGoRoundOverTls() throws Exception {
        BrokerServer server = start(ServerTls.of(identity));
        assertThat(server.scheme()).isEqualTo("parleys");
        MessageBroker broker = connect(uri(server, "?cacert=DIR/ca.pem"));
        goesRound(broker);
        assertThat(broker.problem()).isEmpty();
    }

    @Test
    void aTokenGoesOverTlsToo() throws Exception {
        String token = "0123456789abcdef";
        BrokerServer server = fixture.open(
                BrokerServer.builder().tls(ServerTls.of(identity)).token(token).start());
        goesRound(
                connect("parleys://:" + token + "@127.0.0.1:" + server.port() + "?cacert=" + folder.resolve("ca.pem")));
        MessageBroker stranger = connect(uri(server, "?cacert=DIR/ca.pem"));
        assertThatThrownBy(() -> stranger.publish(TOPIC, "hello"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED));
    }

    @Test
    void inMutualTlsAClientShowsACertificate() throws Exception {
        write("client", new CertificateBuilder().ecp256().subject("CN=client").buildIssuedBy(authority));
        X509Bundle another = new CertificateBuilder()
                .ecp256()
                .subject("CN=another authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        write("stranger", new CertificateBuilder().ecp256().subject("CN=client").buildIssuedBy(another));
        BrokerServer server = start(
                ServerTls.of(identity).withClientAuth(ClientAuth.REQUIRED, TlsTrust.pem(folder.resolve("ca.pem"))));
        goesRound(connect(uri(server, "?cacert=DIR/ca.pem&cert=DIR/client.pem&key=DIR/client-key.pem")));
        refused(uri(server, "?cacert=DIR/ca.pem"), "certificate");
        refused(uri(server, "?cacert=DIR/ca.pem&cert=DIR/stranger.pem&key=DIR/stranger-key.pem"), "certificate");
    }

    @Test
    void aServerThatIsNotTrustedIsTold() throws Exception {
        BrokerServer server = start(ServerTls.of(identity));
        refused(uri(server, ""), "the TLS handshake failed");
        TlsIdentity elsewhere = write(
                "elsewhere",
                new CertificateBuilder()
                        .ecp256()
                        .subject("CN=elsewhere")
                        .addSanDnsName("elsewhere.example")
                        .buildIssuedBy(authority));
        refused(uri(start(ServerTls.of(elsewhere)), "?cacert=DIR/ca.pem"), "127.0.0.1");
    }

    @Test
    void plainAndTlsDoNotMix() throws Exception {
        BrokerServer secure = start(ServerTls.of(identity));
        refused("parley://127.0.0.1:" + secure.port(), "parleys://");
        BrokerServer plain = fixture.open(BrokerServer.builder().start());
        assertThat(plain.scheme()).isEqualTo("parley");
        refused("parleys://127.0.0.1:" + plain.port(), "TLS handshake", "parley://");
    }

    private void refused(String uri, String... words) {
        MessageBroker broker = connect(uri);
        assertThatThrownBy(() -> broker.publish(TOPIC, "hello")).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
            // OpenSSL shouts its alerts, the JDK does not.
            assertThat(words).allSatisfy(word -> assertThat(e.message()).containsIgnoringCase(word));
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "parleys://127.0.0.1:1?cacert=DIR/none.pem | cacert | none.pem",
                "parleys://127.0.0.1:1?cacert=DIR | cacert | file",
                "parleys://127.0.0.1:1?cert=DIR/server.pem | cert and key | key is missing",
                "parleys://127.0.0.1:1?key=DIR/server-key.pem | cert and key | cert is missing",
                "parleys://127.0.0.1:1?colour=red | colour | cacert",
                "parleys://a:1,b:2 | one server | parleys://host:port",
                "parley://127.0.0.1:1?cacert=DIR/ca.pem | cacert | parleys://",
                "parleys://127.0.0.1:1?cacert=DIR/server-key.pem | server-key.pem | certificate",
                "parleys://127.0.0.1:1?cert=DIR/server.pem&key=DIR/ca.pem | ca.pem | key",
            })
    void wrongOptionsAreToldAtOnce(String uri, String option, String expected) {
        assertThatThrownBy(() -> MessageBroker.connect(uri.replace("DIR", folder.toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option)
                .hasMessageContaining(expected);
    }

    @Test
    void filesOfAServerThatCannotBeUsedAreTold() {
        assertThatThrownBy(() -> BrokerServer.builder()
                        .tls(ServerTls.of(TlsIdentity.pem(folder.resolve("ca.pem"), folder.resolve("server-key.pem"))))
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("server-key.pem");
    }
}
