package dev.parley.examples.shop.order;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes steps back, the last first, unless all were {@link #keep kept}. To be told of a step before it is taken: one
 * that failed with a deadline may have been done all the same.
 *
 * <p>It runs outside the call, on a thread of its own, because a call that was cancelled can make no others. Who closes
 * it waits until all is back, unless interrupted. What cannot be taken back is logged.
 */
final class Undo implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Undo.class);

    private final Deque<Step> steps = new ArrayDeque<>();

    private record Step(String what, Runnable back) {}

    void with(String what, Runnable back) {
        steps.push(new Step(what, back));
    }

    void keep() {
        steps.clear();
    }

    @Override
    public void close() {
        if (steps.isEmpty()) {
            return;
        }
        Thread undoing = Thread.ofVirtual().name("shop-undo").start(() -> steps.forEach(Undo::takeBack));
        try {
            undoing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // our caller has left; the steps are taken back without us
        }
    }

    private static void takeBack(Step step) {
        try {
            step.back().run();
        } catch (RuntimeException e) {
            LOG.warn("could not {}", step.what(), e);
        }
    }
}
