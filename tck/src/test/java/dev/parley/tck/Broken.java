package dev.parley.tck;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Suites over interceptors with one fault each. Run by {@link BrokenOnPurposeTest} only. */
final class Broken {

    private Broken() {}

    abstract static class Responses extends InterceptorSuite {
        abstract UnaryOperator<Messages<Object>> fault();

        @Override
        protected Interceptor interceptor() {
            return new OnResponses(fault());
        }

        @Override
        protected Duration patience() {
            return Duration.ofSeconds(1);
        }
    }

    static class SwallowsClose extends Responses {
        @Override
        UnaryOperator<Messages<Object>> fault() {
            return inner -> Messages.pull(inner::receive);
        }
    }

    static class LosesTheLastMessage extends Responses {
        @Override
        UnaryOperator<Messages<Object>> fault() {
            return inner -> new Forwarded<>(inner) {
                private @Nullable Object held;

                @Override
                public @Nullable Object receive() {
                    if (held == null) {
                        held = inner.receive();
                    }
                    Object next = held;
                    held = inner.receive();
                    return held == null ? null : next;
                }
            };
        }
    }

    static class EndsTwice extends Responses {
        @Override
        UnaryOperator<Messages<Object>> fault() {
            return inner -> new Forwarded<>(inner) {
                @Override
                public Messages<Object> onClose(Consumer<Outcome> listener) {
                    inner.onClose(listener);
                    inner.onClose(listener);
                    return this;
                }
            };
        }
    }

    static class BuffersWithoutBound extends Responses {
        @Override
        UnaryOperator<Messages<Object>> fault() {
            return inner -> {
                var piped = Messages.<Object>pipe(Integer.MAX_VALUE);
                Thread.ofVirtual().start(() -> {
                    try {
                        inner.drain(piped);
                        piped.complete();
                    } catch (CallException e) {
                        piped.fail(e);
                    }
                });
                return piped.messages().onClose(outcome -> inner.close());
            };
        }
    }

    static class DropsTheFailure extends Responses {
        @Override
        UnaryOperator<Messages<Object>> fault() {
            return inner -> new Forwarded<>(inner) {
                @Override
                public @Nullable Object receive() {
                    try {
                        return inner.receive();
                    } catch (CallException e) {
                        return null;
                    }
                }
            };
        }
    }

    static class FailureOvertakesMessages extends Responses {
        @Override
        UnaryOperator<Messages<Object>> fault() {
            return inner -> new Forwarded<>(inner) {
                private @Nullable Iterator<Object> read;

                @Override
                public @Nullable Object receive() {
                    if (read == null) {
                        List<Object> all = new ArrayList<>();
                        inner.forEach(all::add);
                        read = all.iterator();
                    }
                    return read.hasNext() ? read.next() : null;
                }
            };
        }
    }

    static class IsReadTwice extends Responses {
        @Override
        UnaryOperator<Messages<Object>> fault() {
            return Forwarded::new;
        }
    }

    /** The server works where no interrupt finds it. */
    static class IgnoresCancellation extends InterceptorSuite {
        @Override
        protected Duration patience() {
            return Duration.ofSeconds(1);
        }

        @Override
        protected Interceptor interceptor() {
            return new Interceptor() {
                @Override
                public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                    CompletableFuture<R> result = new CompletableFuture<>();
                    Thread.ofVirtual().start(Call.wrap(() -> {
                        try {
                            result.complete(next.handle(call, request));
                        } catch (Throwable thrown) {
                            result.completeExceptionally(thrown);
                        }
                    }));
                    try {
                        return result.get();
                    } catch (ExecutionException e) {
                        throw CallException.from(java.util.Objects.requireNonNull(e.getCause()));
                    }
                }
            };
        }
    }
}
