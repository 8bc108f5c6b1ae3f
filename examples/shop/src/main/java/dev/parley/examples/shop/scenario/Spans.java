package dev.parley.examples.shop.scenario;

import dev.parley.messaging.MessagingTelemetry;
import dev.parley.telemetry.RecordMessages;
import dev.parley.telemetry.Telemetry;
import dev.parley.telemetry.TelemetryOptions;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** OpenTelemetry's own SDK with an exporter that keeps the last spans, to look at. */
final class Spans implements SpanExporter {

    private static final int MOST = 5_000;
    private static final int PATIENCE_SECONDS = 60;

    private final Deque<SpanData> ended = new ArrayDeque<>(); // guarded by this
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(this))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();

    Telemetry telemetry() {
        return Telemetry.of(sdk, TelemetryOptions.defaults().withRecordMessages(RecordMessages.METADATA));
    }

    MessagingTelemetry messages() {
        return MessagingTelemetry.of(sdk);
    }

    @Override
    public synchronized CompletableResultCode export(Collection<SpanData> spans) {
        for (SpanData span : spans) {
            if (ended.size() == MOST) {
                ended.removeFirst();
            }
            ended.add(span);
        }
        notifyAll();
        return CompletableResultCode.ofSuccess();
    }

    /** The spans that have ended and are like this. */
    synchronized List<SpanData> all(Predicate<SpanData> like) {
        return ended.stream().filter(like).toList();
    }

    /** The same, once there are {@code count} of them. */
    List<SpanData> await(int count, Predicate<SpanData> like) throws InterruptedException {
        return await(like, found -> found.size() >= count, count + " spans");
    }

    /** The same, once they are {@code enough}. */
    synchronized List<SpanData> await(Predicate<SpanData> like, Predicate<List<SpanData>> enough, String expected)
            throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<SpanData> found = new ArrayList<>(all(like));
        while (!enough.test(found)) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("expected " + expected + ", but there are " + found);
            }
            wait(left);
            found = new ArrayList<>(all(like));
        }
        return found;
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public void close() {
        sdk.close();
    }
}
