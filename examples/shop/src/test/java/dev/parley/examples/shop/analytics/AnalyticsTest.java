package dev.parley.examples.shop.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.events.EventBus;
import dev.parley.examples.shop.analytics.v1.AnalyticsService;
import dev.parley.examples.shop.analytics.v1.GetNumbersRequest;
import dev.parley.examples.shop.analytics.v1.Numbers;
import dev.parley.examples.shop.analytics.v1.RebuildRequest;
import dev.parley.examples.shop.analytics.v1.RebuildResponse;
import dev.parley.examples.shop.analytics.v1.WatchNumbersRequest;
import dev.parley.examples.shop.events.OrderCancelled;
import dev.parley.examples.shop.events.OrderConfirmed;
import dev.parley.examples.shop.events.OrderEvents;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueStats;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcHandler;
import dev.parley.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Numbers counted from events, over a real broker in memory and a database in files. */
@Timeout(60)
class AnalyticsTest {

    @TempDir
    private Path folder;

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5); // the test's timeout ends it
        }
    }

    /** The service over a channel, so that its calls have deadlines. */
    private static final class Running implements AutoCloseable {
        final Store store;
        final Analytics analytics;
        final Channel channel;
        final AnalyticsService.Client client;

        Running(Path folder, MessageBroker broker) {
            store = Store.open("sqlite:" + folder.resolve("analytics"));
            analytics = new Analytics(new NumberStore(store), broker, List.of());
            channel = Channel.inProcess(RpcHandler.builder()
                    .service(AnalyticsService.DEFINITION, analytics)
                    .build());
            client =
                    AnalyticsService.client(channel).with(CallOptions.defaults().withTimeout(Duration.ofSeconds(30)));
        }

        Numbers numbers() {
            return client.getNumbers(GetNumbersRequest.getDefaultInstance());
        }

        @Override
        public void close() {
            channel.close();
            analytics.close();
            store.close();
        }
    }

    private static void publishFive(EventBus bus) {
        bus.publish(new OrderPlaced("o-1", "u-1", "sku-1", 2, 500));
        bus.publish(new OrderPlaced("o-2", "u-1", "sku-1", 1, 250));
        bus.publish(new OrderPlaced("o-3", "u-2", "sku-2", 4, 1_000));
        bus.publish(new OrderConfirmed("o-1", "u-1", "sku-1", 2, 500));
        bus.publish(new OrderCancelled("o-2", "u-1", "sku-1", 1, 250));
    }

    private static final Numbers OF_FIVE = Numbers.newBuilder()
            .setEvents(5)
            .setPlaced(3)
            .setConfirmed(1)
            .setCancelled(1)
            .setPieces(6)
            .setRevenueCents(1_500)
            .putPiecesByProduct("sku-1", 2)
            .putPiecesByProduct("sku-2", 4)
            .build();

    @Test
    void itCountsFromTheFirstEventAndGetsTheSameByReplay() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = OrderEvents.over(broker);
            publishFive(bus); // before anybody listens
            try (Running running = new Running(folder, broker)) {
                await(() -> running.numbers().getEvents() == 5);
                assertThat(running.numbers()).isEqualTo(OF_FIVE);
                RebuildResponse rebuilt = running.client.rebuild(RebuildRequest.getDefaultInstance());
                assertThat(rebuilt.getBefore()).isEqualTo(OF_FIVE);
                assertThat(rebuilt.getAfter()).isEqualTo(OF_FIVE);
                assertThat(broker.queues())
                        .extracting((QueueStats queue) -> queue.queue().group())
                        .as("the group before is gone")
                        .hasSize(3)
                        .containsOnly(broker.queues().getFirst().queue().group());
                bus.publish(new OrderPlaced("o-4", "u-1", "sku-1", 1, 250));
                await(() -> running.numbers().getPlaced() == 4);
                assertThat(running.numbers().getRevenueCents()).isEqualTo(1_750);
            }
        }
    }

    @Test
    void itGoesOnWhereItWasAfterARestart() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:")) {
            EventBus bus = OrderEvents.over(broker);
            try (Running running = new Running(folder, broker)) {
                publishFive(bus);
                await(() -> running.numbers().getEvents() == 5);
            }
            bus.publish(new OrderPlaced("o-4", "u-1", "sku-1", 1, 250)); // while it is down
            try (Running running = new Running(folder, broker)) {
                await(() -> running.numbers().getEvents() == 6);
                assertThat(running.numbers().getPieces()).isEqualTo(7);
            }
        }
    }

    @Test
    void whoWatchesSeesTheNumbersOfNowAndThenEachChange() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:");
                Running running = new Running(folder, broker);
                Messages<Numbers> watched = running.client.watchNumbers(WatchNumbersRequest.getDefaultInstance())) {
            assertThat(watched.receive()).isEqualTo(Numbers.getDefaultInstance());
            OrderEvents.over(broker).publish(new OrderPlaced("o-1", "u-1", "sku-1", 2, 500));
            assertThat(Objects.requireNonNull(watched.receive()).getPieces()).isEqualTo(2);
        }
    }

    @Test
    void aBrokerThatHasForgottenEventsCannotRebuildAndTheNumbersStay() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:?retentionMessages=1");
                Running running = new Running(folder, broker)) {
            publishFive(OrderEvents.over(broker));
            await(() -> running.numbers().getEvents() == 5);
            AnalyticsService hurried =
                    running.client.with(CallOptions.defaults().withTimeout(Duration.ofMillis(500)));
            CallException error = catchThrowableOfType(
                    CallException.class, () -> hurried.rebuild(RebuildRequest.getDefaultInstance()));
            assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
            await(() -> broker.queues().size() == 3); // the group that did not get there is gone
            assertThat(running.numbers()).isEqualTo(OF_FIVE);
        }
    }
}
