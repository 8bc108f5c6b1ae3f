package dev.parley.broker;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import dev.parley.broker.v1.BrokerService;
import dev.parley.broker.v1.DeleteGroupRequest;
import dev.parley.broker.v1.GetProfileRequest;
import dev.parley.broker.v1.ListQueuesRequest;
import dev.parley.broker.v1.Profile;
import dev.parley.broker.v1.PublishRequest;
import dev.parley.broker.v1.VisitDeadLettersRequest;
import dev.parley.broker.v1.VisitOpen;
import dev.parley.chain.Chain;
import dev.parley.http.ClientTls;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.ChannelBuilder;
import dev.parley.rpc.RpcProtocol;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The broker of another process. */
final class RemoteBackend implements BrokerBackend {

    private static final int LETTERS_WAITING = 4;

    private final String address;
    private final Channel channel;
    private final BrokerService.Client client;
    private final BrokerService.Client hasty;
    private volatile @Nullable BackendProfile known;

    RemoteBackend(String authority, Optional<ClientTls> tls, Optional<String> token, BrokerOptions options) {
        this.address = (tls.isPresent() ? ParleyProvider.TLS : ParleyProvider.PLAIN) + "://" + authority;
        ChannelBuilder builder = Channel.builder((tls.isPresent() ? "https://" : "http://") + authority)
                .protocol(RpcProtocol.GRPC)
                // Whoever uses a backend tries again by himself.
                .chain(Chain.empty())
                .interceptors(List.of(new TransportHints(tls.isPresent())))
                .maxMessageBytes(Limits.MESSAGE_BYTES)
                .defaultTimeout(Limits.CALL);
        tls.ifPresent(builder::tls);
        this.channel = builder.build();
        CallOptions each = CallOptions.defaults();
        if (token.isPresent()) {
            each = each.withHeader(TokenCheck.HEADER, TokenCheck.SCHEME + token.get());
        }
        this.client = BrokerService.client(channel).with(each);
        this.hasty = client.with(each.withTimeout(options.connectTimeout()));
    }

    /** What was learned, or can be now, or else what every server promises, with the weakest confirmation. */
    @Override
    public BackendProfile profile() {
        if (known == null) {
            try {
                learn(hasty);
            } catch (CallException e) {
                // away: what is asked next says so
            }
        }
        BackendProfile profile = known;
        return profile != null
                ? profile
                : new BackendProfile("parley", BrokerServer.PROMISED, Confirm.MEMORY, BackendProfile.DEFAULT_MAX_BYTES);
    }

    @Override
    public void ping() {
        learn(client);
    }

    private void learn(BrokerService asked) {
        Profile profile = asked.getProfile(GetProfileRequest.getDefaultInstance());
        known = new BackendProfile(
                "parley",
                BrokerServer.PROMISED,
                Confirm.valueOf(profile.getConfirm()),
                Math.max(1024, profile.getMaxMessageBytes()));
    }

    @Override
    public void publish(List<Outgoing> messages) {
        PublishRequest.Builder batch = PublishRequest.newBuilder();
        long bytes = 0;
        for (Outgoing message : messages) {
            if (batch.getMessagesCount() > 0
                    && (bytes + message.bytes() > Limits.BATCH_BYTES || batch.getMessagesCount() == Limits.MAX_BATCH)) {
                client.publish(batch.build());
                batch = PublishRequest.newBuilder();
                bytes = 0;
            }
            batch.addMessages(Wire.outgoing(message));
            bytes += message.bytes();
        }
        client.publish(batch.build());
    }

    @Override
    public void send(Outgoing message) {
        client.publish(PublishRequest.newBuilder()
                .addMessages(Wire.outgoing(message))
                .setUnconfirmed(true)
                .build());
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws Exception {
        if (known == null) {
            learn(client);
        }
        return RemoteConsumer.open(client, spec, address);
    }

    @Override
    public List<QueueStats> queues() {
        return client.listQueues(ListQueuesRequest.getDefaultInstance()).getQueuesList().stream()
                .map(Wire::stats)
                .toList();
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor) {
        Pipe<VisitDeadLettersRequest> requests = Messages.pipe(LETTERS_WAITING, Limits.CALL);
        requests.send(VisitDeadLettersRequest.newBuilder()
                .setOpen(VisitOpen.newBuilder().setQueue(Wire.queue(queue)).setMax(max))
                .build());
        try (Messages<dev.parley.broker.v1.DeadLetter> letters = client.visitDeadLetters(requests.messages())) {
            for (dev.parley.broker.v1.DeadLetter letter : letters) {
                LetterAction action = visitor.apply(Wire.letter(letter));
                requests.send(VisitDeadLettersRequest.newBuilder()
                        .setAction(action.name())
                        .build());
            }
            requests.complete();
        } catch (RuntimeException e) {
            requests.fail(new CallException(Code.CANCELLED, "the visitor of dead letters has failed", e));
            throw e;
        }
    }

    @Override
    public void deleteGroup(QueueName queue) {
        client.deleteGroup(
                DeleteGroupRequest.newBuilder().setQueue(Wire.queue(queue)).build());
    }

    @Override
    public void close() {
        channel.close();
    }

    @Override
    public String toString() {
        return address;
    }
}
