package dev.parley.telemetry;

import dev.parley.Metadata;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Trace context in headers. */
final class Headers implements TextMapGetter<Metadata>, TextMapSetter<Metadata> {

    static final Headers INSTANCE = new Headers();

    private static final System.Logger LOG = System.getLogger(Telemetry.class.getName());

    private Headers() {}

    @Override
    public Iterable<String> keys(Metadata headers) {
        return headers.names();
    }

    /**
     * Lists that stand in several lines are one (RFC 9110, 5.3); that makes two {@code traceparent}s malformed, which is what
     * they are.
     */
    @Override
    public @Nullable String get(@Nullable Metadata headers, String name) {
        if (headers == null) {
            return null;
        }
        List<String> values = headers.getAll(name);
        return switch (values.size()) {
            case 0 -> null;
            case 1 -> values.getFirst();
            default -> String.join(",", values);
        };
    }

    @Override
    public Iterator<String> getAll(@Nullable Metadata headers, String name) {
        return headers == null
                ? List.<String>of().iterator()
                : headers.getAll(name).iterator();
    }

    @Override
    public void set(@Nullable Metadata headers, String name, String value) {
        if (headers == null) {
            return;
        }
        try {
            headers.put(name, value);
        } catch (IllegalArgumentException e) {
            // A propagator's fault (the message says the name, not the value); the call goes without its header.
            LOG.log(System.Logger.Level.DEBUG, "a propagator wrote what is no header", e);
        }
    }
}
