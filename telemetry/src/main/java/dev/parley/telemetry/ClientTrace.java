package dev.parley.telemetry;

import dev.parley.Attributes;
import dev.parley.Call;
import io.opentelemetry.context.Context;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What {@link RpcClientInterceptor} leaves on a call for {@link AttemptInterceptor}, which may run on another thread. */
final class ClientTrace {

    private static final Attributes.Key<ClientTrace> KEY = Attributes.Key.of("client-trace");

    private final Context context;
    private final @Nullable CallRecord record;
    private final AtomicInteger attempts = new AtomicInteger();

    ClientTrace(Context context, @Nullable CallRecord record) {
        this.context = context;
        this.record = record;
    }

    void leaveOn(Call call) {
        call.attributes().put(KEY, this);
    }

    /** That of {@code call}; without {@link Telemetry#client()} in front one that begins here. */
    static ClientTrace of(Call call) {
        return call.attributes().get(KEY).orElseGet(() -> {
            ClientTrace own = new ClientTrace(Context.current(), null);
            own.leaveOn(call);
            return own;
        });
    }

    /** Counts an attempt; how many there were before it. */
    int next() {
        if (record != null) {
            record.attemptsFollow();
        }
        return attempts.getAndIncrement();
    }

    Context context() {
        return context;
    }
}
