package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a publication is made of, whatever the broker. */
class PublishTest {

    private final Topic<String> topic = Topic.text("order.placed");
    private final BrokerOptions options = BrokerOptions.defaults();
    private final Faults faults = new Faults(options);
    private MessageBroker broker = MessageBroker.of(faults, options);

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void isRepeatedWithItsIdWhileTheBrokerIsAway() throws Exception {
        faults.publishing = Faults.away();
        CompletableFuture<Boolean> published = new CompletableFuture<>();
        Thread publisher = Thread.ofVirtual().start(() -> {
            broker.publish(topic, Message.of("order.placed", "o-1").withId("m-1"));
            published.complete(true);
        });
        Await.until("it was tried again", () -> faults.publications.get() >= 3);
        assertThat(published).isNotDone();
        assertThat(broker.problem()).map(CallException::code).contains(Code.UNAVAILABLE);
        faults.publishing = null;
        publisher.join();

        assertThat(published).isCompletedWithValue(true);
        assertThat(Set.copyOf(faults.publishedIds)).containsExactly("m-1");
        assertThat(broker.problem()).isEmpty();
    }

    @Test
    void givesUpAtItsDeadlineAndSaysWhy() {
        broker.close();
        BrokerOptions hasty = options.withPublishTimeout(Duration.ofMillis(300));
        Faults away = new Faults(hasty);
        away.publishing = Faults.away();
        broker = MessageBroker.of(away, hasty);
        assertThatThrownBy(() -> broker.publish(topic, "o-1"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE))
                .hasMessageContaining("away");
        assertThat(away.publications.get()).isGreaterThan(1);
    }

    /** A request does not wait for a broker that is away for longer than for its answer. */
    @Test
    void aRequestsTimeoutHoldsForItsPublicationToo() {
        PayloadCodec<String> text = PayloadCodec.text();
        assertThatThrownBy(() -> broker.request(topic, Message.of("ask", "?"), text, Duration.ofMillis(1)))
                .as("it listens for answers from now on")
                .isInstanceOf(CallException.class);
        faults.publishing = Faults.away();
        long begin = System.nanoTime();
        assertThatThrownBy(() -> broker.request(topic, Message.of("ask", "?"), text, Duration.ofMillis(100)))
                .isInstanceOf(CallException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(options.publishTimeout());
    }

    @Test
    void anotherErrorIsNotRepeated() {
        faults.publishing = new CallException(Code.PERMISSION_DENIED, "not yours");
        assertThatThrownBy(() -> broker.publish(topic, "o-1")).hasMessage("not yours");
        assertThat(faults.publications).hasValue(1);
    }

    /** A call's deadline that is earlier than the broker's counts. */
    @Test
    void keepsTheDeadlineOfTheCallThatItIsPartOf() throws Exception {
        faults.publishing = Faults.away();
        CallScope call = CallScope.builder(Method.unary("shop", "PlaceOrder"))
                .deadline(Deadline.after(Duration.ofMillis(200)))
                .build();
        Handler<String, String> handler = (inner, order) -> {
            broker.publish(topic, order);
            return "published";
        };
        long begin = System.nanoTime();
        assertThatThrownBy(() -> call.run(handler, "o-1")).isInstanceOf(CallException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(options.publishTimeout());
    }

    @Test
    void endsWithItsThreadsInterrupt() throws Exception {
        faults.publishing = Faults.away();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread publisher = Thread.ofVirtual().start(() -> {
            try {
                broker.publish(topic, "o-1");
            } catch (CallException e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("no flag", e));
            }
        });
        Await.until("it is at it", () -> faults.publications.get() > 0);
        publisher.interrupt();
        publisher.join();
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.CANCELLED));
    }

    @Test
    void refusesWhatIsTooLargeBeforeItIsSent() {
        String large = "x".repeat(broker.maxMessageBytes());
        assertThatThrownBy(() -> broker.publish(topic, large))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT))
                .hasMessageContaining("order.placed")
                .hasMessageContaining(Integer.toString(broker.maxMessageBytes()));
        assertThat(faults.publications).hasValue(0);
    }

    @Test
    void refusesPatternsTimesTooFarAndWhatTheBrokerCannotDo() {
        assertThatThrownBy(() -> broker.publish(Topic.text("order.*"), "o-1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("order.*");
        PublishOptions far = PublishOptions.at(Instant.now().plus(Duration.ofDays(31)));
        assertThatThrownBy(() -> broker.publish(topic, Message.of("order.placed", "o-1"), far))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("30 days");
        Faults less = new Faults(options);
        less.capabilities = Set.of();
        try (MessageBroker weak = MessageBroker.of(less, options)) {
            PublishOptions later = PublishOptions.after(Duration.ofMinutes(1));
            assertThatThrownBy(() -> weak.publish(topic, Message.of("order.placed", "o-1"), later))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNIMPLEMENTED))
                    .hasMessageContaining("DELAY")
                    .hasMessageContaining("faulty memory:");
            Handler<Delivery<String>, Disposition> handler = (call, delivery) -> Disposition.ack();
            SubscribeOptions defaults = SubscribeOptions.defaults();
            assertThatThrownBy(() -> weak.subscribe(topic, "g", handler, defaults.orderedByKey()))
                    .hasMessageContaining("ORDERED_BY_KEY");
            assertThatThrownBy(() -> weak.subscribe(topic, "g", handler, defaults.withStart(StartFrom.earliest())))
                    .hasMessageContaining("REPLAY");
            assertThatThrownBy(() -> weak.subscribe(Topic.text("order.#"), "g", handler))
                    .hasMessageContaining("PATTERNS");
            assertThat(less.consumers).hasValue(0);
        }
    }

    /** Each message of many goes through the interceptors, and they are confirmed in their order. */
    @Test
    void interceptorsSeeEachMessage() throws Exception {
        broker.close();
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        Interceptor naming = new Interceptor() {
            @Override
            @SuppressWarnings("unchecked") // the same message with a header more
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                Message<?> message = (Message<?>) request;
                seen.add(call.method() + " " + call.peer().protocol() + " " + message.payload());
                return next.handle(call, (Q) message.withHeader("stamp", "s-" + message.payload()));
            }
        };
        BrokerOptions stamping = options.withPublishInterceptors(List.of(naming));
        broker = MessageBroker.connect("memory:", stamping);
        ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
        SubscribeOptions inOrder = SubscribeOptions.defaults().withConcurrency(1);
        broker.subscribe(
                topic,
                "g",
                (call, delivery) -> {
                    received.add(delivery.payload()
                            + delivery.message().metadata().header("stamp").orElse(""));
                    return Disposition.ack();
                },
                inOrder);
        int count = 120;
        broker.publishAll(
                topic,
                IntStream.range(0, count)
                        .mapToObj(i -> Message.of("order.placed", Integer.toString(i)))
                        .toList());
        Await.until("all have come", () -> received.size() == count);
        assertThat(received)
                .containsExactlyElementsOf(
                        IntStream.range(0, count).mapToObj(i -> i + "s-" + i).toList());
        assertThat(seen).hasSize(count).startsWith("order.placed/publish memory 0");
    }
}
