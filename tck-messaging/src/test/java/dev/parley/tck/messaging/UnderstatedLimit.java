package dev.parley.tck.messaging;

import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.DeadLetters;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.FireAndForget;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.PayloadCodec;
import dev.parley.messaging.PublishOptions;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A broker that takes larger messages than it says. */
record UnderstatedLimit(MessageBroker sound) implements MessageBroker {

    @Override
    public <T> void publish(Topic<T> topic, Message<T> message, PublishOptions options) {
        sound.publish(topic, message, options);
    }

    @Override
    public <T> void publishAll(Topic<T> topic, List<Message<T>> messages) {
        sound.publishAll(topic, messages);
    }

    @Override
    public <T> Subscription subscribe(
            Topic<T> topic, String group, Handler<Delivery<T>, Disposition> handler, SubscribeOptions options) {
        return sound.subscribe(topic, group, handler, options);
    }

    @Override
    public <T> Subscription subscribeBatch(
            Topic<T> topic,
            String group,
            int maxBatch,
            Handler<List<Delivery<T>>, List<Disposition>> handler,
            SubscribeOptions options) {
        return sound.subscribeBatch(topic, group, maxBatch, handler, options);
    }

    @Override
    public <Q, R> R request(Topic<Q> topic, Message<Q> request, PayloadCodec<R> answers, Duration timeout) {
        return sound.request(topic, request, answers, timeout);
    }

    @Override
    public <Q, R> Subscription respond(
            Topic<Q> topic,
            String group,
            Handler<Delivery<Q>, R> handler,
            PayloadCodec<R> answers,
            SubscribeOptions options) {
        return sound.respond(topic, group, handler, answers, options);
    }

    @Override
    public FireAndForget fireAndForget() {
        return sound.fireAndForget();
    }

    @Override
    public DeadLetters deadLetters(QueueName queue) {
        return sound.deadLetters(queue);
    }

    @Override
    public List<QueueStats> queues() {
        return sound.queues();
    }

    @Override
    public void deleteGroup(QueueName queue) {
        sound.deleteGroup(queue);
    }

    @Override
    public Set<Capability> capabilities() {
        return sound.capabilities();
    }

    @Override
    public Confirm confirm() {
        return sound.confirm();
    }

    @Override
    public int maxMessageBytes() {
        return sound.maxMessageBytes() - 1000;
    }

    @Override
    public Optional<CallException> problem() {
        return sound.problem();
    }

    @Override
    public void close() {
        sound.close();
    }
}
