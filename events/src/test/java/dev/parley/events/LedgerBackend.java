package dev.parley.events;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Publishes into a file that outlives the process and is shared by several: the payload of each message is a line, synced to the disk before
 * it is confirmed. What was delivered is counted there, outside of what is killed. While the file {@code stop} is there, publications wait.
 */
final class LedgerBackend implements BrokerBackend {

    private final Path folder;
    private final FileOutputStream ledger;

    LedgerBackend(Path folder) throws IOException {
        this.folder = folder;
        this.ledger = new FileOutputStream(folder.resolve("delivered").toFile(), true);
    }

    static MessageBroker broker(Path folder) throws IOException {
        return MessageBroker.of(new LedgerBackend(folder), BrokerOptions.defaults());
    }

    static List<String> delivered(Path folder) throws IOException {
        return Files.readAllLines(folder.resolve("delivered"));
    }

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        StringBuilder lines = new StringBuilder();
        messages.forEach(
                each -> lines.append(OutboxTest.payload(each.message())).append('\n'));
        Files.writeString(folder.resolve("publishing-" + ProcessHandle.current().pid()), lines);
        while (Files.exists(folder.resolve("stop"))) {
            Thread.sleep(5);
        }
        synchronized (ledger) {
            ledger.write(lines.toString().getBytes(StandardCharsets.UTF_8));
            ledger.getFD().sync();
        }
    }

    @Override
    public BackendProfile profile() {
        return new BackendProfile("ledger", Set.<Capability>of(), Confirm.FSYNCED, 1 << 20);
    }

    @Override
    public void send(Outgoing message) throws Exception {
        publish(List.of(message));
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) {
        throw new UnsupportedOperationException("only publishes");
    }

    @Override
    public List<QueueStats> queues() {
        return List.of();
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor) {
        throw new UnsupportedOperationException("only publishes");
    }

    @Override
    public void deleteGroup(QueueName queue) {}

    @Override
    public void ping() {}

    @Override
    public void close() {
        try {
            ledger.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "ledger " + folder;
    }
}
