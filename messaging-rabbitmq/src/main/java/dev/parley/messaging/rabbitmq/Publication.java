package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.parley.CallException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One message on its way to the server.
 *
 * @param mustArrive whether it is an error that no queue takes it; else that is how publish and subscribe is
 * @param until what it is done with
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copying a body would cost
record Publication(
        String exchange,
        String routingKey,
        BasicProperties properties,
        byte[] body,
        boolean mustArrive,
        Until until,
        Batch batch) {

    /** When a publication is done. */
    enum Until {
        /** The server has confirmed it. */
        CONFIRMED,
        /** It was handed to the system. */
        WRITTEN
    }

    /** Messages that are waited for together. */
    static final class Batch {
        private final AtomicInteger open;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Batch(int size) {
            open = new AtomicInteger(size);
            if (size == 0) {
                done.complete(null);
            }
        }

        void oneIsDone() {
            if (open.decrementAndGet() == 0) {
                done.complete(null);
            }
        }

        void fail(CallException why) {
            done.completeExceptionally(why);
        }

        /** Nobody waits for it any more: what is not sent yet need not be, and a later part must not be without the earlier. */
        boolean isOver() {
            return done.isDone();
        }

        CompletableFuture<Void> done() {
            return done;
        }
    }
}
