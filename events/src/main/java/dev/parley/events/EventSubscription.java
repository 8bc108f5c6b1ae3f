package dev.parley.events;

import dev.parley.CallException;
import dev.parley.messaging.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** A subscription to events: one at the broker for each topic. Thread-safe. */
public final class EventSubscription implements AutoCloseable {

    private final List<Subscription> parts;
    private final LongAdder passedOver;

    EventSubscription(List<Subscription> parts, LongAdder passedOver) {
        this.parts = List.copyOf(parts);
        this.passedOver = passedOver;
    }

    /** Those at the broker. */
    public List<Subscription> parts() {
        return parts;
    }

    /** How many messages were acknowledged without being handled, since nobody has asked for their type. */
    public long passedOver() {
        return passedOver.sum();
    }

    /** {@link Subscription#pause}s all. */
    public void pause() {
        parts.forEach(Subscription::pause);
    }

    /** {@link Subscription#resume}s all. */
    public void resume() {
        parts.forEach(Subscription::resume);
    }

    /** Why one of them gets no messages at present; empty if all is well. */
    public Optional<CallException> problem() {
        return parts.stream().flatMap(part -> part.problem().stream()).findFirst();
    }

    /** {@link Subscription#close}s all, one after the other. */
    @Override
    public void close() {
        parts.forEach(Subscription::close);
    }
}
