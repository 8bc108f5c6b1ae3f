package dev.parley;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes ambient state of a thread (trace context, logging context) along when Parley continues a call on another
 * thread: {@link Fanout}, {@link Call#wrap}, the pull of a request stream.
 */
@FunctionalInterface
public interface Carrier {

    /** Looks at the current thread and returns what restores that state around a task on another thread. */
    Snapshot capture();

    /** The state of a thread. */
    @FunctionalInterface
    interface Snapshot {
        /** Runs {@code task} with the state in place and puts back what was there. */
        <T> T call(Callable<T> task) throws Exception;
    }

    /** Adds a carrier for the whole process; to be done at start-up. */
    static Call.Registration register(Carrier carrier) {
        Registered.ALL.add(carrier);
        return () -> Registered.ALL.remove(carrier);
    }

    /** {@code task} with the state of this thread around it, as all registered carriers see it. */
    static <T> Callable<T> captureAll(Callable<T> task) {
        Callable<T> carried = task;
        for (Carrier carrier : Registered.ALL) {
            Snapshot snapshot = carrier.capture();
            Callable<T> inner = carried;
            carried = () -> snapshot.call(inner);
        }
        return carried;
    }

    /** Holds the list, which an interface cannot hide otherwise. */
    final class Registered {
        private static final List<Carrier> ALL = new CopyOnWriteArrayList<>();

        private Registered() {}
    }
}
