package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code parley broker} as a process of its own, with TLS. */
@Timeout(180) // a process that starts on a busy machine takes its time
class BrokerTest {

    private final X509Bundle authority;
    private final X509Bundle server;

    BrokerTest() throws Exception {
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
    }

    @Test
    void itSpeaksMutualTls() throws Exception {
        X509Bundle client =
                new CertificateBuilder().ecp256().subject("CN=client").buildIssuedBy(authority);
        Path trust = authority.toTempRootCertPem().toPath();
        Process process = Parley.process(
                        "broker",
                        "--port",
                        "0",
                        "--json",
                        "--cert",
                        server.toTempCertChainPem().toString(),
                        "--key",
                        server.toTempPrivateKeyPem().toString(),
                        "--client-cacert",
                        trust.toString())
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            JsonObject listening = JsonParser.parseString(out.readLine()).getAsJsonObject();
            String url = listening.get("url").getAsString();
            assertThat(url).startsWith("parleys://127.0.0.1:");
            String whole = url + "?cacert=" + trust + "&cert=" + client.toTempCertChainPem() + "&key="
                    + client.toTempPrivateKeyPem();
            try (MessageBroker broker = MessageBroker.connect(whole)) {
                broker.subscribe(
                                Topic.text("greetings"),
                                "screen",
                                (call, delivery) -> dev.parley.messaging.Disposition.ack())
                        .close();
                broker.publish(Topic.text("greetings"), "hello");
            }
            Parley.Result queues = Parley.run("queues", whole);
            assertThat(queues.status()).as(queues.err()).isZero();
            assertThat(queues.out()).contains("greetings", "screen");
            process.toHandle().destroy(); // SIGTERM, as Ctrl-C
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void halvesOfTlsAndFilesThatAreNoneAreNamed() throws Exception {
        String chain = server.toTempCertChainPem().toString();
        fails(Parley.run("broker", "--port", "0", "--cert", chain), "--cert and --key belong together");
        fails(Parley.run("broker", "--port", "0", "--client-cacert", chain), "--client-cacert needs TLS");
        fails(
                Parley.run("broker", "--port", "0", "--cert", chain, "--key", "/no/such/key"),
                "--key: /no/such/key is no file that can be read");
        fails(
                Parley.run("broker", "--port", "0", "--cert", chain, "--key", chain),
                "TLS cannot be set up",
                "BEGIN PRIVATE KEY");
    }

    private static void fails(Parley.Result result, String... words) {
        assertThat(result.status()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains(words);
        assertThat(result.err().lines()).hasSize(1);
    }
}
