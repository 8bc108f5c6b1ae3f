package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.LetterAction;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One walk through the dead letters of a group. Those that stay are held until the end, so that the walk comes to the next; the end of the
 * channel gives them back to their places.
 */
final class LetterVisit implements AutoCloseable {
    private final RabbitMqBackend backend;
    private final QueueName queue;
    private final String letters;
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
        long there = backend.call("count the dead letters of " + queue, () -> from.messageCount(letters));
        for (long left = Math.min(there, max); left > 0; left--) {
            GetResponse next = backend.call("read the dead letters of " + queue, () -> from.basicGet(letters, false));
            if (next == null) {
                return; // others were faster
            }
            visit(from, next, visitor);
        }
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

    @Override
    public void close() {
        Channel now = channel;
        if (now != null) {
            backend.workers().pool().execute(() -> abort(now));
        }
    }

    private static void abort(Channel channel) {
        try {
            channel.abort();
        } catch (java.io.IOException e) {
            // It has ended by itself, and the letters are back.
        }
    }
}
