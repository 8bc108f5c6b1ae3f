package dev.parley.events;

import dev.parley.Call;
import dev.parley.Carrier;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.Callable;

/**
 * Takes OpenTelemetry's context along into transactions, which a store runs on threads of its own: a message that is published there belongs to
 * the trace of who began the transaction. With {@code Telemetry}, which does the same for calls, it is done twice, to no harm.
 */
final class TraceCarrier implements Carrier {

    private TraceCarrier() {}

    /** Registers it for the process, the first time. */
    static void register() {
        Registered.once();
    }

    @Override
    public Snapshot capture() {
        Context context = Context.current();
        return new Snapshot() {
            @Override
            public <T> T call(Callable<T> task) throws Exception {
                try (Scope scope = context.makeCurrent()) {
                    return task.call();
                }
            }
        };
    }

    private static final class Registered {
        @SuppressWarnings("unused") // kept as long as the process
        private static final Call.Registration CARRIER = Carrier.register(new TraceCarrier());

        private Registered() {}

        static void once() {}
    }
}
