package dev.parley.telemetry;

import dev.parley.Carrier;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.Callable;

/** Takes OpenTelemetry's context along to other threads. */
final class ContextCarrier implements Carrier {

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
}
