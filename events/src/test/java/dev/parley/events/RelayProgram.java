package dev.parley.events;

import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.store.Store;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A process to be killed: {@code URI FOLDER RUN KEYS}. Writes business rows with messages of so many keys, one transaction each, as fast as it can, and
 * relays them to the ledger of the folder; what it has attempted and what it knows to be committed it writes to files there. Without
 * keys it only relays, and says in {@code state-RUN} how it stands.
 */
final class RelayProgram {

    private RelayProgram() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        String run = arguments[2];
        int keys = Integer.parseInt(arguments[3]);
        try (Store store = Stores.open(arguments[0]);
                MessageBroker broker = LedgerBackend.broker(folder)) {
            Outbox outbox = Outbox.on(store);
            OutboxRelay relay = outbox.relay(
                    broker,
                    RelayOptions.defaults()
                            .withHolder(run)
                            .withBatch(20)
                            .withLease(Duration.ofSeconds(keys == 0 ? 3 : 2)));
            Thread[] writers = new Thread[keys];
            for (int key = 0; key < keys; key++) {
                String name = run + "-" + key;
                writers[key] = Thread.ofVirtual().start(() -> write(store, outbox, folder, name));
            }
            while (true) {
                RelaySnapshot now = relay.snapshot();
                Path next = folder.resolve("state-" + run + ".next");
                Files.writeString(
                        next,
                        now.active() + " " + now.sent() + " "
                                + now.problem()
                                        .map(problem -> problem.code().toString())
                                        .orElse("-") + " "
                                + now.failed());
                Files.move(next, folder.resolve("state-" + run), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
                Thread.sleep(5);
            }
        }
    }

    private static void write(Store store, Outbox outbox, Path folder, String key) {
        Topic<String> topic = Topic.text("words");
        try (FileOutputStream attempted =
                        new FileOutputStream(folder.resolve("attempted-" + key).toFile());
                FileOutputStream committed =
                        new FileOutputStream(folder.resolve("committed-" + key).toFile())) {
            for (int i = 0; ; i++) {
                String word = "%s:%06d".formatted(key, i);
                byte[] line = (word + '\n').getBytes(StandardCharsets.UTF_8);
                attempted.write(line); // a killed process loses nothing that it has written to a file
                store.run(tx -> {
                    Stores.insert(tx, word);
                    outbox.publish(tx, topic, Message.of("word", word).withKey(key));
                });
                committed.write(line);
            }
        } catch (Exception e) {
            System.err.println(key + " ends: " + e);
        }
    }
}
