package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.Explanation;
import dev.parley.MessageEvent;
import dev.parley.MessageListener;
import dev.parley.Method;
import dev.parley.Outcome;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One RPC call, or one attempt at it: follows its messages, and ends its span and records its metrics with it. */
final class CallRecord implements Consumer<Outcome>, MessageListener {

    /** Which side of which call. */
    enum Role {
        SERVER,
        CLIENT,
        ATTEMPT
    }

    private final Role role;
    private final RpcSystem system;
    private final Method.Kind kind;
    private final Attributes attributes;
    private final Context context;
    private final Span span;
    private final @Nullable CallMetrics metrics;
    private final TelemetryOptions options;
    private final long start = System.nanoTime();
    private final Tally sent = new Tally();
    private final Tally received = new Tally();
    // On a client's call, once its attempts have spans of their own: the messages are told there.
    private volatile boolean hasAttempts;
    private @Nullable Explanation explanation;

    /** {@code attributes}: those of the metrics, as far as they are known at the start. */
    CallRecord(
            Role role,
            Call call,
            RpcSystem system,
            Attributes attributes,
            Context context,
            @Nullable CallMetrics metrics,
            TelemetryOptions options) {
        this.role = role;
        this.system = system;
        this.kind = call.method().kind();
        this.attributes = attributes;
        this.context = context;
        this.span = Span.fromContext(context);
        this.metrics = metrics;
        this.options = options;
    }

    /** Follows {@code call} to its end. */
    void follow(Call call) {
        if (metrics != null || (span.isRecording() && options.recordMessages() != RecordMessages.OFF)) {
            call.onMessage(this);
        }
        if (role == Role.CLIENT && span.isRecording()) {
            explanation = explanation(call);
        }
        call.onEnd(this);
    }

    private @Nullable Explanation explanation(Call call) {
        Explanation asked = Explanation.of(call).orElse(null);
        if (asked == null && options.recordDecisions()) {
            asked = new Explanation();
            asked.leaveOn(call);
        }
        return asked;
    }

    void attemptsFollow() {
        hasAttempts = true;
    }

    @Override
    public void on(MessageEvent event) {
        switch (event.direction()) {
            case SENT -> sent.add(event.compressedBytes());
            case RECEIVED -> received.add(event.compressedBytes());
        }
        if (options.recordMessages() != RecordMessages.OFF && !hasAttempts && span.isRecording()) {
            span.addEvent(Conventions.MESSAGE_EVENT, told(event));
        }
    }

    private Attributes told(MessageEvent event) {
        AttributesBuilder told = Attributes.builder()
                .put(Conventions.MESSAGE_TYPE, event.direction().name())
                .put(Conventions.MESSAGE_ID, event.sequence())
                .put(Conventions.MESSAGE_UNCOMPRESSED, (long) event.encodedBytes())
                .put(Conventions.MESSAGE_COMPRESSED, (long) event.compressedBytes());
        if (options.recordMessages() == RecordMessages.CONTENT) {
            told.put(Conventions.MESSAGE_CONTENT, Content.of(event.message(), options.contentLimit()));
        }
        return told.build();
    }

    @Override
    public void accept(Outcome outcome) {
        long end = System.nanoTime();
        String status = system.status(outcome);
        boolean failed = role == Role.SERVER ? RpcSystem.isServersFault(outcome) : !outcome.isOk();
        if (status != null) {
            span.setAttribute(Conventions.RPC_STATUS, status);
        }
        if (failed && outcome instanceof Outcome.Failed error) {
            span.setAttribute(Conventions.ERROR_TYPE, String.valueOf(status));
            span.setStatus(StatusCode.ERROR, error.error().message());
        }
        if (metrics != null) {
            record(metrics, end, status, failed);
        }
        Explanation decided = explanation;
        if (decided != null) {
            decided.decisions()
                    .forEach(each -> span.addEvent(each.by(), Attributes.of(Conventions.DECISION, each.what())));
        }
        span.end(); // last: who has the span finds the measures
    }

    private void record(CallMetrics to, long end, @Nullable String status, boolean failed) {
        AttributesBuilder all = attributes.toBuilder();
        if (status != null) {
            all.put(Conventions.RPC_STATUS, status);
        }
        if (failed) {
            all.put(Conventions.ERROR_TYPE, String.valueOf(status));
        }
        to.ended((double) (end - start) / TimeUnit.SECONDS.toNanos(1), all.build(), context);
        boolean server = role == Role.SERVER;
        carried(to, sent, "sent", server ? kind.serverStreams() : kind.clientStreams());
        carried(to, received, "received", server ? kind.clientStreams() : kind.serverStreams());
    }

    private void carried(CallMetrics to, Tally tally, String direction, boolean streams) {
        to.carried(
                tally,
                streams,
                attributes.toBuilder().put(Conventions.DIRECTION, direction).build(),
                context);
    }
}
