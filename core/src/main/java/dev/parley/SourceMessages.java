package dev.parley;

import org.jspecify.annotations.Nullable;

/** {@link Messages#pull}. */
final class SourceMessages<T> extends AbstractMessages<T> {

    private final Messages.Source<? extends T> source;

    SourceMessages(Messages.Source<? extends T> source) {
        this.source = source;
    }

    @Override
    @Nullable
    T pull() throws Exception {
        return source.receive();
    }

    @Override
    void cancel(CallException reason) {
        source.cancel(reason);
    }
}
