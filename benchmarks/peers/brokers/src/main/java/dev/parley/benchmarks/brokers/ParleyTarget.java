package dev.parley.benchmarks.brokers;

import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.util.function.Consumer;

/** Parley's broker interface over any broker. */
final class ParleyTarget implements Target {

    private static final String GROUP = "bench";
    private static final int PREFETCH = 1000;
    private static final int CONCURRENCY = 16;

    private final MessageBroker broker;
    private final Topic<byte[]> topic;

    ParleyTarget(String uri, String topic) {
        this.broker = MessageBroker.connect(uri);
        this.topic = Topic.bytes(topic);
        subscribe(payload -> {}).close(); // the group is known from now on
    }

    @Override
    public void publish(byte[] payload) {
        broker.publish(topic, payload);
    }

    @Override
    public AutoCloseable consume(Consumer<byte[]> seen) {
        return subscribe(seen);
    }

    private Subscription subscribe(Consumer<byte[]> seen) {
        return broker.subscribe(
                topic,
                GROUP,
                (call, delivery) -> {
                    seen.accept(delivery.payload());
                    return Disposition.ack();
                },
                SubscribeOptions.defaults().withPrefetch(PREFETCH).withConcurrency(CONCURRENCY));
    }

    @Override
    public void close() {
        broker.close();
    }
}
