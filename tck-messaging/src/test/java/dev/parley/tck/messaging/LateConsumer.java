package dev.parley.tck.messaging;

import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A consumer that the broker hears of when something has happened that it should not have missed. */
final class LateConsumer implements BackendConsumer {

    private final BooleanSupplier missed;
    private final Callable<BackendConsumer> consumer;
    private volatile @Nullable BackendConsumer sound;

    LateConsumer(BooleanSupplier missed, Callable<BackendConsumer> consumer) {
        this.missed = missed;
        this.consumer = consumer;
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws Exception {
        BackendConsumer now = sound;
        if (now == null) {
            if (!missed.getAsBoolean()) {
                Thread.sleep(5);
                return List.of();
            }
            now = consumer.call();
            sound = now;
        }
        return now.receive(max, wait);
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) throws Exception {
        return Objects.requireNonNull(sound).settle(settlements);
    }

    @Override
    public void extend(List<Received> messages) throws Exception {
        Objects.requireNonNull(sound).extend(messages);
    }

    @Override
    public void close() {
        BackendConsumer now = sound;
        if (now != null) {
            now.close();
        }
    }
}
