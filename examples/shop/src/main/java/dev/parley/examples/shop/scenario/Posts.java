package dev.parley.examples.shop.scenario;

import dev.parley.examples.shop.order.v1.ConfirmOrderRequest;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.processes.Member;
import dev.parley.examples.shop.servers.Part;
import java.util.ArrayList;
import java.util.List;

/** Events between processes, one of which is killed. */
final class Posts {

    private static final int ORDERS = 10;

    static final List<Step<Town>> STEPS = List.of(new Step<>(
            "notification is killed (-9) while ten orders are placed, and ten e-mails are sent when it is back",
            Posts::killed));

    private Posts() {}

    private static String killed(Town town) throws InterruptedException {
        Mailbox mailbox = new Mailbox(town.fleet.emails());
        Member victim = town.of(Part.NOTIFICATION).getFirst();
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < ORDERS; i++) {
            if (i == ORDERS / 2) {
                town.fleet.kill(victim);
            }
            orders.add(town.orders().createOrder(Stage.order("u-2", "sku-1", 1)));
        }
        Member added = town.fleet.add(Part.NOTIFICATION.id());
        for (Order order : orders) {
            mailbox.await(order.getId(), 1);
            town.orders()
                    .confirmOrder(ConfirmOrderRequest.newBuilder()
                            .setId(order.getId())
                            .build());
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
        return victim.id() + " was killed after " + ORDERS / 2 + " of " + ORDERS + " orders, " + added.id()
                + " took its folder over; " + sent + " e-mails, none twice";
    }
}
