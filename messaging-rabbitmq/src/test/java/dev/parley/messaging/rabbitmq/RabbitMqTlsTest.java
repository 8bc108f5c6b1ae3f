package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.RabbitMqServer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code amqps://}: the JVM's default trust, and the name in the certificate. */
class RabbitMqTlsTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    @TempDir
    Path folder;

    private Path certificate(String name, String subject) throws Exception {
        Process openssl = new ProcessBuilder(List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-keyout",
                        folder.resolve(name + ".key").toString(),
                        "-out",
                        folder.resolve(name + ".pem").toString(),
                        "-subj",
                        "/CN=" + name,
                        "-addext",
                        "subjectAltName=" + subject))
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(said).isZero();
        return folder.resolve(name + ".pem");
    }

    private static SSLContext trusting(Path certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "peer", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void theServersCertificateIsChecked() throws Exception {
        Path right = certificate("right", "IP:127.0.0.1");
        RabbitMqServer server = fixture.open(RabbitMqServer.start(Map.of(
                "ssl_options.certfile", right.toString(),
                "ssl_options.keyfile", folder.resolve("right.key").toString(),
                "ssl_options.verify", "verify_none")));
        int port = server.tlsPort();
        String topic = Broker.fresh("tls");
        SSLContext before = SSLContext.getDefault();
        try {
            BrokerBackend unknown = fixture.open(Broker.open("amqps://127.0.0.1:" + port));
            assertThatThrownBy(() -> Broker.publish(unknown, topic, "m"))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
                        assertThat(e.message()).contains("certification path");
                    });

            SSLContext.setDefault(trusting(right));
            BrokerBackend backend = fixture.open(Broker.open("amqps://127.0.0.1:" + port));
            BackendConsumer consumer = fixture.open(backend.consume(Broker.spec(new QueueName(topic, "g"))));
            Broker.publish(backend, topic, "m");
            assertThat(Broker.ids(Broker.take(consumer, 1))).containsExactly("m");

            // Trusted, but another name.
            BrokerBackend other = fixture.open(Broker.open("amqps://localhost:" + port));
            assertThatThrownBy(() -> Broker.publish(other, topic, "m"))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.message()).contains("localhost"));
        } finally {
            SSLContext.setDefault(before);
        }
    }
}
