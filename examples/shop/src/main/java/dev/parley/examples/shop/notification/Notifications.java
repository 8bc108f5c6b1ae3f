package dev.parley.examples.shop.notification;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.examples.shop.events.OrderFollower;
import dev.parley.examples.shop.notification.v1.DeadLetter;
import dev.parley.examples.shop.notification.v1.Email;
import dev.parley.examples.shop.notification.v1.ListDeadLettersRequest;
import dev.parley.examples.shop.notification.v1.ListDeadLettersResponse;
import dev.parley.examples.shop.notification.v1.ListEmailsRequest;
import dev.parley.examples.shop.notification.v1.ListEmailsResponse;
import dev.parley.examples.shop.notification.v1.NotificationService;
import dev.parley.examples.shop.notification.v1.RedriveDeadLettersRequest;
import dev.parley.examples.shop.notification.v1.RedriveDeadLettersResponse;
import dev.parley.examples.shop.notification.v1.WatchEmailsRequest;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;

/** The notification service, as far as it is asked. */
public final class Notifications implements NotificationService {

    private static final int MOST = 1_000;
    private static final int USUAL = 100;

    private final EmailStore store;
    private final MessageBroker broker;
    private final OrderFollower follower;

    /** Tells of the e-mails in {@code store} and of the events of {@code follower} that have come to none. */
    public Notifications(EmailStore store, MessageBroker broker, OrderFollower follower) {
        this.store = store;
        this.broker = broker;
        this.follower = follower;
    }

    @Override
    public ListEmailsResponse listEmails(ListEmailsRequest request) {
        int max = request.getMax() == 0 ? USUAL : request.getMax();
        if (max < 1 || max > MOST) {
            throw new CallException(Code.INVALID_ARGUMENT, "max must be from 0 to " + MOST + ", but is " + max);
        }
        return ListEmailsResponse.newBuilder()
                .addAllEmails(store.list(request.getOrderId(), max))
                .build();
    }

    @Override
    public Messages<Email> watchEmails(WatchEmailsRequest request) {
        return store.watch();
    }

    @Override
    public ListDeadLettersResponse listDeadLetters(ListDeadLettersRequest request) {
        ListDeadLettersResponse.Builder response = ListDeadLettersResponse.newBuilder();
        for (QueueName queue : follower.queues()) {
            int room = MOST - response.getLettersCount();
            if (room > 0) {
                broker.deadLetters(queue).list(room).forEach(letter -> response.addLetters(described(letter)));
            }
        }
        return response.build();
    }

    private static DeadLetter described(dev.parley.messaging.DeadLetter letter) {
        return DeadLetter.newBuilder()
                .setId(letter.id())
                .setTopic(letter.topic())
                .setOrderId(letter.message().metadata().key().orElse(""))
                .setCause(letter.failure().cause())
                .build();
    }

    @Override
    public RedriveDeadLettersResponse redriveDeadLetters(RedriveDeadLettersRequest request) {
        int redriven = follower.queues().stream()
                .mapToInt(queue -> broker.deadLetters(queue).redriveAll())
                .sum();
        return RedriveDeadLettersResponse.newBuilder().setRedriven(redriven).build();
    }
}
