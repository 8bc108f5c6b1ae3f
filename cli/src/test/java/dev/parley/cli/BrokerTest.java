package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.parley.CallException;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code parley broker} as a process of its own: with TLS, with a token, and killed. */
@Timeout(180) // a process that starts on a busy machine takes its time
class BrokerTest {

    private static final Topic<String> PLACED = Topic.text("order.placed");

    private static final String TOKEN = "geheim-und-lang-genug";

    @TempDir
    private Path folder;

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
                broker.subscribe(Topic.text("greetings"), "screen", (call, delivery) -> Disposition.ack())
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

    /** What it says when it listens, with the token. */
    private static String uri(Process process) throws Exception {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        JsonObject listening = JsonParser.parseString(out.readLine()).getAsJsonObject();
        return listening.get("url").getAsString().replace("parley://", "parley://:" + TOKEN + "@");
    }

    @Test
    void whatItConfirmedOutlivesAKill() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        ProcessBuilder command = Parley.process(
                        "broker",
                        "--port",
                        "0",
                        "--json",
                        "--token-file",
                        token.toString(),
                        "--data",
                        folder.resolve("data").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        Set<String> confirmed = ConcurrentHashMap.newKeySet();
        Process first = command.start();
        try {
            String uri = uri(first);
            assertThat(Parley.run("queues", uri.replace(TOKEN, "erraten-statt-gewusst"))
                            .err())
                    .contains("UNAUTHENTICATED");
            try (MessageBroker broker =
                    MessageBroker.connect(uri, BrokerOptions.defaults().withPublishTimeout(Duration.ofSeconds(5)))) {
                broker.subscribe(PLACED, "email", (call, delivery) -> Disposition.ack())
                        .close();
                Thread publishing = Thread.ofVirtual().start(() -> {
                    for (int n = 0; ; n++) {
                        String id = "id-" + n;
                        try {
                            broker.publish(
                                    PLACED, Message.of("order.placed", "o-" + n).withId(id));
                        } catch (CallException e) {
                            return; // it was killed; whether this one is there nobody knows
                        }
                        confirmed.add(id);
                    }
                });
                while (confirmed.size() < 200) {
                    assertThat(publishing.isAlive()).isTrue();
                    Thread.sleep(10); // the test's timeout ends it
                }
                first.destroyForcibly().waitFor(); // SIGKILL
                publishing.join();
            }
        } finally {
            first.destroyForcibly();
        }

        Process second = command.start();
        try (MessageBroker broker = MessageBroker.connect(uri(second))) {
            Set<String> came = ConcurrentHashMap.newKeySet();
            Subscription email = broker.subscribe(PLACED, "email", (call, delivery) -> {
                came.add(delivery.message().id());
                return Disposition.ack();
            });
            while (!came.containsAll(confirmed)) {
                Thread.sleep(10); // the test's timeout ends it
            }
            email.close();
        } finally {
            second.destroyForcibly().waitFor();
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
