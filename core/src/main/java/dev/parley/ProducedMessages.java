package dev.parley;

import org.jspecify.annotations.Nullable;

/**
 * {@link Messages#produce}: run in place when drained, on a virtual thread of its own when pulled. Either way a close
 * interrupts the producer, wherever it waits.
 */
final class ProducedMessages<T> extends AbstractMessages<T> {

    private final Messages.Producer<T> producer;
    private final InterruptGate gate = new InterruptGate();
    private volatile @Nullable Pipe<T> pulled;

    ProducedMessages(Messages.Producer<T> producer) {
        this.producer = producer;
    }

    @Override
    void push(Sink<? super T> sink) throws Exception {
        Pipe<T> started = pulled;
        if (started != null) {
            started.messages().drain(sink); // someone pulled the first messages; the rest come the same way
            return;
        }
        produceInto(sink);
    }

    @Override
    @Nullable
    T pull() {
        Pipe<T> pipe = pulled;
        if (pipe == null) {
            pipe = start();
        }
        return pipe.messages().receive();
    }

    private Pipe<T> start() {
        Pipe<T> pipe = new Pipe<>(1, Pipe.DEFAULT_SEND_TIMEOUT);
        pulled = pipe;
        // The call's own interrupt reaches only the thread of its handler.
        Call.Registration onCancel =
                Call.find().map(call -> call.onCancel(reason -> gate.fire())).orElse(() -> {});
        Thread.ofVirtual().name("parley-produce").start(Call.wrap(() -> {
            runInto(pipe);
            onCancel.remove();
        }));
        if (!isOpen()) {
            pipe.messages().close(); // closed while the thread was being started
        }
        return pipe;
    }

    private void runInto(Pipe<T> pipe) {
        try {
            produceInto(pipe);
            pipe.complete();
        } catch (Throwable thrown) {
            pipe.fail(CallException.from(thrown));
        }
    }

    private void produceInto(Sink<? super T> sink) throws Exception {
        if (!gate.arm()) {
            checkOpen();
            throw new CallException(Code.CANCELLED, "the call was cancelled before its stream was produced");
        }
        try {
            Outlet<T> outlet = new Outlet<>(this, sink);
            producer.produce(outlet);
            outlet.checkIntact();
        } finally {
            gate.leave();
        }
    }

    @Override
    void cancel(CallException reason) {
        Pipe<T> started = pulled;
        if (started != null) {
            started.messages().close();
        }
        gate.fire();
    }

    /** What the producer sends to. A send that failed fails the stream, even if the producer swallows the exception. */
    private static final class Outlet<T> implements Sink<T> {
        private final AbstractMessages<T> stream;
        private final Sink<? super T> sink;
        private @Nullable RuntimeException broken;

        Outlet(AbstractMessages<T> stream, Sink<? super T> sink) {
            this.stream = stream;
            this.sink = sink;
        }

        @Override
        public void send(T message) {
            checkIntact();
            try {
                stream.checkOpen();
                sink.send(message);
            } catch (RuntimeException e) {
                broken = e;
                throw e;
            }
        }

        void checkIntact() {
            if (broken != null) {
                throw broken;
            }
        }
    }
}
