package dev.parley.rpc.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Comparator;
import java.util.List;

/** Spans by their parents. */
record Tree(List<SpanData> spans) {

    static Tree of(List<SpanData> spans) {
        return new Tree(spans);
    }

    SpanData root() {
        List<SpanData> roots = spans.stream()
                .filter(span -> !span.getParentSpanContext().isValid())
                .toList();
        assertThat(roots).hasSize(1);
        return roots.getFirst();
    }

    /** In the order of their starts. */
    List<SpanData> children(SpanData parent) {
        return spans.stream()
                .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
                .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
                .toList();
    }

    SpanData only(SpanData parent) {
        List<SpanData> children = children(parent);
        assertThat(children).as("children of %s", parent).hasSize(1);
        return children.getFirst();
    }
}
