package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.analytics.v1.GetNumbersRequest;
import dev.parley.examples.shop.analytics.v1.Numbers;
import dev.parley.examples.shop.analytics.v1.RebuildRequest;
import dev.parley.examples.shop.analytics.v1.RebuildResponse;
import dev.parley.examples.shop.notification.v1.DeadLetter;
import dev.parley.examples.shop.notification.v1.ListDeadLettersRequest;
import dev.parley.examples.shop.notification.v1.RedriveDeadLettersRequest;
import dev.parley.examples.shop.order.v1.CancelOrderRequest;
import dev.parley.examples.shop.order.v1.ConfirmOrderRequest;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.user.v1.CreateUserRequest;
import dev.parley.examples.shop.user.v1.UpdateUserRequest;
import dev.parley.examples.shop.user.v1.User;
import dev.parley.rpc.CallOptions;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What becomes of orders elsewhere, by events. */
final class Events {

    private static final Duration LONGEST_REBUILD = Duration.ofMinutes(1);
    private static final int ORDERS = 10;

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("an order's events reach the others, in its trace", Events::reach),
            new Step<>(
                    "notification is down while ten orders are placed, and sends ten e-mails when it is back",
                    Events::down),
            new Step<>("a poison event goes to the dead letters, and is redriven after the fix", Events::poison),
            new Step<>("analytics counts anew, by replay, and gets the same", Events::rebuild));

    private Events() {}

    private static String reach(Stage stage) throws InterruptedException {
        long begun = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        Order placed = stage.orders.createOrder(Stage.order("u-1", "sku-3", 2));
        stage.orders.confirmOrder(
                ConfirmOrderRequest.newBuilder().setId(placed.getId()).build());
        Order other = stage.orders.createOrder(Stage.order("u-1", "sku-3", 1));
        stage.orders.cancelOrder(
                CancelOrderRequest.newBuilder().setId(other.getId()).build());
        Mailbox mailbox = new Mailbox(stage.shop.emails());
        List<String> subjects = new ArrayList<>(mailbox.await(placed.getId(), 2));
        subjects.addAll(mailbox.await(other.getId(), 2));
        Expect.equal(
                Set.of("Thank you for your order", "Your order is on its way", "Your order is cancelled"),
                Set.copyOf(subjects),
                "the e-mails");
        // Before the stock is asked for again and again, which makes spans that push these out.
        List<SpanData> spans = reaching(stage.spans.await(
                span -> span.getStartEpochNanos() >= begun,
                all -> !reaching(all).isEmpty(),
                "spans of three groups in one trace with its first call"));
        Town.await("the confirmed pieces have left and the cancelled are back", () -> {
            var level = stage.stock("sku-3");
            return level.getReserved() == level.getOrdered();
        });
        return subjects.size() + " e-mails; one trace has the call and what "
                + groups(spans).size() + " groups did about its event, " + spans.size() + " spans in all";
    }

    /** The spans of the first trace that has its first call and what three groups did because of it; none if there is no such. */
    private static List<SpanData> reaching(List<SpanData> spans) {
        return spans.stream().collect(Collectors.groupingBy(SpanData::getTraceId)).values().stream()
                .filter(trace -> groups(trace).size() >= 3)
                .filter(trace -> trace.stream()
                        .anyMatch(span -> !span.getParentSpanContext().isValid()))
                .findFirst()
                .orElse(List.of());
    }

    /** The groups of consumers that spans tell of. */
    private static Set<String> groups(List<SpanData> spans) {
        return spans.stream()
                .filter(span -> span.getKind() == SpanKind.CONSUMER)
                .map(span -> String.valueOf(span.getAttributes()
                        .get(io.opentelemetry.api.common.AttributeKey.stringKey("messaging.consumer.group.name"))))
                .collect(Collectors.toSet());
    }

    private static String down(Stage stage) throws InterruptedException {
        Mailbox mailbox = new Mailbox(stage.shop.emails());
        stage.shop.stopNotification();
        List<Order> orders = new ArrayList<>();
        try {
            for (int i = 0; i < ORDERS; i++) {
                orders.add(stage.orders.createOrder(Stage.order("u-2", "sku-2", 1)));
            }
            for (Order order : orders) {
                Expect.equal(List.of(), mailbox.subjects(order.getId()), "the e-mails while it is down");
            }
        } finally {
            stage.shop.startNotification();
        }
        for (Order order : orders) {
            mailbox.await(order.getId(), 1);
        }
        // An event behind the others of the same order: once it has come, no second e-mail about those can come any
        // more.
        for (Order order : orders) {
            stage.orders.confirmOrder(
                    ConfirmOrderRequest.newBuilder().setId(order.getId()).build());
        }
        int sent = 0;
        for (Order order : orders) {
            mailbox.await(order.getId(), 2);
            List<String> subjects = mailbox.subjects(order.getId());
            Expect.equal(2, subjects.size(), "the e-mails about " + order.getId());
            sent += (int)
                    subjects.stream().filter("Thank you for your order"::equals).count();
        }
        Expect.equal(ORDERS, sent, "the e-mails about new orders");
        return ORDERS + " orders answered while it was down, none sent; " + sent
                + " e-mails when it was back, none twice";
    }

    private static String poison(Stage stage) throws InterruptedException {
        String name = "Nemo " + UUID.randomUUID();
        User user = stage.users.createUser(CreateUserRequest.newBuilder()
                .setName(name)
                .setEmail("nowhere-" + name.hashCode())
                .build());
        Order order = stage.orders.createOrder(Stage.order(user.getId(), "sku-2", 1));
        Town.await("its event is a dead letter", () -> letters(stage, order).size() == 1);
        DeadLetter letter = letters(stage, order).getFirst();
        Mailbox mailbox = new Mailbox(stage.shop.emails());
        Expect.equal(List.of(), mailbox.subjects(order.getId()), "the e-mails before the fix");
        stage.users.updateUser(UpdateUserRequest.newBuilder()
                .setId(user.getId())
                .setName(name)
                .setEmail(user.getId() + "@example.com")
                .build());
        int redriven = stage.notification
                .redriveDeadLetters(RedriveDeadLettersRequest.getDefaultInstance())
                .getRedriven();
        mailbox.await(order.getId(), 1);
        Town.await("it is no dead letter any more", () -> letters(stage, order).isEmpty());
        Expect.equal(1, mailbox.subjects(order.getId()).size(), "the e-mails after the fix");
        return "\"" + letter.getCause() + "\"; after the fix " + redriven + " redriven, 1 e-mail";
    }

    private static List<DeadLetter> letters(Stage stage, Order order) {
        return stage.notification.listDeadLetters(ListDeadLettersRequest.getDefaultInstance()).getLettersList().stream()
                .filter(letter -> letter.getOrderId().equals(order.getId()))
                .toList();
    }

    private static String rebuild(Stage stage) throws InterruptedException {
        int emails = new Mailbox(stage.shop.emails()).size();
        // Each event has had its e-mail by now, but analytics may still be at the last of them.
        Town.await(
                "as much is counted as was written about", () -> numbers(stage).getEvents() >= emails);
        RebuildResponse rebuilt;
        try {
            rebuilt = stage.analytics
                    .with(CallOptions.defaults().withTimeout(LONGEST_REBUILD))
                    .rebuild(RebuildRequest.getDefaultInstance());
        } catch (CallException e) {
            Expect.equal(Code.FAILED_PRECONDITION, e.code(), "why there is no replay");
            return "refused, \"" + e.message() + '"';
        }
        Numbers before = rebuilt.getBefore();
        Expect.that(before.getPlaced() > ORDERS, "orders were counted: " + before);
        Expect.equal(before, rebuilt.getAfter(), "what was counted anew");
        Expect.equal(before, numbers(stage), "what holds now");
        return before.getEvents() + " events read again: " + before.getPlaced() + " placed, " + before.getConfirmed()
                + " confirmed, " + before.getCancelled() + " cancelled, " + before.getPieces() + " pieces, "
                + before.getRevenueCents() + " cents";
    }

    private static Numbers numbers(Stage stage) {
        return stage.analytics.getNumbers(GetNumbersRequest.getDefaultInstance());
    }
}
