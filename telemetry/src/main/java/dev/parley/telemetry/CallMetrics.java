package dev.parley.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import java.util.List;

/**
 * The instruments of RPC calls on one side. The durations are the conventions'; what a call's messages weigh has had no name
 * in them since 1.40, so those are Parley's own.
 */
final class CallMetrics {

    private static final List<Long> BYTES =
            List.of(0L, 64L, 256L, 1_024L, 4_096L, 16_384L, 65_536L, 262_144L, 1_048_576L, 4_194_304L, 16_777_216L);
    private static final List<Long> COUNTS = List.of(0L, 1L, 2L, 5L, 10L, 50L, 100L, 500L, 1_000L, 10_000L, 100_000L);

    private final DoubleHistogram duration;
    private final LongHistogram size;
    private final LongHistogram messages;

    /** {@code side}: {@code server} or {@code client}. */
    CallMetrics(Meter meter, String side) {
        this.duration = meter.histogramBuilder("rpc." + side + ".call.duration")
                .setUnit("s")
                .setDescription("How long calls took, the end of their streams included.")
                .setExplicitBucketBoundariesAdvice(Conventions.DURATIONS)
                .build();
        this.size = meter.histogramBuilder("parley.rpc." + side + ".call.size")
                .ofLongs()
                .setUnit("By")
                .setDescription(
                        "What the messages of a call in one direction weigh on the wire, compressed, without framing.")
                .setExplicitBucketBoundariesAdvice(BYTES)
                .build();
        this.messages = meter.histogramBuilder("parley.rpc." + side + ".call.messages")
                .ofLongs()
                .setUnit("{message}")
                .setDescription("How many messages a stream had in one direction.")
                .setExplicitBucketBoundariesAdvice(COUNTS)
                .build();
    }

    void ended(double seconds, Attributes attributes, Context context) {
        duration.record(seconds, attributes, context);
    }

    /** {@code streams}: whether there may be any number of messages in that direction. */
    void carried(Tally tally, boolean streams, Attributes attributes, Context context) {
        size.record(tally.bytes(), attributes, context);
        if (streams) {
            messages.record(tally.messages(), attributes, context);
        }
    }
}
