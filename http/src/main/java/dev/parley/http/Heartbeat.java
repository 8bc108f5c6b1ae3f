package dev.parley.http;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Messages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Events as they are sent, with a comment whenever there was none for a while. The events are drained on a thread of their
 * own under the caller's call: whoever waits for one cannot send a heartbeat meanwhile.
 */
final class Heartbeat implements Messages.Source<byte[]> {

    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final int AHEAD = 16;

    /** What the producer hands over: bytes, or the end with its failure. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Step(byte @Nullable [] bytes, @Nullable CallException failure) {}

    private final Messages<ServerSentEvent> events;
    private final Duration interval;
    private final ArrayBlockingQueue<Step> steps = new ArrayBlockingQueue<>(AHEAD);
    private @Nullable Thread producer;
    private volatile boolean closed;

    private Heartbeat(Messages<ServerSentEvent> events, Duration interval) {
        this.events = events;
        this.interval = interval;
    }

    static Messages<byte[]> between(Messages<ServerSentEvent> events, Duration interval) {
        return Messages.pull(new Heartbeat(events, interval));
    }

    @Override
    public byte @Nullable [] receive() {
        if (producer == null) {
            producer = Thread.ofVirtual().name("parley-events").start(Call.wrap(this::produce));
            return COMMENT; // at once, so that the client sees that it is connected
        }
        try {
            Step step = steps.poll(interval.toNanos(), TimeUnit.NANOSECONDS);
            if (step == null) {
                return COMMENT;
            }
            if (step.failure() != null) {
                throw step.failure();
            }
            return step.bytes();
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the next event");
        }
    }

    private void produce() {
        Step last;
        try (events) {
            events.drain(event -> put(new Step(ServerSentEvents.encode(event), null)));
            last = new Step(null, null);
        } catch (Throwable thrown) {
            last = new Step(null, CallException.from(thrown));
        }
        if (!closed) {
            put(last);
        }
    }

    private void put(Step step) {
        try {
            steps.put(step);
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the client to read");
        }
    }

    @Override
    public void cancel(CallException reason) {
        closed = true;
        steps.clear();
        steps.offer(new Step(null, reason)); // for a reader that waits
        Thread thread = producer;
        if (thread == null) {
            events.close();
        } else {
            thread.interrupt(); // it is this object's own, and closes the events as it ends
        }
    }
}
