package dev.parley.events;

import dev.parley.messaging.Message;
import java.time.Instant;

/**
 * A message that the broker refuses for good.
 *
 * @param id for {@link Outbox#redrive} and {@link Outbox#discard}
 * @param topic where to
 * @param message as it was published into the outbox, its payload encoded
 * @param published when that was
 * @param failed when it was refused
 * @param cause why
 */
public record OutboxLetter(
        long id, String topic, Message<byte[]> message, Instant published, Instant failed, String cause) {}
