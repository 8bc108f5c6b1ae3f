package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that publish and relay, killed and frozen; what was delivered is counted outside of them. */
@Timeout(300)
class RelayCrashTest {

    private static final int RUNS = 3;
    private static final int KEYS = 4;

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource
    void killedInTheMiddleOfRelayingItLosesNothing(Engine engine) throws Exception {
        String uri = Stores.newUri(engine);
        Files.createFile(folder.resolve("delivered"));
        for (int run = 0; run < RUNS; run++) {
            int before = LedgerBackend.delivered(folder).size();
            Process process =
                    Programs.start(RelayProgram.class, folder.resolve("log"), uri, "" + folder, "run" + run, "" + KEYS);
            try {
                Stores.await("it relays", () -> {
                    assertThat(process.isAlive())
                            .as(Files.readString(folder.resolve("log")))
                            .isTrue();
                    return LedgerBackend.delivered(folder).size() > before + 50;
                });
            } finally {
                Programs.kill(process);
            }
        }
        Set<String> attempted = lines("attempted-");
        Set<String> committed = lines("committed-");
        try (Store store = Stores.open(uri);
                MessageBroker broker = LedgerBackend.broker(folder)) {
            Outbox outbox = Outbox.on(store);
            try (OutboxRelay relay = outbox.relay(broker)) {
                Stores.await("the rest is sent", () -> outbox.stats().depth() == 0);
                assertThat(relay.snapshot().setAside()).isZero();
            }
            List<String> delivered = LedgerBackend.delivered(folder);
            Set<String> once = new LinkedHashSet<>(delivered);
            Set<String> rows = new HashSet<>(Stores.rows(store));
            System.out.printf(
                    "%s: attempted %d, committed %d, rows %d, delivered %d, duplicated %d%n",
                    engine,
                    attempted.size(),
                    committed.size(),
                    rows.size(),
                    once.size(),
                    delivered.size() - once.size());
            assertThat(committed).hasSizeGreaterThan(RUNS * 50 / 2);
            assertThat(rows).as("lost with the store").containsAll(committed);
            assertThat(once).as("rows and events").isEqualTo(rows);
            assertThat(attempted).as("unexpected").containsAll(once);
            assertThat(outbox.stats().setAside()).isZero();
            assertInOrder(once);
        }
    }

    /** The first delivery of each message of a key is in the order in which they were committed. */
    private static void assertInOrder(Set<String> words) {
        Map<String, String> last = new HashMap<>();
        for (String word : words) {
            String before = last.put(word.substring(0, word.indexOf(':')), word);
            assertThat(before == null || before.compareTo(word) < 0)
                    .as("%s before %s", before, word)
                    .isTrue();
        }
    }

    @Test
    void oneThatIsFrozenPastItsLeaseIsFencedAndStandsBy() throws Exception {
        String uri = Stores.newUri(Engine.POSTGRESQL);
        Files.createFile(folder.resolve("delivered"));
        try (Store store = Stores.open(uri);
                MessageBroker broker = LedgerBackend.broker(folder)) {
            Outbox outbox = Outbox.on(store);
            Process frozen = Programs.start(RelayProgram.class, folder.resolve("log"), uri, "" + folder, "frozen", "0");
            try {
                Stores.await("it is active", () -> state("frozen").startsWith("true"));
                Files.createFile(folder.resolve("stop"));
                publish(store, outbox, "first");
                Path publishing = folder.resolve("publishing-" + frozen.pid());
                Stores.await("it publishes", () -> Files.exists(publishing));
                Programs.signal(frozen, "STOP");
                try (OutboxRelay relay =
                        outbox.relay(broker, RelayOptions.defaults().withLease(Duration.ofMinutes(1)))) {
                    Stores.await("the other takes over", () -> relay.snapshot().active());
                    Files.delete(folder.resolve("stop"));
                    Stores.await("it sends", () -> relay.snapshot().sent() == 1);
                    publish(store, outbox, "second");
                    Stores.await("it sends again", () -> relay.snapshot().sent() == 2);

                    Programs.signal(frozen, "CONT");
                    Stores.await("the frozen one is told", () -> state("frozen").startsWith("false 0 ABORTED"));
                    // What it was about to send, it sent a second time; that is all.
                    assertThat(LedgerBackend.delivered(folder)).containsExactly("first", "second", "first");
                    publish(store, outbox, "third");
                    Stores.await("the active one sends", () -> relay.snapshot().sent() == 3);
                    assertThat(relay.snapshot().active()).isTrue();
                }
                publish(store, outbox, "fourth");
                Stores.await("the other is active again", () -> state("frozen").startsWith("true 1"));
                assertThat(LedgerBackend.delivered(folder))
                        .containsExactly("first", "second", "first", "third", "fourth");
            } finally {
                Programs.kill(frozen);
            }
        }
    }

    private String state(String run) throws IOException {
        Path state = folder.resolve("state-" + run);
        return Files.exists(state) ? Files.readString(state) : "";
    }

    private static void publish(Store store, Outbox outbox, String word) {
        store.run(tx ->
                outbox.publish(tx, Topic.text("words"), Message.of("word", word).withKey("k")));
    }

    private Set<String> lines(String prefix) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        }
        List<String> lines = new ArrayList<>();
        for (Path file : files) {
            // A write of a killed process may be cut, but each line is written by one call.
            lines.addAll(Files.readAllLines(file));
        }
        return new HashSet<>(lines);
    }
}
