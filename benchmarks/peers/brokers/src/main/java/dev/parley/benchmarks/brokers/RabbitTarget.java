package dev.parley.benchmarks.brokers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * RabbitMQ's own client as one would tune it by hand: one channel for all publishers, confirms heard by a listener, a quorum queue; consumed
 * with a prefetch of 1,000 and acknowledged 50 at a time.
 */
final class RabbitTarget implements Target {

    private static final int PREFETCH = 1000;
    private static final int ACK_EVERY = 50;

    private final Connection connection;
    private final Channel channel;
    private final String queue;
    private final ConcurrentNavigableMap<Long, CompletableFuture<Boolean>> waiting = new ConcurrentSkipListMap<>();
    private final AMQP.BasicProperties persistent = new AMQP.BasicProperties.Builder()
            .deliveryMode(2)
            .contentType("application/octet-stream")
            .messageId(Target.ID)
            .type("bench.own")
            .timestamp(new Date())
            .headers(Map.of(
                    "cloudEvents:specversion",
                    "1.0",
                    "cloudEvents:id",
                    Target.ID,
                    "cloudEvents:type",
                    "bench.own",
                    "cloudEvents:source",
                    "bench",
                    "cloudEvents:time",
                    Target.TIME))
            .build();

    RabbitTarget(String uri, String queue) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(uri);
        this.connection = factory.newConnection();
        this.queue = queue;
        this.channel = connection.createChannel();
        channel.exchangeDeclare("bench-own", "topic", true);
        channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
        channel.queueBind(queue, "bench-own", queue);
        channel.confirmSelect();
        channel.addConfirmListener(
                (tag, multiple) -> settle(tag, multiple, true), (tag, multiple) -> settle(tag, multiple, false));
    }

    private void settle(long tag, boolean multiple, boolean ok) {
        if (multiple) {
            ConcurrentNavigableMap<Long, CompletableFuture<Boolean>> done = waiting.headMap(tag, true);
            done.values().forEach(each -> each.complete(ok));
            done.clear();
        } else {
            CompletableFuture<Boolean> one = waiting.remove(tag);
            if (one != null) {
                one.complete(ok);
            }
        }
    }

    @Override
    public void publish(byte[] payload) throws Exception {
        CompletableFuture<Boolean> confirmed = new CompletableFuture<>();
        synchronized (channel) {
            waiting.put(channel.getNextPublishSeqNo(), confirmed);
            channel.basicPublish("bench-own", queue, persistent, payload);
        }
        if (!confirmed.get()) {
            throw new IllegalStateException("not confirmed");
        }
    }

    @Override
    public AutoCloseable consume(Consumer<byte[]> seen) throws Exception {
        Channel own = connection.createChannel();
        own.basicQos(PREFETCH);
        int[] unacked = {0};
        own.basicConsume(
                queue,
                false,
                (tag, delivery) -> {
                    seen.accept(delivery.getBody());
                    if (++unacked[0] >= ACK_EVERY) {
                        own.basicAck(delivery.getEnvelope().getDeliveryTag(), true);
                        unacked[0] = 0;
                    }
                },
                tag -> {});
        return own;
    }

    @Override
    public void close() throws Exception {
        connection.close();
    }
}
