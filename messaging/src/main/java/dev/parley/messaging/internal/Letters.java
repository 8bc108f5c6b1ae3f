package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.Timer;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.DeadLetters;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.LetterAction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Looks through the dead letters of a queue, one visit a question. */
final class Letters implements DeadLetters {

    private static final int MOST_A_SECOND = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private final Engine engine;
    private final BrokerBackend backend;
    private final QueueName queue;
    private final Timer timer;

    Letters(Engine engine, BrokerBackend backend, QueueName queue, Timer timer) {
        this.engine = engine;
        this.backend = backend;
        this.queue = queue;
        this.timer = timer;
    }

    @Override
    public List<DeadLetter> list(int max) {
        if (max < 1 || max > MAX_LETTERS) {
            throw new IllegalArgumentException(
                    "max of a list of dead letters must be 1 to %d, but is %d".formatted(MAX_LETTERS, max));
        }
        List<DeadLetter> found = new ArrayList<>();
        visit(max, letter -> {
            found.add(letter);
            return LetterAction.KEEP;
        });
        return found;
    }

    @Override
    public int redriveAll() {
        return count(LetterAction.REDRIVE, letter -> true);
    }

    @Override
    public int discard(Predicate<DeadLetter> filter) {
        return count(LetterAction.DISCARD, filter);
    }

    private int count(LetterAction action, Predicate<DeadLetter> filter) {
        int[] count = {0};
        visit(MAX_LETTERS, letter -> {
            if (!filter.test(letter)) {
                return LetterAction.KEEP;
            }
            count[0]++;
            return action;
        });
        return count[0];
    }

    @Override
    public boolean redrive(String id) {
        boolean[] found = {false};
        try {
            visit(MAX_LETTERS, letter -> {
                if (found[0]) {
                    throw new Enough();
                }
                found[0] = letter.id().equals(id) || letter.message().id().equals(id);
                return found[0] ? LetterAction.REDRIVE : LetterAction.KEEP;
            });
        } catch (Enough e) {
            return true; // it was redriven before this one was asked for
        }
        return found[0];
    }

    /** Ends a visit that has found what it looked for. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("found", null, false, false);
        }
    }

    @Override
    public int redrive(Predicate<DeadLetter> filter, int perSecond) {
        if (perSecond < 1 || perSecond > MOST_A_SECOND) {
            throw new IllegalArgumentException(
                    "perSecond of a redrive must be 1 to %d, but is %d".formatted(MOST_A_SECOND, perSecond));
        }
        long begin = timer.nanoTime();
        int[] count = {0};
        visit(MAX_LETTERS, letter -> {
            if (!filter.test(letter)) {
                return LetterAction.KEEP;
            }
            long due = begin + count[0] * SECOND / perSecond;
            count[0]++;
            try {
                TimedWait.pause(timer, due - timer.nanoTime());
            } catch (InterruptedException e) {
                throw CallException.interrupted(e, "the next letter's turn");
            }
            return LetterAction.REDRIVE;
        });
        return count[0];
    }

    private void visit(int max, Function<DeadLetter, LetterAction> visitor) {
        engine.ask(
                () -> {
                    backend.visitDeadLetters(queue, max, visitor);
                    return max;
                },
                "the dead letters of " + queue);
    }
}
