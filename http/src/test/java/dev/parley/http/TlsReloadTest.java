package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that change under a running server and client. */
class TlsReloadTest {

    private static final Duration SOON = Duration.ofMillis(20);

    @TempDir
    Path folder;

    /** The name in the certificate that a new connection is shown. */
    private static String shown(HttpServer server, TestCertificates certificates) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {certificates.authority.toTrustManager()}, null);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
                socket.startHandshake();
                return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                        .getSubjectX500Principal()
                        .getName();
            }
        } catch (Exception e) {
            return e.toString();
        }
    }

    @Test
    void aNewFileIsShownToNewConnectionsAndOldOnesGoOn() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        TlsIdentity pem = certificates.write(certificates.server("one"));
        try (HttpServer server = HttpServer.builder()
                        .tls(ServerTls.of(pem).withReloadInterval(SOON))
                        .handler((call, request) -> HttpResponse.text(200, "here"))
                        .start();
                HttpClient client = HttpClient.create(ClientLimits.defaults(), certificates.client())) {
            HttpRequest request =
                    new HttpRequest("GET", "https", Talk.at(server), "/", new dev.parley.Metadata(), Body.empty());
            assertThat(Talk.text(client.handle(Talk.call(), request))).isEqualTo("here");
            assertThat(shown(server, certificates)).isEqualTo("CN=one");

            // in place
            certificates.write(certificates.server("two"));
            Talk.await("the second is shown", () -> shown(server, certificates).equals("CN=two"));

            // a broken one changes nothing
            try (Errors errors = new Errors()) {
                Files.writeString(certificates.chainFile(), "-----BEGIN CERTIFICATE-----\nbroken\n");
                Talk.await("it is told", () -> !errors.messages.isEmpty());
                assertThat(errors.messages.getFirst()).contains("tls.crt").contains("those of before stay");
            }
            assertThat(shown(server, certificates)).isEqualTo("CN=two");

            // by renaming, one file after the other
            var third = certificates.server("three");
            Path next = folder.resolve("next");
            Files.writeString(next, third.getCertificatePathPEM());
            Files.move(next, certificates.chainFile(), StandardCopyOption.ATOMIC_MOVE);
            Files.writeString(next, third.getPrivateKeyPEM());
            Files.move(next, certificates.keyFile(), StandardCopyOption.ATOMIC_MOVE);
            Talk.await("the third is shown", () -> shown(server, certificates).equals("CN=three"));

            assertThat(Talk.text(client.handle(Talk.call(), request))).isEqualTo("here");
            assertThat(client.openConnections()).isOne(); // still the first
        }
    }

    /** What is logged as an error about TLS. */
    private static final class Errors extends Handler implements AutoCloseable {
        final List<String> messages = new CopyOnWriteArrayList<>();
        private final Logger logger = Logger.getLogger(TlsContext.class.getName());

        Errors() {
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel() == Level.SEVERE) {
                messages.add(entry.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    /** As Kubernetes does: files are links into a folder that is a link, which is exchanged. */
    @Test
    void aLinkThatPointsElsewhereIsFollowed() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        Path data = folder.resolve("..data");
        for (String name : new String[] {"one", "two"}) {
            Path version = Files.createDirectory(folder.resolve(".." + name));
            var bundle = certificates.server(name);
            Files.writeString(version.resolve("tls.crt"), bundle.getCertificatePathPEM());
            Files.writeString(version.resolve("tls.key"), bundle.getPrivateKeyPEM());
        }
        Files.createSymbolicLink(data, Path.of("..one"));
        Path chain = Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt"));
        Path key = Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key"));
        try (HttpServer server = HttpServer.builder()
                .tls(ServerTls.of(TlsIdentity.pem(chain, key)).withReloadInterval(SOON))
                .handler((call, request) -> HttpResponse.of(204))
                .start()) {
            assertThat(shown(server, certificates)).isEqualTo("CN=one");
            Path swapped = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..two"));
            Files.move(swapped, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Talk.await("the second is shown", () -> shown(server, certificates).equals("CN=two"));
        }
    }

    @Test
    void aClientsCertificateAndTrustAreReadAgainToo() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        Path ofOthers = Files.createDirectory(folder.resolve("others"));
        TestCertificates others = new TestCertificates(ofOthers);
        AtomicReference<String> name = new AtomicReference<>("");
        TlsIdentity pem = certificates.write(others.server("nobody knows"));
        try (HttpServer server = HttpServer.builder()
                        .tls(ServerTls.of(TestCertificates.identity(certificates.server("server")))
                                .withClientAuth(ClientAuth.REQUIRED, TlsTrust.pem(others.authorityFile()))
                                .withReloadInterval(SOON))
                        .handler((call, request) -> {
                            name.set(call.principal().orElseThrow().getName());
                            return HttpResponse.of(204);
                        })
                        .start();
                HttpClient client = HttpClient.create(
                        // By age, so that the requests below, which let no connection become idle, get new ones.
                        ClientLimits.defaults()
                                .withConnectionLife(
                                        Duration.ofMillis(5), Duration.ofSeconds(60), Duration.ofSeconds(20)),
                        certificates.client().withIdentity(pem).withReloadInterval(SOON))) {
            HttpRequest request =
                    new HttpRequest("GET", "https", Talk.at(server), "/", new dev.parley.Metadata(), Body.empty());
            client.over(HttpVersion.HTTP_1_1).handle(Talk.call(), request);
            assertThat(name).hasValue("CN=nobody knows");
            // Now the server trusts the first authority only, and the client shows what that one has signed.
            Files.copy(certificates.authorityFile(), others.authorityFile(), StandardCopyOption.REPLACE_EXISTING);
            certificates.write(certificates.server("a friend"));
            Talk.await("the new one is taken", () -> {
                try {
                    client.over(HttpVersion.HTTP_1_1).handle(Talk.call(), request);
                } catch (Exception notYet) {
                    return false;
                }
                return "CN=a friend".equals(name.get());
            });
        }
    }
}
