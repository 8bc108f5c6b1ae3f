package dev.parley.messaging.internal;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Method;
import dev.parley.Peer;
import dev.parley.messaging.BrokerOptions;
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
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/** A broker over any backend. */
public final class Engine implements MessageBroker {

    private static final Duration FURTHEST = Duration.ofDays(30);

    private final BrokerBackend backend;
    private final BackendProfile profile;
    private final BrokerOptions options;
    private final Peer peer;
    private final TelemetryNames names;
    private final Condition condition;
    private final Publisher publisher;
    private final Requests requests;
    private final Lossy lossy;
    private final Set<GroupSubscription> subscriptions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Over {@code backend}, which is closed with it. */
    public Engine(BrokerBackend backend, BrokerOptions options) {
        this.backend = backend;
        this.profile = backend.profile();
        this.options = options;
        this.peer = new Peer(backend.toString(), profile.system());
        this.names = TelemetryNames.of(backend);
        this.condition = new Condition(backend, options.timer());
        this.publisher = new Publisher(backend, options, peer, names, condition);
        this.requests = new Requests(this, publisher, options);
        this.lossy = new Lossy(this, backend, publisher);
        condition.ask();
    }

    /** What telemetry says of the broker: its system, and where it is. */
    public Peer peer() {
        return peer;
    }

    /** See {@link TelemetryNames}. */
    public TelemetryNames names() {
        return names;
    }

    @Override
    public <T> void publish(Topic<T> topic, Message<T> message, PublishOptions how) {
        checkOpen();
        checkNoPattern(topic);
        if (how.deliverAt().isPresent()) {
            need(Capability.DELAY, "a publication for later");
            Instant most = options.clock().instant().plus(FURTHEST);
            if (how.deliverAt().get().isAfter(most)) {
                throw new IllegalArgumentException("deliverAt of a publication must be 30 days ahead at most, but is %s"
                        .formatted(how.deliverAt().get()));
            }
        }
        publisher.publish(topic, message, how.deliverAt(), Deadline.NONE);
    }

    @Override
    public <T> void publishAll(Topic<T> topic, List<Message<T>> messages) {
        checkOpen();
        checkNoPattern(topic);
        publisher.publishAll(topic, List.copyOf(messages));
    }

    @Override
    public <T> Subscription subscribe(
            Topic<T> topic, String group, Handler<Delivery<T>, Disposition> handler, SubscribeOptions how) {
        Handler<Delivery<T>, Disposition> chain = Interceptor.chain(how.interceptors(), handler);
        return subscribe(topic, group, 1, single(chain), how, ConsumerSpec.Kind.DURABLE);
    }

    static <T> Handler<List<Delivery<T>>, List<Disposition>> single(Handler<Delivery<T>, Disposition> handler) {
        return (call, deliveries) -> {
            Disposition disposition = handler.handle(call, deliveries.getFirst());
            if (disposition == null) {
                throw new IllegalStateException("a handler must return a disposition, but returned null");
            }
            return List.of(disposition);
        };
    }

    @Override
    public <T> Subscription subscribeBatch(
            Topic<T> topic,
            String group,
            int maxBatch,
            Handler<List<Delivery<T>>, List<Disposition>> handler,
            SubscribeOptions how) {
        if (maxBatch < 1 || maxBatch > how.prefetch()) {
            throw new IllegalArgumentException("maxBatch of a subscription must be 1 to its prefetch of %d, but is %d"
                    .formatted(how.prefetch(), maxBatch));
        }
        Handler<List<Delivery<T>>, List<Disposition>> chain = Interceptor.chain(how.interceptors(), handler);
        return subscribe(topic, group, maxBatch, chain, how, ConsumerSpec.Kind.DURABLE);
    }

    /** Begins to consume, and does not wait for the broker. */
    <T> GroupSubscription begin(
            Topic<T> topic,
            String group,
            int maxBatch,
            Handler<List<Delivery<T>>, List<Disposition>> handler,
            SubscribeOptions how,
            ConsumerSpec.Kind kind) {
        checkOpen();
        QueueName queue = new QueueName(topic.name(), group);
        if (topic.isPattern()) {
            need(Capability.PATTERNS, "a subscription to the pattern " + topic.name());
        }
        if (how.ordered() && kind == ConsumerSpec.Kind.DURABLE) {
            need(Capability.ORDERED_BY_KEY, "a subscription in the order of keys");
        }
        if (!(how.start() instanceof StartFrom.Latest)) {
            need(Capability.REPLAY, "a subscription that starts in the past");
        }
        backend.check(queue);
        ConsumerSpec spec = new ConsumerSpec(
                queue,
                how.queue(),
                kind,
                how.prefetch(),
                how.ordered() && kind == ConsumerSpec.Kind.DURABLE,
                how.start(),
                how.lease());
        Handling.Target<T> target = new Handling.Target<>(
                method(topic, group, kind), peer, names.from(spec), topic.codec(), handler, maxBatch);
        boolean leased =
                profile.capabilities().contains(Capability.LEASE_EXTEND) && kind != ConsumerSpec.Kind.AT_MOST_ONCE;
        GroupSubscription subscription =
                new GroupSubscription(backend, options, spec, how, target, leased, subscriptions::remove);
        subscriptions.add(subscription);
        subscription.start();
        if (closed) {
            subscription.close(); // close() may not have seen it
            checkOpen();
        }
        return subscription;
    }

    /** What comes at least once has a handler that may be called again: a retry in front of it repeats what a retry of a client would not. */
    private static Method method(Topic<?> topic, String group, ConsumerSpec.Kind kind) {
        Method.Idempotency promise = switch (kind) {
            case AT_MOST_ONCE -> Method.Idempotency.UNKNOWN;
            case DURABLE, EPHEMERAL -> Method.Idempotency.IDEMPOTENT;
        };
        return new Method(topic.name(), group, Method.Kind.UNARY, promise);
    }

    /** As {@link #begin}, and waits for the broker's first answer, for as long as for that to a publication. */
    <T> GroupSubscription subscribe(
            Topic<T> topic,
            String group,
            int maxBatch,
            Handler<List<Delivery<T>>, List<Disposition>> handler,
            SubscribeOptions how,
            ConsumerSpec.Kind kind) {
        GroupSubscription subscription = begin(topic, group, maxBatch, handler, how, kind);
        try {
            subscription.awaitOpened(options.publishTimeout().toNanos());
        } catch (InterruptedException e) {
            subscription.close();
            throw CallException.interrupted(e, "the broker to know " + subscription.queue());
        }
        checkOpen();
        return subscription;
    }

    @Override
    public <Q, R> R request(Topic<Q> topic, Message<Q> request, PayloadCodec<R> answers, Duration timeout) {
        checkOpen();
        checkNoPattern(topic);
        return requests.request(topic, request, answers, timeout);
    }

    @Override
    public <Q, R> Subscription respond(
            Topic<Q> topic,
            String group,
            Handler<Delivery<Q>, R> handler,
            PayloadCodec<R> answers,
            SubscribeOptions how) {
        return requests.respond(topic, group, Interceptor.chain(how.interceptors(), handler), answers, how);
    }

    @Override
    public FireAndForget fireAndForget() {
        return lossy;
    }

    @Override
    public DeadLetters deadLetters(QueueName queue) {
        backend.check(queue);
        return new Letters(this, backend, queue, options.timer());
    }

    @Override
    public List<QueueStats> queues() {
        return ask(backend::queues, "the figures of its queues");
    }

    @Override
    public Optional<QueueStats> queue(QueueName queue) {
        backend.check(queue);
        return ask(() -> backend.queue(queue), "the figures of a queue");
    }

    @Override
    public void deleteGroup(QueueName queue) {
        backend.check(queue);
        ask(
                () -> {
                    backend.deleteGroup(queue);
                    return queue;
                },
                "a group to be removed");
    }

    /** Asks the backend, with its errors as calls have them. */
    <T> T ask(Callable<T> question, String what) {
        checkOpen();
        try {
            T answer = question.call();
            condition.good();
            return answer;
        } catch (CallException e) {
            if (e.code() == Code.UNAVAILABLE) {
                condition.bad(e);
            }
            throw e;
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, what);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new CallException(Code.INTERNAL, backend + ": " + e, e);
        }
    }

    @Override
    public Set<Capability> capabilities() {
        return profile.capabilities();
    }

    @Override
    public Confirm confirm() {
        return backend.profile().confirm(); // a server that was away at the start has said since what it does
    }

    @Override
    public int maxMessageBytes() {
        return backend.profile().maxMessageBytes();
    }

    @Override
    public Optional<CallException> problem() {
        if (closed) {
            return Optional.of(closedError());
        }
        Optional<CallException> own = condition.problem();
        return own.isPresent()
                ? own
                : subscriptions.stream()
                        .flatMap(subscription -> subscription.problem().stream())
                        .findFirst();
    }

    private void need(Capability capability, String what) {
        if (!profile.capabilities().contains(capability)) {
            throw new CallException(
                    Code.UNIMPLEMENTED, what + " needs " + capability + ", which " + backend + " does not have");
        }
    }

    private static void checkNoPattern(Topic<?> topic) {
        if (topic.isPattern()) {
            throw new IllegalArgumentException(
                    "topic \"%s\" is a pattern: one can subscribe to it, but not publish".formatted(topic.name()));
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closedError();
        }
    }

    private CallException closedError() {
        return new CallException(Code.FAILED_PRECONDITION, "the broker object of " + backend + " is closed");
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<Thread> closing = new ArrayList<>();
        for (GroupSubscription subscription : subscriptions) {
            closing.add(Thread.ofVirtual()
                    .name("parley-close-" + subscription.queue())
                    .start(Call.wrap(subscription::close)));
        }
        boolean interrupted = false;
        for (Thread thread : closing) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    closing.forEach(Thread::interrupt);
                }
            }
        }
        lossy.close();
        condition.close();
        backend.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "broker " + backend;
    }
}
