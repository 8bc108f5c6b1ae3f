package dev.parley.messaging.kafka;

import static dev.parley.messaging.kafka.Backend.await;
import static dev.parley.messaging.kafka.Backend.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.ForeignMessage;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topics and groups that others have made, bound by their names, with records that are plain JSON. */
@Timeout(300)
class KafkaExistingTest {

    private static final int PARTITIONS = 3;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final String topic = name("orders");
    private final String group = name("billing");
    private Admin admin;
    private KafkaProducer<String, String> producer;
    private MessageBroker broker;

    @BeforeEach
    void open() throws Exception {
        Map<String, Object> server =
                Map.of("bootstrap.servers", KafkaServer.shared().authority());
        admin = fixture.open(Admin.create(server));
        producer = fixture.open(new KafkaProducer<>(server, new StringSerializer(), new StringSerializer()));
        broker = fixture.open(MessageBroker.connect(KafkaServer.shared().uri()));
    }

    /** What a service makes of an order, in the fields that the older one has. */
    private record Order(String number, int cents) {}

    /** The older service names its orders in the payload, and says in a header what happened. */
    private static Message<byte[]> adapted(ForeignMessage foreign) {
        String json = new String(foreign.body(), StandardCharsets.UTF_8);
        int start = json.indexOf("\"number\":\"") + "\"number\":\"".length();
        return new Message<>(
                json.substring(start, json.indexOf('"', start)),
                foreign.headers().getOrDefault("event", "unknown"),
                foreign.body(),
                foreign.toMessage().metadata());
    }

    private void make() throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty())))
                .all()
                .get();
        await("its partitions have leaders", () -> producer.partitionsFor(topic).size() == PARTITIONS);
    }

    private void produce(int partition, String number) throws Exception {
        ProducerRecord<String, String> record = new ProducerRecord<>(
                topic, partition, "customer-" + partition, "{\"number\":\"%s\",\"cents\":100}".formatted(number));
        record.headers().add("event", "order.created".getBytes(StandardCharsets.UTF_8));
        producer.send(record).get();
    }

    private void commit(long offset) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset));
        }
        admin.alterConsumerGroupOffsets(group, offsets).all().get();
    }

    private Map<TopicPartition, Long> committed() throws Exception {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        offsets.keySet().removeIf(partition -> !partition.topic().equals(topic));
        return offsets;
    }

    private SubscribeOptions bound() {
        return SubscribeOptions.defaults().withQueue(group).withAdapter(KafkaExistingTest::adapted);
    }

    @Test
    void aForeignGroupIsContinuedWhereItStopped() throws Exception {
        make();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            produce(partition, "done-" + partition);
            produce(partition, "open-" + partition);
        }
        commit(1);
        BlockingQueue<Delivery<Order>> seen = new LinkedBlockingQueue<>();
        QueueName queue = new QueueName(topic, "ours");
        try (Subscription subscription = broker.subscribe(
                Topic.json(topic, Order.class),
                queue.group(),
                (call, delivery) -> {
                    seen.add(delivery);
                    return Disposition.ack();
                },
                bound())) {
            produce(1, "new-1");
            await("all are settled", () -> subscription.snapshot().acked() == PARTITIONS + 1);
            // Within a partition nothing overtakes: what was done before would have come before these.
            assertThat(subscription.snapshot().received()).isEqualTo(PARTITIONS + 1);
            assertThat(seen)
                    .extracting(delivery -> delivery.payload().number())
                    .containsExactlyInAnyOrder("open-0", "open-1", "open-2", "new-1");
            assertThat(seen).allSatisfy(delivery -> {
                assertThat(delivery.message().id()).isEqualTo(delivery.payload().number());
                assertThat(delivery.message().type()).isEqualTo("order.created");
                assertThat(delivery.message().metadata().key())
                        .contains("customer-" + delivery.position().charAt(0));
                assertThat(delivery.topic()).isEqualTo(topic);
                assertThat(delivery.payload().cents()).isEqualTo(100);
            });
            await(
                    "nothing waits",
                    () -> broker.queue(queue)
                            .filter(stats -> stats.depth() == 0)
                            .isPresent());
            assertThat(broker.queue(queue).flatMap(QueueStats::boundTo)).contains(group);
        }
        // The group is the other service's own: there is none of ours beside it, and it continues behind what we have
        // done.
        assertThat(committed())
                .isEqualTo(Map.of(
                        new TopicPartition(topic, 0), 2L,
                        new TopicPartition(topic, 1), 3L,
                        new TopicPartition(topic, 2), 2L));
        assertThat(admin.listGroups().all().get())
                .noneMatch(listed -> listed.groupId().startsWith(topic));
    }

    @Test
    void whatTheAdapterCannotReadIsADeadLetterAndTheRestGoesOn() throws Exception {
        make();
        commit(0);
        QueueName queue = new QueueName(topic, "ours");
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        SubscribeOptions picky = bound().withAdapter(foreign -> {
            if (foreign.body()[0] != '{') {
                throw new IllegalArgumentException("no order: it begins with '" + (char) foreign.body()[0] + "'");
            }
            return adapted(foreign);
        });
        broker.subscribe(
                Topic.json(topic, Order.class),
                queue.group(),
                (call, delivery) -> {
                    seen.add(delivery.payload().number());
                    return Disposition.ack();
                },
                picky);
        producer.send(new ProducerRecord<>(topic, 0, null, "<order/>")).get();
        produce(0, "o-1");
        await("one is handled", () -> seen.contains("o-1"));
        await("one is a dead letter", () -> !broker.deadLetters(queue).list(10).isEmpty());
        assertThat(broker.deadLetters(queue).list(10)).singleElement().satisfies(letter -> {
            assertThat(letter.message().payload())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("<order/>");
            assertThat(letter.failure().cause()).contains("it begins with '<'");
        });
        assertThat(seen).containsExactly("o-1");
    }

    @Test
    void aGroupOrATopicThatIsNotThereIsNamedAndNotMade() throws Exception {
        make();
        assertNotFound(topic, group);
        commit(0);
        String missing = name("misspelt");
        assertNotFound(missing, missing);
        assertThat(admin.listTopics().names().get()).noneMatch(each -> each.startsWith(missing));
        assertThat(admin.listGroups().all().get())
                .noneMatch(each -> each.groupId().startsWith(missing));
    }

    private void assertNotFound(String of, String named) {
        Topic<Order> orders = Topic.json(of, Order.class);
        assertThatThrownBy(() -> broker.subscribe(orders, "ours", (call, delivery) -> Disposition.ack(), bound()))
                .isInstanceOfSatisfying(CallException.class, e -> {
                    assertThat(e.code()).isEqualTo(Code.NOT_FOUND);
                    assertThat(e.message()).contains('"' + named + '"');
                });
    }
}
