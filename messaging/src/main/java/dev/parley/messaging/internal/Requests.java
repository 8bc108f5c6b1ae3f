package dev.parley.messaging.internal;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.PayloadCodec;
import dev.parley.messaging.Redelivery;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.ConsumerSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Requests over messages. A request says by {@value #REPLY_TO} which topic its answer goes to, and by {@value #REQUEST_ID} what the answer
 * must repeat; an answer that is an error has its code in {@value #CODE} and its message as its payload.
 */
final class Requests {

    static final String REPLY_TO = "replyto";
    static final String REQUEST_ID = "requestid";
    static final String CODE = "errorcode";

    private static final String ANSWER = "parley.answer";
    private static final int MOST_PENDING = 10_000;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Engine engine;
    private final Publisher publisher;
    private final BrokerOptions options;
    private final ReentrantLock opening = new ReentrantLock();
    private final Semaphore places = new Semaphore(MOST_PENDING);
    private final Map<String, CompletableFuture<Message<byte[]>>> pending = new ConcurrentHashMap<>();
    private volatile @Nullable GroupSubscription replies;

    Requests(Engine engine, Publisher publisher, BrokerOptions options) {
        this.engine = engine;
        this.publisher = publisher;
        this.options = options;
    }

    <Q, R> R request(Topic<Q> topic, Message<Q> request, PayloadCodec<R> answers, Duration timeout) {
        if (!timeout.isPositive() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "timeout of a request must be more than 0 and at most %s, but is %s".formatted(LONGEST, timeout));
        }
        Deadline deadline = Deadline.after(timeout, options.timer());
        Optional<Call> around = Call.find();
        if (around.isPresent()) {
            deadline = deadline.earlier(around.get().deadline());
        }
        if (!places.tryAcquire()) {
            throw new CallException(
                    Code.RESOURCE_EXHAUSTED, "%d requests wait for an answer, the limit".formatted(MOST_PENDING));
        }
        String id = UUID.randomUUID().toString();
        CompletableFuture<Message<byte[]>> answer = new CompletableFuture<>();
        try {
            String replyTo = replies(deadline);
            pending.put(id, answer);
            Message<Q> sent = request.withHeader(REPLY_TO, replyTo).withHeader(REQUEST_ID, id);
            if (sent.metadata().expiry().isEmpty()) {
                sent = sent.withExpiry(options.clock().instant().plus(deadline.remaining()));
            }
            publisher.publish(topic, sent, Optional.empty(), deadline);
            if (!TimedWait.await(options.timer(), deadline.remainingNanos(), answer)) {
                throw new CallException(
                        Code.DEADLINE_EXCEEDED,
                        "no answer to request %s on %s in time".formatted(request.id(), topic.name()));
            }
            return read(answer.get(), answers);
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the answer on " + topic.name());
        } catch (ExecutionException e) {
            throw new AssertionError("only completed with a value", e);
        } finally {
            pending.remove(id);
            places.release();
        }
    }

    private static <R> R read(Message<byte[]> answer, PayloadCodec<R> answers) {
        String code = answer.metadata().header(CODE).orElse("");
        if (!code.isEmpty()) {
            throw new CallException(
                    codeOf(code),
                    new String(answer.payload(), StandardCharsets.UTF_8),
                    null,
                    List.of(),
                    new Metadata(),
                    CallException.Origin.REMOTE,
                    RetryAdvice.UNSTATED);
        }
        try {
            return answers.decode(answer.payload(), answer.metadata().contentType());
        } catch (IllegalArgumentException e) {
            throw new CallException(Code.INTERNAL, "the answer cannot be read: " + e.getMessage(), e);
        }
    }

    private static Code codeOf(String name) {
        for (Code code : Code.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return Code.UNKNOWN;
    }

    /** The topic that answers come to, once it is listened to, which it is from the first request on. */
    private String replies(Deadline deadline) throws InterruptedException {
        GroupSubscription listening = listening();
        if (!listening.awaitOpened(deadline.remainingNanos())) {
            throw listening
                    .problem()
                    .orElseGet(() -> new CallException(
                            Code.DEADLINE_EXCEEDED, "the broker did not know in time where answers go to"));
        }
        return listening.queue().topic();
    }

    private GroupSubscription listening() throws InterruptedException {
        GroupSubscription known = replies;
        if (known != null && !known.isClosed()) {
            return known;
        }
        opening.lockInterruptibly(); // nobody waits for the broker with it
        try {
            known = replies;
            if (known == null || known.isClosed()) {
                known = engine.begin(
                        Topic.bytes(TelemetryNames.REPLIES + UUID.randomUUID()),
                        "requests",
                        1,
                        Engine.single(this::answered),
                        SubscribeOptions.defaults()
                                .withRedelivery(Redelivery.defaults().withMaxAttempts(1)),
                        ConsumerSpec.Kind.EPHEMERAL);
                replies = known;
            }
            return known;
        } finally {
            opening.unlock();
        }
    }

    private Disposition answered(Call call, Delivery<byte[]> delivery) {
        String id = delivery.message().metadata().header(REQUEST_ID).orElse("");
        CompletableFuture<Message<byte[]>> waiting = pending.remove(id);
        if (waiting != null) { // otherwise it is late: nobody waits any more
            waiting.complete(delivery.message());
        }
        return Disposition.ack();
    }

    <Q, R> Subscription respond(
            Topic<Q> topic,
            String group,
            Handler<Delivery<Q>, R> handler,
            PayloadCodec<R> answers,
            SubscribeOptions how) {
        Handler<Delivery<Q>, Disposition> answering = (call, delivery) -> {
            Message<byte[]> answer;
            String contentType = answers.contentType();
            try {
                answer = Message.of(ANSWER, answers.encode(handler.handle(call, delivery)));
            } catch (Throwable e) {
                CallException error = call.cancellation().orElseGet(() -> CallException.from(e));
                if (error.code() == Code.CANCELLED) {
                    throw error; // it closes: another may answer
                }
                contentType = PayloadCodec.text().contentType();
                answer = Message.of(ANSWER, error.message().getBytes(StandardCharsets.UTF_8))
                        .withHeader(CODE, error.code().name());
            }
            answer(delivery.message(), answer, contentType);
            return Disposition.ack();
        };
        return engine.subscribe(topic, group, 1, Engine.single(answering), how, ConsumerSpec.Kind.DURABLE);
    }

    private void answer(Message<?> request, Message<byte[]> answer, String contentType) {
        String replyTo = request.metadata().header(REPLY_TO).orElse("");
        String id = request.metadata().header(REQUEST_ID).orElse("");
        if (replyTo.isEmpty() || id.isEmpty()) {
            return; // nobody asked
        }
        Message<byte[]> addressed = answer.withHeader(REQUEST_ID, id);
        if (request.metadata().expiry().isPresent()) {
            addressed = addressed.withExpiry(request.metadata().expiry().get());
        }
        engine.publish(new Topic<>(replyTo, new Written(contentType)), addressed);
    }

    /** What is encoded already. */
    private record Written(String contentType) implements PayloadCodec<byte[]> {
        @Override
        public byte[] encode(byte[] payload) {
            return payload;
        }

        @Override
        public byte[] decode(byte[] payload, String contentType) {
            return payload;
        }
    }
}
