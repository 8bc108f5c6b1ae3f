package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.FireAndForget;
import dev.parley.messaging.Message;
import dev.parley.messaging.PayloadCodec;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Requests with answers, and messages that nobody waits for. */
abstract class RequestPart extends ReplayPart {

    private void respond(Topic<String> topic, Handler<Delivery<String>, String> handler) throws Exception {
        removed(topic.name(), "responders");
        closing(another().respond(topic, "responders", handler, PayloadCodec.text(), options()));
    }

    private String request(Topic<String> topic, String text, Duration timeout) throws Exception {
        return broker().request(topic, Message.of(topic.name(), text), PayloadCodec.text(), timeout);
    }

    @Test
    final void aRequestGetsItsOwnAnswer() throws Exception {
        Topic<String> topic = Topic.text(fresh("request"));
        respond(topic, (call, delivery) -> "answer to " + delivery.payload() + " \ud83d\ude80");
        assertThat(request(topic, "first", patience())).isEqualTo("answer to first \ud83d\ude80");
        List<Future<String>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String each : numbered("q", 20)) {
                answers.add(threads.submit(() -> request(topic, each, patience())));
            }
        }
        for (int n = 1; n <= 20; n++) {
            assertThat(answers.get(n - 1).get()).isEqualTo("answer to q" + n + " \ud83d\ude80");
        }
    }

    @Test
    final void aHandlersErrorIsTheAnswer() throws Exception {
        Topic<String> topic = Topic.text(fresh("failing"));
        AtomicInteger calls = new AtomicInteger();
        respond(topic, (call, delivery) -> {
            calls.incrementAndGet();
            throw new CallException(Code.NOT_FOUND, "no customer " + delivery.payload());
        });
        assertThatThrownBy(() -> request(topic, "c-7", patience()))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.NOT_FOUND))
                .hasMessageContaining("no customer c-7");
        assertThatThrownBy(() -> request(topic, "c-8", patience())).hasMessageContaining("c-8");
        assertThat(calls.get()).as("not tried again").isEqualTo(2);
    }

    @Test
    final void aRequestThatNobodyAnswersEndsInTime() throws Exception {
        Topic<String> topic = Topic.text(fresh("silent"));
        CountDownLatch never = new CountDownLatch(1);
        respond(topic, (call, delivery) -> {
            if (delivery.payload().equals("silent")) {
                never.await();
            }
            return "well";
        });
        assertThat(request(topic, "loud", patience())).isEqualTo("well");
        long began = System.nanoTime();
        assertThatThrownBy(() -> request(topic, "silent", Duration.ofMillis(400)))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(390));
        never.countDown();
        assertThat(request(topic, "loud", patience())).isEqualTo("well");
    }

    @Test
    final void whatIsSentWithoutWaitingIsHeardByAllWhoListenAndOnceAtMost() throws Exception {
        Topic<String> topic = Topic.text(fresh("forget"));
        FireAndForget sender = broker().fireAndForget();
        Map<String, ConcurrentLinkedQueue<String>> heard = new ConcurrentHashMap<>();
        for (String listener : List.of("one", "two")) {
            ConcurrentLinkedQueue<String> queue = new ConcurrentLinkedQueue<>();
            heard.put(listener, queue);
            closing((listener.equals("one") ? broker() : another())
                    .fireAndForget()
                    .listen(topic, (name, message) -> queue.add(message.payload())));
        }
        AtomicInteger sent = new AtomicInteger();
        await("each has heard something", () -> {
            String text = "m" + sent.incrementAndGet();
            sender.send(topic, Message.of(topic.name(), text).withId(text));
            Thread.sleep(5);
            return heard.values().stream().noneMatch(ConcurrentLinkedQueue::isEmpty);
        });
        heard.values().forEach(each -> assertThat(List.copyOf(each)).doesNotHaveDuplicates());
        // Who comes later does not hear what was; what was sent before and is on its way yet, it may.
        List<String> before =
                heard.values().stream().flatMap(ConcurrentLinkedQueue::stream).toList();
        ConcurrentLinkedQueue<String> late = new ConcurrentLinkedQueue<>();
        closing(broker().fireAndForget().listen(topic, (name, message) -> late.add(message.payload())));
        await("the late one has heard something", () -> {
            sender.send(topic, Message.of(topic.name(), "late"));
            Thread.sleep(5);
            return late.contains("late");
        });
        assertThat(late).doesNotContainAnyElementsOf(before);
    }

    @Test
    final void groupsGetWhatIsSentWithoutWaitingToo() throws Exception {
        Topic<String> topic = Topic.text(fresh("unconfirmed"));
        Seen<String> seen = Seen.acking();
        subscribe(topic, "group", seen);
        AtomicInteger sent = new AtomicInteger();
        await("one has come", () -> {
            String text = "m" + sent.incrementAndGet();
            broker().fireAndForget().send(topic, Message.of(topic.name(), text).withId(text));
            Thread.sleep(20);
            return !seen.all().isEmpty();
        });
    }
}
