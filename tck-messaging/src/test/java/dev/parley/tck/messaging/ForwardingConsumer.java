package dev.parley.tck.messaging;

import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.List;

/** A consumer as sound as the one behind it, but for what a subclass breaks. */
class ForwardingConsumer implements BackendConsumer {

    final BackendConsumer sound;

    ForwardingConsumer(BackendConsumer sound) {
        this.sound = sound;
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws Exception {
        return sound.receive(max, wait);
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) throws Exception {
        return sound.settle(settlements.stream().map(this::broken).toList());
    }

    /** What it makes of a settlement. */
    Settlement broken(Settlement settlement) {
        return settlement;
    }

    @Override
    public void extend(List<Received> messages) throws Exception {
        sound.extend(messages);
    }

    @Override
    public void close() {
        sound.close();
    }
}
