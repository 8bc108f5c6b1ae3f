package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.DeadLetters;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.SubscribeOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What handlers say amid faults, of all that they may: acknowledgements alone do not show that a dead letter, or what comes again, is
 * written before its source is done. The id of a message decides, so that each process says the same. Thread-safe.
 */
final class Mix {

    private final Set<String> retried = ConcurrentHashMap.newKeySet();
    private final Set<String> released = ConcurrentHashMap.newKeySet();
    private final Set<String> rejected = ConcurrentHashMap.newKeySet();

    private static boolean oneOf(int count, String id) {
        return Math.floorMod(id.hashCode(), count) == 0;
    }

    /** Whether a message ends as a dead letter, and must not as anything else. */
    static boolean rejects(String id) {
        return oneOf(13, id);
    }

    /** Every 7th is tried again behind its first attempt, every 11th given back once, every 13th rejected; the others are done. */
    Disposition answer(Delivery<?> delivery) {
        String id = delivery.message().id();
        if (oneOf(7, id) && delivery.attempt() == 1) {
            retried.add(id);
            return Disposition.retry("every 7th is tried again");
        }
        if (oneOf(11, id) && released.add(id)) {
            return Disposition.release();
        }
        if (rejects(id)) {
            rejected.add(id);
            return Disposition.reject("every 13th is rejected");
        }
        return Disposition.ack();
    }

    int rejected() {
        return rejected.size();
    }

    /** Whether each answer was given. */
    boolean complete() {
        return !retried.isEmpty() && !released.isEmpty() && !rejected.isEmpty();
    }

    /** A consumer that dies counts as an attempt where the broker counts: no message is to be given up for that. */
    static SubscribeOptions unlimited(SubscribeOptions options) {
        return options.withRedelivery(options.redelivery().withMaxAttempts(1000));
    }

    /**
     * Waits until nothing is missing that was confirmed, neither handled nor among the dead letters, as long as is allowed. The letters are
     * gone through once all else is there: some brokers take them out of their queue for that.
     */
    static void awaitAll(History history, MessageBroker broker, QueueName queue, Duration patience)
            throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        boolean letters = false;
        while (!letters || !history.lost().isEmpty()) {
            boolean last = System.nanoTime() > until;
            if (last || history.lost().stream().allMatch(Mix::rejects)) {
                try {
                    for (DeadLetter each : broker.deadLetters(queue).list(DeadLetters.MAX_LETTERS)) {
                        history.letter(each.message().id());
                    }
                    letters = true;
                } catch (CallException e) {
                    System.out.println("the dead letters of " + queue + ": " + e);
                }
            }
            if (last) {
                return;
            }
            Thread.sleep(50);
        }
    }

    /** What was rejected is a dead letter, and nothing else is. */
    static void checkLetters(String run, History history, boolean mixed) {
        assertThat(history.letters())
                .as("%s: dead letters that nobody rejected", run)
                .allMatch(id -> mixed && rejects(id));
    }

    @Override
    public String toString() {
        return "retried %d, released %d, rejected %d".formatted(retried.size(), released.size(), rejected.size());
    }
}
