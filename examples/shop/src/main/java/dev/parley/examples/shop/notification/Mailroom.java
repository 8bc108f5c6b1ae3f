package dev.parley.examples.shop.notification;

import com.google.protobuf.util.Timestamps;
import dev.parley.examples.shop.events.OrderCancelled;
import dev.parley.examples.shop.events.OrderConfirmed;
import dev.parley.examples.shop.events.OrderEvent;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.examples.shop.events.Reaction;
import dev.parley.examples.shop.notification.v1.Email;
import dev.parley.examples.shop.user.v1.GetUserRequest;
import dev.parley.examples.shop.user.v1.User;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.messaging.Delivery;
import java.util.regex.Pattern;

/**
 * Writes an e-mail about each event. It asks the user service for the address ahead of the transaction: what takes time, and may fail,
 * has no place in one. A user service that is down is a reason to try again, an address that is none is not.
 */
public final class Mailroom implements Reaction {

    private static final Pattern ADDRESS = Pattern.compile("[^\\s@<>]{1,64}@[^\\s@<>]{1,255}");

    private final UserService users;
    private final EmailStore store;

    /** Writes to {@code users}, into {@code store}. */
    public Mailroom(UserService users, EmailStore store) {
        this.users = users;
        this.store = store;
    }

    @Override
    public void on(OrderEvent event, Delivery<?> delivery) {
        User user =
                users.getUser(GetUserRequest.newBuilder().setId(event.userId()).build());
        if (!ADDRESS.matcher(user.getEmail()).matches()) {
            throw new NoAddress(user.getId(), user.getEmail());
        }
        store.write(
                delivery,
                Email.newBuilder()
                        .setOrderId(event.orderId())
                        .setRecipient(user.getEmail())
                        .setSubject(subject(event))
                        .setText(text(event))
                        .setWrittenAt(Timestamps.now())
                        .build());
    }

    private static String subject(OrderEvent event) {
        return switch (event) {
            case OrderPlaced placed -> "Thank you for your order";
            case OrderConfirmed confirmed -> "Your order is on its way";
            case OrderCancelled cancelled -> "Your order is cancelled";
        };
    }

    private static String text(OrderEvent event) {
        String what = "%d x %s, %d.%02d EUR, order %s"
                .formatted(
                        event.quantity(),
                        event.productId(),
                        event.totalCents() / 100,
                        event.totalCents() % 100,
                        event.orderId());
        return switch (event) {
            case OrderPlaced placed -> "We have got your order and your money: " + what + '.';
            case OrderConfirmed confirmed -> "The parcel has left us: " + what + '.';
            case OrderCancelled cancelled -> "Your money is on its way back: " + what + '.';
        };
    }
}
