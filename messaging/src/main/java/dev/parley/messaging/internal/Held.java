package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.messaging.Message;
import dev.parley.messaging.spi.Received;
import org.jspecify.annotations.Nullable;

/** A message in a subscription's hands, until it is settled. */
final class Held {

    final Session session;
    final Received received;
    /** What was received, read through the adapter if it is no CloudEvent. */
    final Message<byte[]> message;
    /** Leave of the breaker that was got before it was received; negative: none. */
    final long permit;
    /** When its lease began or was renewed; of the thread that renews, but for the first. */
    volatile long leasedAt;

    private @Nullable CallScope call; // guarded by this
    private @Nullable CallException cancelled; // guarded by this

    Held(Session session, Received received, Message<byte[]> message, long permit, long leasedAt) {
        this.session = session;
        this.received = received;
        this.message = message;
        this.permit = permit;
        this.leasedAt = leasedAt;
    }

    /** Its handler begins under this call, which is cancelled if the message is lost already. */
    void begin(CallScope scope) {
        CallException reason;
        synchronized (this) {
            call = scope;
            reason = cancelled;
        }
        if (reason != null) {
            scope.cancel(reason);
        }
    }

    synchronized void end() {
        call = null;
    }

    /** It is not to be handled any further. */
    void cancel(CallException reason) {
        CallScope running;
        synchronized (this) {
            if (cancelled == null) {
                cancelled = reason;
            }
            running = call;
        }
        if (running != null) {
            running.cancel(reason);
        }
    }

    /** Whether it is not to be handled any further. */
    synchronized boolean isCancelled() {
        return cancelled != null;
    }
}
