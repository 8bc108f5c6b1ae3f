package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.LetterAction;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One walk through the dead letters of a group. Those that stay are held until the end, so that the walk comes to the next; then
 * they go back to their places.
 */
final class LetterVisit implements AutoCloseable {
    // Others may take what is given back before it is counted.
    private static final Duration GIVING_BACK = Duration.ofSeconds(2);
    private static final long POLL_MILLIS = 2;

    private final RabbitMqBackend backend;
    private final QueueName queue;
    private final String letters;
    private int kept;
    private int unseen;
    private @Nullable Channel channel;

    LetterVisit(RabbitMqBackend backend, QueueName queue) {
        this.backend = backend;
        this.queue = queue;
        this.letters = QueueNames.deadLetters(backend.settings(), queue);
    }

    void run(int max, Function<DeadLetter, LetterAction> visitor) throws Exception {
        Optional<Channel> opened = backend.call("read the dead letters of " + queue, this::open);
        if (opened.isEmpty()) {
            return;
        }
        Channel from = opened.get();
        channel = from;
        // The count of a queue may be behind what was given back to it a moment ago; the first read is not, and says
        // how many more there are.
        GetResponse next = next(from);
        for (int left = next == null ? 0 : Math.min(max, 1 + next.getMessageCount()); left > 0; left--) {
            if (next == null) {
                return; // others were faster
            }
            kept++; // until something else is decided
            unseen = next.getMessageCount();
            visit(from, next, visitor);
            next = left > 1 ? next(from) : null;
        }
    }

    private @Nullable GetResponse next(Channel from) throws Exception {
        return backend.call(
                        "read the dead letters of " + queue, () -> Optional.ofNullable(from.basicGet(letters, false)))
                .orElse(null);
    }

    private Optional<Channel> open() throws Exception {
        var connection = backend.consuming().connection();
        return Topology.exists(connection, letters) ? Optional.of(connection.createChannel()) : Optional.empty();
    }

    private void visit(Channel from, GetResponse letter, Function<DeadLetter, LetterAction> visitor) throws Exception {
        LetterAction action = visitor.apply(letter(letter));
        if (action == LetterAction.KEEP) {
            return;
        }
        if (action == LetterAction.REDRIVE) {
            redrive(letter);
        }
        backend.call("remove a dead letter of " + queue, () -> {
            from.basicAck(letter.getEnvelope().getDeliveryTag(), false);
            return true;
        });
        kept--;
    }

    private DeadLetter letter(GetResponse letter) {
        BasicProperties properties = letter.getProps();
        Marks marks = Marks.of(properties);
        String topic = Wire.topic(marks, letter.getEnvelope(), queue.topic());
        var message = Wire.message(properties, letter.getBody(), topic);
        // A letter that somebody else has put there has no id of its own.
        String id = Marks.letterId(properties)
                .orElseGet(() -> UUID.nameUUIDFromBytes(letter.getBody()).toString());
        return new DeadLetter(id, queue, topic, message, "", Math.max(1, marks.failures()), Marks.failure(properties));
    }

    private void redrive(GetResponse letter) throws Exception {
        BasicProperties properties = letter.getProps();
        Marks marks = Marks.of(properties);
        Marks anew =
                new Marks(0, Optional.empty(), Optional.of(Wire.topic(marks, letter.getEnvelope(), queue.topic())));
        String target = Marks.queue(properties).orElseGet(() -> QueueNames.group(backend.settings(), queue));
        Publication.Batch batch = new Publication.Batch(1);
        backend.publisher()
                .publish(
                        List.of(new Publication(
                                "",
                                target,
                                anew.copy(properties).build(),
                                letter.getBody(),
                                true,
                                Publication.Until.CONFIRMED,
                                batch)),
                        batch);
    }

    private void giveBack(Channel from) throws IOException, InterruptedException {
        if (kept == 0) {
            return;
        }
        from.basicNack(0, true, true);
        // The server does so when it comes to it, later than it answers what it is asked next.
        long until = System.nanoTime() + GIVING_BACK.toNanos();
        while (from.messageCount(letters) < kept + unseen && System.nanoTime() < until) {
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Waits until the server has what was kept, so that the next walk finds it; an interrupted one may find it later. */
    @Override
    public void close() {
        Channel now = channel;
        if (now == null) {
            return;
        }
        try {
            backend.workers().call(() -> {
                giveBack(now);
                now.close();
                return true;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // It has ended by itself, and the letters are back.
        }
    }
}
