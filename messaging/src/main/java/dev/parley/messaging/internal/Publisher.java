package dev.parley.messaging.internal;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Peer;
import dev.parley.Timer;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageMetadata;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.Outgoing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Encodes, checks and publishes messages, and tries again while the broker is away and there is time. */
final class Publisher {

    /** Messages that are confirmed together at most. */
    private static final int MOST_AT_ONCE = 1000;

    /** The same if each has interceptors, which are nested in each other then. */
    private static final int MOST_NESTED = 50;

    private static final Duration FIRST_WAIT = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final BrokerBackend backend;
    private final BackendProfile profile;
    private final BrokerOptions options;
    private final Timer timer;
    private final Peer peer;
    private final TelemetryNames names;
    private final Condition condition;

    Publisher(BrokerBackend backend, BrokerOptions options, Peer peer, TelemetryNames names, Condition condition) {
        this.backend = backend;
        this.profile = backend.profile();
        this.options = options;
        this.timer = options.timer();
        this.peer = peer;
        this.names = names;
        this.condition = condition;
    }

    /** Within {@code limit}, and within what the options and the current call say. */
    <T> void publish(Topic<T> topic, Message<T> message, Optional<Instant> deliverAt, Deadline limit) {
        publishTogether(topic, List.of(message), deliverAt, limit);
    }

    <T> void publishAll(Topic<T> topic, List<Message<T>> messages) {
        int most = options.publishInterceptors().isEmpty() ? MOST_AT_ONCE : MOST_NESTED;
        for (int from = 0; from < messages.size(); from += most) {
            List<Message<T>> some = messages.subList(from, Math.min(messages.size(), from + most));
            publishTogether(topic, some, Optional.empty(), Deadline.NONE);
        }
    }

    private <T> void publishTogether(
            Topic<T> topic, List<Message<T>> messages, Optional<Instant> deliverAt, Deadline limit) {
        Call around = Call.find().orElse(null);
        Deadline deadline = Deadline.after(options.publishTimeout(), timer).earlier(limit);
        if (around != null) {
            around.cancellation().ifPresent(reason -> {
                throw reason;
            });
            deadline = deadline.earlier(around.deadline());
        }
        CallScope call = CallScope.builder(Method.unary(topic.name(), "publish"))
                .parent(around)
                .deadline(deadline)
                .peer(peer)
                .build();
        if (!options.publishInterceptors().isEmpty()) {
            names.on(call);
        }
        try {
            nest(call, topic, messages, deliverAt, new ArrayList<>(messages.size()));
            call.end(Outcome.OK);
        } catch (IllegalArgumentException e) {
            call.end(Outcome.failed(new CallException(Code.INVALID_ARGUMENT, String.valueOf(e.getMessage()), e)));
            throw e;
        } catch (Exception e) {
            CallException error = CallException.from(e);
            call.end(Outcome.failed(error));
            throw error;
        }
    }

    /** The interceptors of each message around those of the next, and around all of them what publishes them together. */
    private <T> Confirm nest(
            CallScope call, Topic<T> topic, List<Message<T>> rest, Optional<Instant> deliverAt, List<Outgoing> outgoing)
            throws Exception {
        if (rest.isEmpty()) {
            if (!options.publishInterceptors().isEmpty()) {
                TelemetryNames.sent(call);
            }
            return publish(call, outgoing);
        }
        Handler<Message<T>, Confirm> next = (inner, message) -> {
            outgoing.add(new Outgoing(topic.name(), encode(topic, message), deliverAt));
            return nest(call, topic, rest.subList(1, rest.size()), deliverAt, outgoing);
        };
        return Interceptor.chain(options.publishInterceptors(), next).handle(call, rest.getFirst());
    }

    /** As it goes to the broker. */
    <T> Message<byte[]> encode(Topic<T> topic, Message<T> message) {
        MessageMetadata given = message.metadata();
        MessageMetadata metadata = new MessageMetadata( // once, not a copy for each: it checks all that it has
                given.source().isEmpty() ? options.source() : given.source(),
                given.timestamp(),
                given.correlationId(),
                given.version(),
                given.key(),
                given.expiry(),
                topic.codec().contentType(),
                given.headers());
        Message<byte[]> encoded =
                new Message<>(message.id(), message.type(), topic.codec().encode(message.payload()), metadata);
        int size = Outgoing.now(topic.name(), encoded).bytes();
        if (size > profile.maxMessageBytes()) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "message %s for %s has %d bytes, its attributes included, but %s takes %d at most"
                            .formatted(message.id(), topic.name(), size, backend, profile.maxMessageBytes()));
        }
        return encoded;
    }

    private Confirm publish(CallScope call, List<Outgoing> outgoing) throws Exception {
        CallScope sending = CallScope.child(call);
        sending.armDeadline(timer);
        CallException last = null;
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        try {
            while (true) {
                try {
                    Confirm confirm = sending.attempt(this::publishOnce, outgoing);
                    condition.good();
                    return confirm;
                } catch (CallException e) {
                    Optional<CallException> over = sending.cancellation();
                    if (over.isPresent()) {
                        throw overtaken(over.get(), last);
                    }
                    if (e.code() != Code.UNAVAILABLE) {
                        throw e;
                    }
                    condition.bad(e);
                    last = e;
                } catch (InterruptedException e) {
                    throw overtaken(
                            sending.cancellation()
                                    .orElseGet(() -> CallException.interrupted(e, "the broker's confirmation")),
                            last);
                }
                rest(sending, backoff.nextNanos(), last);
            }
        } finally {
            sending.end(Outcome.OK);
        }
    }

    private Confirm publishOnce(Call call, List<Outgoing> outgoing) throws Exception {
        backend.publish(outgoing);
        return profile.confirm();
    }

    /** The deadline says less than why it was reached. */
    private static CallException overtaken(CallException over, @Nullable CallException last) {
        return last != null && over.code() == Code.DEADLINE_EXCEEDED ? last : over;
    }

    private void rest(CallScope sending, long nanos, CallException last) {
        if (sending.deadline().remainingNanos() <= nanos) {
            throw last;
        }
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        Call.Registration listening = sending.onCancel(reason -> cancelled.complete(true));
        try {
            if (TimedWait.await(timer, nanos, cancelled)) {
                throw overtaken(sending.cancellation().orElse(last), last);
            }
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the broker to come back");
        } finally {
            listening.remove();
        }
    }
}
