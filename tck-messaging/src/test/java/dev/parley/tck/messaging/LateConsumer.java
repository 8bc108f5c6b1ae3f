package dev.parley.tck.messaging;

import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A consumer that the broker hears of a moment after it was made. */
final class LateConsumer implements BackendConsumer {

    private final Callable<BackendConsumer> consumer;
    private volatile @Nullable BackendConsumer sound;

    LateConsumer(Callable<BackendConsumer> consumer) {
        this.consumer = consumer;
    }

    private BackendConsumer sound() throws Exception {
        BackendConsumer now = sound;
        if (now == null) {
            Thread.sleep(50);
            now = consumer.call();
            sound = now;
        }
        return now;
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws Exception {
        return sound().receive(max, wait);
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) throws Exception {
        return sound().settle(settlements);
    }

    @Override
    public void extend(List<Received> messages) throws Exception {
        sound().extend(messages);
    }

    @Override
    public void close() {
        BackendConsumer now = sound;
        if (now != null) {
            now.close();
        }
    }
}
