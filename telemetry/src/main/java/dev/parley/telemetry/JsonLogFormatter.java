package dev.parley.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * Log records as JSON, one in a line, for {@code java.util.logging} and what is written by {@link System.Logger}: {@code
 * timestamp} (ISO 8601, UTC), {@code level}, {@code logger}, {@code thread}, {@code message}, {@code exception} with its stack if
 * there is one, and while a span is under way {@code trace_id}, {@code span_id} and {@code trace_flags}, the names that
 * OpenTelemetry has for them outside its own protocol.
 *
 * <p>No value is longer than {@value #MOST} characters. Headers are written by their names only, because {@link
 * dev.parley.Metadata} says no more of itself; a value that is put into a message by hand is written as it is.
 *
 * <p>In {@code logging.properties}: {@code java.util.logging.ConsoleHandler.formatter =
 * dev.parley.telemetry.JsonLogFormatter}. Thread-safe.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/">trace context in logs</a>
 */
public final class JsonLogFormatter extends Formatter {

    static final int MOST = 32_768;

    private static final String HEX = "0123456789abcdef";

    /** A formatter. */
    public JsonLogFormatter() {}

    @Override
    public String format(LogRecord logged) {
        StringBuilder line = new StringBuilder(256);
        line.append("{\"timestamp\":");
        string(line, logged.getInstant().toString());
        field(line, "level", logged.getLevel().getName());
        field(line, "logger", String.valueOf(logged.getLoggerName()));
        line.append(",\"thread\":").append(logged.getLongThreadID());
        field(line, "message", String.valueOf(formatMessage(logged)));
        Throwable thrown = logged.getThrown();
        if (thrown != null) {
            field(line, "exception", stack(thrown));
        }
        SpanContext span = Span.current().getSpanContext();
        if (span.isValid()) {
            field(line, "trace_id", span.getTraceId());
            field(line, "span_id", span.getSpanId());
            field(line, "trace_flags", span.getTraceFlags().asHex());
        }
        return line.append("}\n").toString();
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static void field(StringBuilder line, String name, String value) {
        line.append(",\"").append(name).append("\":");
        string(line, value);
    }

    /** RFC 8259, 7. */
    private static void string(StringBuilder line, String value) {
        line.append('"');
        int length = Math.min(value.length(), MOST);
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> line.append('\\').append(c);
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    // A half of a pair cannot be written in UTF-8, and a line ends at some of these for some readers.
                    boolean plain = c >= 0x20 && c != 0x7f && c != 0x85 && c != 0x2028 && c != 0x2029;
                    if (plain && (!Character.isSurrogate(c) || isPaired(value, i, length))) {
                        line.append(c);
                    } else {
                        escape(line, c);
                    }
                }
            }
        }
        line.append(length < value.length() ? "…\"" : "\"");
    }

    private static boolean isPaired(String value, int at, int length) {
        return Character.isHighSurrogate(value.charAt(at))
                ? at + 1 < length && Character.isLowSurrogate(value.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
    }

    private static void escape(StringBuilder line, char c) {
        line.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            line.append(HEX.charAt(c >> shift & 0xf));
        }
    }
}
