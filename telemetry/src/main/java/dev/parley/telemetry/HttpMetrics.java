package dev.parley.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;

/** The instruments of HTTP requests on one side, as the conventions name them. */
final class HttpMetrics {

    private final DoubleHistogram duration;
    private final LongUpDownCounter active;

    /** {@code side}: {@code server} or {@code client}. */
    HttpMetrics(Meter meter, String side) {
        this.duration = meter.histogramBuilder("http." + side + ".request.duration")
                .setUnit("s")
                .setDescription("Duration of HTTP " + side + " requests.")
                .setExplicitBucketBoundariesAdvice(Conventions.DURATIONS)
                .build();
        this.active = meter.upDownCounterBuilder("http." + side + ".active_requests")
                .setUnit("{request}")
                .setDescription("Number of active HTTP " + side + " requests.")
                .build();
    }

    void begun(Attributes attributes, Context context) {
        active.add(1, attributes, context);
    }

    void ended(Attributes attributes, Context context) {
        active.add(-1, attributes, context);
    }

    void took(double seconds, Attributes attributes, Context context) {
        duration.record(seconds, attributes, context);
    }
}
