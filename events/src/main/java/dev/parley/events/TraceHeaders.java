package dev.parley.events;

import dev.parley.messaging.Message;
import dev.parley.messaging.MessageMetadata;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the trace of who publishes into an outbox: the relay, which sends it later, has none. */
final class TraceHeaders {

    private static final String PARENT = "traceparent";

    private TraceHeaders() {}

    static Message<byte[]> added(Message<byte[]> message) {
        if (message.metadata().header(PARENT).isPresent()) {
            return message;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        W3CTraceContextPropagator.getInstance()
                .inject(Context.current(), headers, (carrier, name, value) -> headers.put(name, value));
        Message<byte[]> traced = message;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            // A message that is full goes without: its trace is no reason to refuse it.
            boolean fits = traced.metadata().headers().size() < MessageMetadata.MAX_HEADERS;
            if (fits && MessageMetadata.isHeader(header.getKey(), header.getValue())) {
                traced = traced.withHeader(header.getKey(), header.getValue());
            }
        }
        return traced;
    }
}
