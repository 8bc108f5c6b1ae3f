package dev.parley.tck;

import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.Sink;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Another stream under one's own name, to be broken in one place. */
class Forwarded<T> implements Messages<T> {

    final Messages<T> inner;

    Forwarded(Messages<T> inner) {
        this.inner = inner;
    }

    @Override
    public @Nullable T receive() {
        return inner.receive();
    }

    @Override
    public void drain(Sink<? super T> sink) {
        try (this) {
            for (T message = receive(); message != null; message = receive()) {
                sink.send(message);
            }
        }
    }

    @Override
    public void close() {
        inner.close();
    }

    @Override
    public Messages<T> onClose(Consumer<Outcome> listener) {
        inner.onClose(listener);
        return this;
    }

    @Override
    public <U> Messages<U> map(Function<? super T, ? extends U> change) {
        Messages<U> mapped = Messages.pull(() -> {
            T message = receive();
            return message == null ? null : change.apply(message);
        });
        return mapped.onClose(outcome -> close());
    }

    @Override
    public Iterator<T> iterator() {
        return Messages.<T>pull(this::receive).onClose(outcome -> close()).iterator();
    }
}
