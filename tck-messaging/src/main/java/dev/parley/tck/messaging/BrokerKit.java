package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.Capability;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Redelivery;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.opentest4j.TestAbortedException;

/** What all tests of the kit stand on: connections, names of their own, waits. */
abstract class BrokerKit {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final String RUN = Long.toString(System.nanoTime() & 0xff_ffff_ffffL, 36);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>(); // the last one first
    private final Set<QueueName> queues = new LinkedHashSet<>();
    private @Nullable MessageBroker broker;
    private String test = "";

    /** The broker that is tested; asked for often, the same each time. */
    protected abstract BrokerUnderTest subject();

    /** Another connection to the subject, such as another process would have. The suite closes it. */
    protected MessageBroker open(BrokerOptions options) throws Exception {
        return MessageBroker.connect(subject().uri(), options);
    }

    /** As {@link #open}, the backend alone. The suite closes it. */
    protected BrokerBackend openBackend(BrokerOptions options) throws Exception {
        return Backends.open(subject().uri(), options);
    }

    /** How the suite's brokers are used: as patient with a busy server as the suite is. */
    protected BrokerOptions brokerOptions() {
        return BrokerOptions.defaults().withPublishTimeout(patience());
    }

    /** How the suite subscribes where nothing else matters: retried soon, without chance, and drained in 10 s. */
    protected SubscribeOptions options() {
        return SubscribeOptions.defaults()
                .withDrain(Duration.ofSeconds(10))
                .withRedelivery(Redelivery.defaults()
                        .withBackoff(Duration.ofMillis(20), 1, Duration.ofMillis(20))
                        .withJitter(0));
    }

    /**
     * As {@link #options}, one handler at a time: what should not have come is noted before what came behind it, so that a test which waits
     * for the one has seen the other.
     */
    final SubscribeOptions oneByOne() {
        return options().withConcurrency(1);
    }

    /** How long the suite waits for what has to happen. */
    protected Duration patience() {
        return Duration.ofSeconds(60);
    }

    /** A name that nobody has used, in this run or another. */
    final String fresh(String what) {
        return "tck-" + RUN + '-' + what + '-' + NAMES.incrementAndGet();
    }

    /** The connection of this test. */
    final MessageBroker broker() throws Exception {
        MessageBroker now = broker;
        if (now == null) {
            now = open(brokerOptions());
            broker = now;
        }
        return now;
    }

    /** A second connection where the subject allows it, otherwise the first. */
    final MessageBroker another() throws Exception {
        return subject().shared() ? closing(open(brokerOptions())) : broker();
    }

    /** Closes the connection of this test, so that another process may open what belongs to one alone. */
    final void disconnect() {
        MessageBroker now = broker;
        if (now != null) {
            now.close();
            broker = null;
        }
    }

    /** Closed behind the test. */
    final <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    final boolean has(Capability capability) throws Exception {
        return broker().capabilities().contains(capability);
    }

    /**
     * Leaves the test out, with its reason, if the broker does not have what it is about. That it refuses what it does not have is a test of
     * its own ({@code aCapabilityThatItLacksIsRefusedByItsName}).
     *
     * @throws AssertionError if it does not have what its row of the table requires: to declare less is no way around a test
     */
    final void needs(Capability capability) throws Exception {
        if (!has(capability)) {
            if (subject().requirements().requires(capability)) {
                throw new AssertionError("%s must have %s, but does not declare it".formatted(scheme(), capability));
            }
            leftOut("needs %s, which %s:// does not have".formatted(capability, scheme()));
        }
    }

    /** Ends the test as one that was left out, for whoever reads the report and for whoever reads the output. */
    final void leftOut(String reason) {
        System.out.println("left out: " + test + ": " + reason);
        throw new TestAbortedException(reason);
    }

    final String scheme() {
        return BrokerUri.parse(subject().uri()).scheme();
    }

    /** Removed behind the test with all that waits there. */
    final QueueName removed(String topic, String group) {
        QueueName queue = new QueueName(topic, group);
        queues.add(queue);
        return queue;
    }

    final <T> Subscription subscribe(Topic<T> topic, String group, Handler<Delivery<T>, Disposition> handler)
            throws Exception {
        return subscribe(topic, group, handler, options());
    }

    final <T> Subscription subscribe(
            Topic<T> topic, String group, Handler<Delivery<T>, Disposition> handler, SubscribeOptions options)
            throws Exception {
        return subscribe(broker(), topic, group, handler, options);
    }

    final <T> Subscription subscribe(
            MessageBroker on,
            Topic<T> topic,
            String group,
            Handler<Delivery<T>, Disposition> handler,
            SubscribeOptions options) {
        removed(topic.name(), group);
        Subscription added = closing(on.subscribe(topic, group, handler, options));
        // What is published before a busy server has the group is not the group's.
        long until = System.nanoTime() + patience().toNanos();
        while (added.problem().isPresent() && System.nanoTime() < until) {
            LockSupport.parkNanos(5_000_000);
        }
        return added;
    }

    /** Lets the broker know a group that nobody takes from yet. */
    final <T> void known(Topic<T> topic, String group) throws Exception {
        known(topic, group, options());
    }

    /** As {@link #known(Topic, String)}; whether it is ordered is the same for all subscriptions of a group. */
    final <T> void known(Topic<T> topic, String group, SubscribeOptions options) throws Exception {
        subscribe(topic, group, (call, delivery) -> Disposition.release(), options)
                .close();
    }

    /** Publishes texts as messages whose ids they are. */
    final void publish(Topic<String> topic, String... texts) throws Exception {
        broker().publishAll(topic, messages(topic, List.of(texts)));
    }

    static List<Message<String>> messages(Topic<String> topic, List<String> texts) {
        return texts.stream()
                .map(each -> Message.of(topic.name(), each).withId(each))
                .toList();
    }

    /** {@code prefix}1, {@code prefix}2, ... */
    static String[] numbered(String prefix, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> prefix + n).toArray(String[]::new);
    }

    /** Waits until a condition holds. */
    final void await(String what, Callable<Boolean> condition) throws Exception {
        long until = System.nanoTime() + patience().toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("not within " + patience() + ": " + what);
            }
            Thread.sleep(5);
        }
    }

    /** Waits until a queue has this many dead letters. */
    final List<DeadLetter> awaitLetters(QueueName queue, int count) throws Exception {
        AtomicReference<List<DeadLetter>> found = new AtomicReference<>(List.of());
        await(count + " dead letters in " + queue, () -> {
            found.set(letters(queue));
            return found.get().size() >= count;
        });
        return found.get();
    }

    final List<DeadLetter> letters(QueueName queue) throws Exception {
        return broker().deadLetters(queue).list(1000);
    }

    final <T> List<Delivery<T>> awaitDistinct(Seen<T> seen, int count) throws InterruptedException {
        return seen.await(count + " messages", patience(), all -> seen.distinct() >= count);
    }

    /** What is asked of a broker that lacks a capability is refused with its name. */
    static void assertRefused(Capability capability, ThrowingCallable asked) {
        assertThatThrownBy(asked).as("what needs %s", capability).isInstanceOfSatisfying(CallException.class, e -> {
            if (e.code() != Code.UNIMPLEMENTED || !e.message().contains(capability.name())) {
                throw new AssertionError("refused, but not as UNIMPLEMENTED naming " + capability, e);
            }
        });
    }

    @BeforeEach
    final void remember(TestInfo info) {
        test = getClass().getSimpleName() + '.' + info.getDisplayName();
    }

    @AfterEach
    final void closeAll() throws Exception {
        Throwable wrong = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                wrong = e;
            }
        }
        try {
            if (broker != null) {
                for (QueueName each : queues) {
                    broker.deleteGroup(each);
                }
            }
        } finally {
            disconnect();
        }
        if (wrong != null) {
            throw new AssertionError("behind the test: " + wrong, wrong);
        }
    }
}
