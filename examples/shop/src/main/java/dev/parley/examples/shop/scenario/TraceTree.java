package dev.parley.examples.shop.scenario;

import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The spans of one trace as a tree, a line each. */
final class TraceTree {

    private final List<SpanData> spans;
    private final StringBuilder text = new StringBuilder();
    private int deepest;

    TraceTree(List<SpanData> spans) {
        this.spans = spans;
        spans.stream().filter(span -> parent(span) == null).forEach(root -> add(root, 1));
    }

    private @Nullable SpanData parent(SpanData span) {
        return spans.stream()
                .filter(other -> other.getSpanId().equals(span.getParentSpanId()))
                .findFirst()
                .orElse(null);
    }

    /** How many spans stand between the first and the one that is furthest from it, both included. */
    int depth() {
        return deepest;
    }

    private void add(SpanData span, int depth) {
        deepest = Math.max(deepest, depth);
        long micros = (span.getEndEpochNanos() - span.getStartEpochNanos()) / 1_000;
        text.append(System.lineSeparator())
                .append("          ")
                .append("  ".repeat(depth))
                .append(span.getKind().name().toLowerCase(Locale.ROOT))
                .append(' ')
                .append(span.getName())
                .append(String.format(Locale.ROOT, " %.1f ms", micros / 1_000.0));
        if (span.getStatus().getStatusCode() == StatusCode.ERROR) {
            text.append(" ERROR ").append(span.getStatus().getDescription());
        }
        spans.stream()
                .filter(child -> child.getParentSpanId().equals(span.getSpanId()))
                .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
                .forEach(child -> add(child, depth + 1));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
