package dev.parley.examples.shop.notification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.events.OrderFollower;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.examples.shop.notification.v1.DeadLetter;
import dev.parley.examples.shop.notification.v1.Email;
import dev.parley.examples.shop.notification.v1.ListDeadLettersRequest;
import dev.parley.examples.shop.notification.v1.ListEmailsRequest;
import dev.parley.examples.shop.notification.v1.RedriveDeadLettersRequest;
import dev.parley.examples.shop.user.UserStore;
import dev.parley.examples.shop.user.Users;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.Topic;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcHandler;
import dev.parley.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** E-mails about events, over a real broker in memory and a database in files. */
@Timeout(60)
class NotificationTest {

    private static final Topic<OrderPlaced> PLACED = Topic.json("order.placed", OrderPlaced.class);

    @TempDir
    private Path folder;

    private final UserStore users = new UserStore(10);
    private final MessageBroker broker = MessageBroker.connect("memory:");
    private final AtomicInteger toFail = new AtomicInteger();
    private Store store;
    private EmailStore emails;
    private Channel channel;
    private OrderFollower follower;
    private Postman postman;
    private Notifications service;

    @BeforeEach
    void open() throws IOException {
        users.add("u-1", "Ada", "ada@example.com", "");
        users.add("u-2", "Nemo", "nowhere", "");
        store = Store.open("sqlite:" + folder.resolve("store"));
        emails = new EmailStore(store, 100);
        channel = Channel.inProcess(RpcHandler.builder()
                .service(UserService.DEFINITION, new Users(users))
                .build());
        UserService real = UserService.client(channel);
        Mailroom mailroom = new Mailroom(real, emails);
        follower = OrderFollower.follow(broker, "notification", StartFrom.latest(), List.of(), (event, delivery) -> {
            if (toFail.getAndDecrement() > 0) {
                throw new CallException(Code.UNAVAILABLE, "the user service is away");
            }
            mailroom.on(event, delivery);
        });
        postman = Postman.start(emails, folder.resolve("emails"));
        service = new Notifications(emails, broker, follower);
    }

    @AfterEach
    void close() {
        follower.close();
        postman.close();
        channel.close();
        broker.close();
        store.close();
    }

    private static Message<OrderPlaced> placed(String orderId, String userId) {
        return Message.of("order.placed", new OrderPlaced(orderId, userId, "sku-1", 2, 4_980))
                .withVersion("1")
                .withKey(orderId);
    }

    private List<Email> sent() {
        return service.listEmails(ListEmailsRequest.getDefaultInstance()).getEmailsList();
    }

    private List<DeadLetter> deadLetters() {
        return service.listDeadLetters(ListDeadLettersRequest.getDefaultInstance())
                .getLettersList();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("emails"))) {
            return all.toList();
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5); // the test's timeout ends it
        }
    }

    @Test
    void anEventThatComesTwiceIsOneEmailInAFile() throws Exception {
        Message<OrderPlaced> message = placed("o-1", "u-1");
        broker.publish(PLACED, message);
        broker.publish(PLACED, message);
        broker.publish(PLACED, placed("o-2", "u-1"));
        await(() -> sent().stream().anyMatch(email -> email.getOrderId().equals("o-2")));
        await(() -> broker.queues().stream()
                .allMatch(queue -> queue.depth() == 0 && queue.inFlight().orElse(0) == 0));
        assertThat(sent()).extracting(Email::getOrderId).containsExactlyInAnyOrder("o-1", "o-2");
        assertThat(files()).hasSize(2);
        assertThat(service.listEmails(
                                ListEmailsRequest.newBuilder().setOrderId("o-1").build())
                        .getEmailsList())
                .singleElement()
                .satisfies(email -> {
                    assertThat(email.getRecipient()).isEqualTo("ada@example.com");
                    assertThat(email.getText()).contains("2 x sku-1", "49.80 EUR", "o-1");
                });
        assertThat(Files.readString(files().getFirst())).contains("To: ada@example.com", "Subject: Thank you");
    }

    @Test
    void whatFailsForAWhileIsTriedAgain() throws Exception {
        toFail.set(1);
        broker.publish(PLACED, placed("o-1", "u-1"));
        await(() -> sent().size() == 1);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void anAddressThatIsNoneMakesADeadLetterWhichIsRedrivenAfterTheFix() throws Exception {
        broker.publish(PLACED, placed("o-1", "u-2"));
        await(() -> deadLetters().size() == 1);
        assertThat(deadLetters().getFirst().getOrderId()).isEqualTo("o-1");
        assertThat(deadLetters().getFirst().getCause()).contains("u-2", "\"nowhere\"");
        assertThat(sent()).isEmpty();
        users.update("u-2", "Nemo", "nemo@example.com", "");
        assertThat(service.redriveDeadLetters(RedriveDeadLettersRequest.getDefaultInstance())
                        .getRedriven())
                .isEqualTo(1);
        await(() -> sent().size() == 1);
        assertThat(deadLetters()).isEmpty();
        assertThat(service.redriveDeadLetters(RedriveDeadLettersRequest.getDefaultInstance())
                        .getRedriven())
                .isZero();
    }

    @Test
    void aPostmanThatComesAfterOneThatWasStoppedWritesWhatIsLeft() throws Exception {
        postman.close();
        broker.publish(PLACED, placed("o-1", "u-1"));
        await(() -> emails.unsent(10).size() == 1);
        assertThat(sent()).isEmpty();
        postman = Postman.start(emails, folder.resolve("emails"));
        await(() -> sent().size() == 1);
        assertThat(files()).singleElement().satisfies(file -> assertThat(file).hasFileName("email-000001.eml"));
    }
}
