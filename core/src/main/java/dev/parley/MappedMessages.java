package dev.parley;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@link Messages#map}. */
final class MappedMessages<T, U> extends AbstractMessages<U> {

    private final Messages<T> source;
    private final Function<? super T, ? extends U> change;

    MappedMessages(Messages<T> source, Function<? super T, ? extends U> change) {
        this.source = source;
        this.change = change;
    }

    @Override
    @Nullable
    U pull() {
        T message = source.receive();
        return message == null ? null : change.apply(message);
    }

    @Override
    void push(Sink<? super U> sink) {
        // Not by pull: a produced source runs its producer on this thread only if it is drained.
        source.drain(message -> {
            checkOpen();
            sink.send(change.apply(message));
        });
    }

    @Override
    void cancel(CallException reason) {
        source.close();
    }
}
