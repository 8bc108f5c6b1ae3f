package dev.parley.tck.messaging;

import dev.parley.messaging.Message;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Shows messages that differ from those that were received, and settles these nevertheless. */
abstract class Renaming extends ForwardingConsumer {

    private final Map<Received, Received> originals = new ConcurrentHashMap<>();

    Renaming(BackendConsumer sound) {
        super(sound);
    }

    abstract Received renamed(Received each);

    static Received copy(Received each, Message<byte[]> message, int attempt, Optional<Instant> firstFailure) {
        return new Received(each.topic(), message, attempt, firstFailure, each.position(), each.receipt());
    }

    private Received original(Received shown) {
        return originals.getOrDefault(shown, shown);
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws Exception {
        List<Received> shown = new ArrayList<>();
        for (Received each : sound.receive(max, wait)) {
            Received other = renamed(each);
            originals.put(other, each);
            shown.add(other);
        }
        return shown;
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) throws Exception {
        List<Received> stale = super.settle(settlements);
        settlements.forEach(each -> originals.remove(each.received()));
        return stale;
    }

    @Override
    Settlement broken(Settlement settlement) {
        Received original = original(settlement.received());
        return switch (settlement) {
            case Settlement.Ack ack -> new Settlement.Ack(original);
            case Settlement.Retry retry -> new Settlement.Retry(original, retry.after(), retry.failure());
            case Settlement.DeadLettered dead -> new Settlement.DeadLettered(original, dead.failure());
            case Settlement.Release release -> new Settlement.Release(original);
        };
    }

    @Override
    public void extend(List<Received> messages) throws Exception {
        sound.extend(messages.stream().map(this::original).toList());
    }
}
