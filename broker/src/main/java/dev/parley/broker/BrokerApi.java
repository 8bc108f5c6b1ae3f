package dev.parley.broker;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.broker.v1.BrokerService;
import dev.parley.broker.v1.ConsumeRequest;
import dev.parley.broker.v1.ConsumeResponse;
import dev.parley.broker.v1.DeadLetter;
import dev.parley.broker.v1.DeleteGroupRequest;
import dev.parley.broker.v1.DeleteGroupResponse;
import dev.parley.broker.v1.GetProfileRequest;
import dev.parley.broker.v1.ListQueuesRequest;
import dev.parley.broker.v1.ListQueuesResponse;
import dev.parley.broker.v1.Profile;
import dev.parley.broker.v1.PublishRequest;
import dev.parley.broker.v1.PublishResponse;
import dev.parley.broker.v1.VisitDeadLettersRequest;
import dev.parley.messaging.DeadLetters;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import java.util.List;
import java.util.concurrent.Callable;

/** The service over a backend. */
final class BrokerApi implements BrokerService {

    private final BrokerBackend backend;
    private final Sessions sessions;

    BrokerApi(BrokerBackend backend, Sessions sessions) {
        this.backend = backend;
        this.sessions = sessions;
    }

    @Override
    public Profile getProfile(GetProfileRequest request) {
        BackendProfile profile = backend.profile();
        return Profile.newBuilder()
                .addAllCapabilities(
                        profile.capabilities().stream().map(Enum::name).sorted().toList())
                .setConfirm(profile.confirm().name())
                .setMaxMessageBytes(profile.maxMessageBytes())
                .build();
    }

    @Override
    public PublishResponse publish(PublishRequest request) {
        checkCount("messages", request.getMessagesCount());
        List<Outgoing> messages = told(
                () -> request.getMessagesList().stream().map(Wire::outgoing).toList());
        int max = backend.profile().maxMessageBytes();
        for (Outgoing message : messages) {
            if (message.bytes() > max) {
                throw new CallException(
                        Code.INVALID_ARGUMENT,
                        "message %s to %s has %d bytes; this broker takes %d"
                                .formatted(message.message().id(), message.topic(), message.bytes(), max));
            }
        }
        return told(() -> {
            if (request.getUnconfirmed()) {
                for (Outgoing message : messages) {
                    backend.send(message);
                }
            } else if (!messages.isEmpty()) {
                backend.publish(messages);
            }
            return PublishResponse.getDefaultInstance();
        });
    }

    @Override
    public Messages<ConsumeResponse> consume(Messages<ConsumeRequest> requests) {
        ConsumeRequest first = requests.receive();
        if (first == null || !first.hasOpen()) {
            throw new CallException(Code.INVALID_ARGUMENT, "the first request of Consume must be Open");
        }
        ConsumerSpec spec = told(() -> Wire.spec(first.getOpen()));
        if (spec.prefetch() > Limits.MAX_PREFETCH) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "prefetch must be 1 to %d, but is %d".formatted(Limits.MAX_PREFETCH, spec.prefetch()));
        }
        return told(() -> {
            backend.check(spec.queue());
            return ServedConsumer.start(backend.consume(spec), spec, requests, sessions);
        });
    }

    @Override
    public ListQueuesResponse listQueues(ListQueuesRequest request) {
        return told(() -> ListQueuesResponse.newBuilder()
                .addAllQueues(backend.queues().stream().map(Wire::stats).toList())
                .build());
    }

    @Override
    public Messages<DeadLetter> visitDeadLetters(Messages<VisitDeadLettersRequest> requests) {
        VisitDeadLettersRequest first = requests.receive();
        if (first == null || !first.hasOpen()) {
            throw new CallException(Code.INVALID_ARGUMENT, "the first request of VisitDeadLetters must be Open");
        }
        int max = Math.clamp(first.getOpen().getMax(), 0, DeadLetters.MAX_LETTERS);
        return Messages.produce(sink -> told(() -> {
            backend.visitDeadLetters(Wire.queue(first.getOpen().getQueue()), max, letter -> {
                sink.send(Wire.letter(letter));
                VisitDeadLettersRequest answer = requests.receive();
                if (answer == null) {
                    throw new CallException(Code.CANCELLED, "the visitor of dead letters has left");
                }
                return LetterAction.valueOf(answer.getAction());
            });
            return LetterAction.KEEP; // a value, because Callable has no void
        }));
    }

    @Override
    public DeleteGroupResponse deleteGroup(DeleteGroupRequest request) {
        return told(() -> {
            backend.deleteGroup(Wire.queue(request.getQueue()));
            return DeleteGroupResponse.getDefaultInstance();
        });
    }

    static void checkCount(String what, int count) {
        if (count > Limits.MAX_BATCH) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "%s of a request are at most %d, but %d".formatted(what, Limits.MAX_BATCH, count));
        }
    }

    /** Whatever a backend throws, as the error that is answered. */
    static <T> T told(Callable<T> work) {
        try {
            return work.call();
        } catch (IllegalArgumentException e) {
            throw new CallException(Code.INVALID_ARGUMENT, String.valueOf(e.getMessage()), e);
        } catch (Exception e) {
            throw CallException.from(e);
        }
    }
}
