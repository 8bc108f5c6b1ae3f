package dev.parley.grpcjava;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Messages;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands the requests of a call to its thread as they are asked for, one at a time. */
final class RequestFeed<Q> {

    private final Messages<Q> requests;
    private final Consumer<Runnable> post;
    private final Consumer<Event<Q>> deliver;
    private final boolean single;
    private final Demand demand = new Demand();
    private @Nullable Thread puller;
    private boolean begun;

    private RequestFeed(Messages<Q> requests, Consumer<Runnable> post, Consumer<Event<Q>> deliver, boolean single) {
        this.requests = requests;
        this.post = post;
        this.deliver = deliver;
        this.single = single;
    }

    /** What a listener hears of. */
    sealed interface Event<Q> {}

    /** A request. */
    record Message<Q>(Q message) implements Event<Q> {}

    /** The client has sent all. */
    record HalfClose<Q>() implements Event<Q> {}

    /** The requests cannot be read further. */
    record Failure<Q>(CallException error) implements Event<Q> {}

    /** A request that is there already. */
    static <Q> RequestFeed<Q> single(Messages<Q> requests, Consumer<Runnable> post, Consumer<Event<Q>> deliver) {
        return new RequestFeed<>(requests, post, deliver, true);
    }

    /** Requests that are pulled by a thread of their own. */
    static <Q> RequestFeed<Q> stream(Messages<Q> requests, Consumer<Runnable> post, Consumer<Event<Q>> deliver) {
        return new RequestFeed<>(requests, post, deliver, false);
    }

    synchronized void request(int count) {
        demand.add(count);
        if (!begun && count > 0) {
            begun = true;
            if (single) {
                Q message = requests.receive();
                if (message != null) {
                    post.accept(() -> deliver.accept(new Message<>(message)));
                }
                post.accept(() -> deliver.accept(new HalfClose<>()));
            } else {
                puller = Thread.ofVirtual().name("parley-grpc-java-requests").start(Call.wrap(this::pull));
            }
        }
    }

    /** The call has ended: nothing is pulled any more. */
    synchronized void stop() {
        begun = true;
        Thread pulling = puller;
        if (pulling != null) {
            pulling.interrupt();
        }
    }

    private void pull() {
        Semaphore handled = new Semaphore(1);
        try {
            // One ahead of what is asked for, because the end is told without being asked for.
            for (Q message = requests.receive(); message != null; message = requests.receive()) {
                Q next = message;
                demand.take();
                handled.acquire();
                post.accept(() -> {
                    handled.release();
                    deliver.accept(new Message<>(next));
                });
            }
            post.accept(() -> deliver.accept(new HalfClose<>()));
        } catch (CallException e) {
            post.accept(() -> deliver.accept(new Failure<>(e)));
        } catch (RuntimeException e) {
            post.accept(() -> deliver.accept(new Failure<>(CallException.from(e)))); // or the call would wait for ever
        } catch (InterruptedException ended) {
            // by stop(): nobody listens
        }
    }
}
