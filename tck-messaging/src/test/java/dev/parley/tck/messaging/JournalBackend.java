package dev.parley.tck.messaging;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.CloudEventJson;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.ForwardingBackend;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The simplest embedded broker that survives its process: the one in memory, and a file of lines that says which groups there are, what was
 * published and what is done. It is there so that the kit's tests of durability are tested themselves.
 */
final class JournalBackend extends ForwardingBackend {

    /** What is broken about it. */
    enum Fault {
        NONE,
        /** It confirms what it has not written yet: the last lines are behind. */
        CONFIRMS_EARLY,
        /** What is handed to a handler is done. */
        DONE_BEFORE_HANDLED,
        /** What is tried again or given up is done, and only memory knows better. */
        DONE_BEFORE_COPIED,
        /** What it finds torn at the end stays, and runs into what is written next. */
        WRITES_BEHIND_A_TORN_LINE,
        /** Many writes that fail are as good as others. */
        NOTICES_A_FULL_DISK_LATE
    }

    private final FileChannel file;
    private final Fault fault;
    private final Set<QueueName> groups = new HashSet<>();
    private final Set<String> done = new HashSet<>();
    private final List<String> waiting = new ArrayList<>();
    private boolean broken;
    private int failed;

    JournalBackend(BrokerBackend memory, Path path, Fault fault) throws IOException {
        super(memory);
        this.fault = fault;
        this.file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (file.tryLock() == null) {
            file.close();
            throw new CallException(Code.FAILED_PRECONDITION, path + " belongs to another process");
        }
        try {
            replay();
        } catch (Exception e) {
            throw new IOException("cannot replay " + path, e);
        }
    }

    private void replay() throws Exception {
        ByteBuffer all = ByteBuffer.allocate((int) file.size());
        while (all.hasRemaining() && file.read(all) >= 0) {
            // Until all is there.
        }
        String text = new String(all.array(), StandardCharsets.ISO_8859_1);
        int whole = text.lastIndexOf('\n') + 1;
        if (fault != Fault.WRITES_BEHIND_A_TORN_LINE) {
            file.truncate(whole);
        }
        file.position(file.size());
        for (String line : text.substring(0, whole).split("\n", -1)) {
            String[] word = line.split(" ", -1);
            switch (word[0]) {
                case "group" -> known(new QueueName(word[1], word[2]));
                case "done" -> done.add(line);
                case "message" ->
                    next().publish(List.of(Outgoing.now(
                            word[1], CloudEventJson.read(Base64.getDecoder().decode(word[2])))));
                default -> {
                    if (fault == Fault.NONE && !line.isEmpty()) {
                        throw new IOException("line \"" + line + '"');
                    }
                }
            }
        }
    }

    private void known(QueueName queue) throws Exception {
        groups.add(queue);
        next().consume(new ConsumerSpec(
                        queue,
                        Optional.empty(),
                        ConsumerSpec.Kind.DURABLE,
                        1,
                        false,
                        StartFrom.latest(),
                        Duration.ofSeconds(30)))
                .close();
    }

    private synchronized void write(List<String> lines) {
        if (broken) {
            throw new CallException(Code.UNAVAILABLE, "the journal has failed before");
        }
        waiting.addAll(lines);
        writeAllBut(fault == Fault.CONFIRMS_EARLY ? 20 : 0);
    }

    private void writeAllBut(int last) {
        if (waiting.size() <= last) {
            return;
        }
        List<String> due = waiting.subList(0, waiting.size() - last);
        try {
            ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode(String.join("\n", due) + "\n");
            due.clear();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(false);
        } catch (IOException e) {
            failed++;
            if (fault != Fault.NOTICES_A_FULL_DISK_LATE || failed > 100) {
                broken = true;
                throw new CallException(Code.RESOURCE_EXHAUSTED, "the journal cannot be written: " + e, e);
            }
        }
    }

    private static String done(QueueName queue, Received received) {
        return "done " + queue.topic() + ' ' + queue.group() + ' '
                + received.message().id();
    }

    @Override
    public BackendProfile profile() {
        BackendProfile memory = next().profile();
        return new BackendProfile("journal", memory.capabilities(), Confirm.FSYNCED, memory.maxMessageBytes());
    }

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        write(messages.stream()
                .map(each -> "message " + each.topic() + ' '
                        + Base64.getEncoder().encodeToString(CloudEventJson.write(each.message())))
                .toList());
        next().publish(messages);
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws Exception {
        synchronized (this) {
            if (groups.add(spec.queue())) {
                write(List.of(
                        "group " + spec.queue().topic() + ' ' + spec.queue().group()));
            }
        }
        return new ForwardingConsumer(next().consume(spec)) {
            @Override
            public List<Received> receive(int max, Duration wait) throws Exception {
                List<Received> left = new ArrayList<>();
                for (Received each : sound.receive(max, wait)) {
                    if (isDone(done(spec.queue(), each))) {
                        sound.settle(List.of(new Settlement.Ack(each)));
                    } else {
                        left.add(each);
                    }
                }
                if (fault == Fault.DONE_BEFORE_HANDLED && !left.isEmpty()) {
                    write(left.stream().map(each -> done(spec.queue(), each)).toList());
                }
                return left;
            }

            @Override
            public List<Received> settle(List<Settlement> settlements) throws Exception {
                List<Received> stale = sound.settle(settlements);
                List<String> lines = settlements.stream()
                        .filter(each -> isDone(each) && !stale.contains(each.received()))
                        .map(each -> done(spec.queue(), each.received()))
                        .toList();
                if (!lines.isEmpty()) {
                    write(lines);
                }
                return stale;
            }
        };
    }

    private boolean isDone(Settlement settlement) {
        return switch (settlement) {
            case Settlement.Ack ack -> true;
            case Settlement.Retry retry -> fault == Fault.DONE_BEFORE_COPIED;
            case Settlement.DeadLettered letter -> fault == Fault.DONE_BEFORE_COPIED;
            case Settlement.Release release -> false;
        };
    }

    private synchronized boolean isDone(String line) {
        return done.contains(line);
    }

    @Override
    public void close() {
        super.close();
        synchronized (this) {
            try {
                if (!broken) {
                    writeAllBut(0);
                }
                file.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
