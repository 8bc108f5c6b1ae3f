package dev.parley.telemetry;

import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.Sink;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A stream whose messages are made with a context in place: a producer runs when it is drained, long after its handler. */
final class ContextMessages<T> implements Messages<T> {

    private final Messages<T> messages;
    private final Context context;

    ContextMessages(Messages<T> messages, Context context) {
        this.messages = messages;
        this.context = context;
    }

    @Override
    public @Nullable T receive() {
        try (Scope scope = context.makeCurrent()) {
            return messages.receive();
        }
    }

    @Override
    public void drain(Sink<? super T> sink) {
        try (Scope scope = context.makeCurrent()) {
            messages.drain(sink);
        }
    }

    @Override
    public void close() {
        messages.close();
    }

    @Override
    public Messages<T> onClose(Consumer<Outcome> listener) {
        messages.onClose(listener);
        return this;
    }

    @Override
    public <U> Messages<U> map(Function<? super T, ? extends U> change) {
        return new ContextMessages<>(messages.map(change), context);
    }

    @Override
    public Iterator<T> iterator() {
        Iterator<T> iterator = messages.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                try (Scope scope = context.makeCurrent()) {
                    return iterator.hasNext();
                }
            }

            @Override
            public T next() {
                try (Scope scope = context.makeCurrent()) {
                    return iterator.next();
                }
            }
        };
    }
}
